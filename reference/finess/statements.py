"""The set-based SQL by which a staged register is compared with what is known, then applied.

`register_row` holds the readable rows, `register_cited` the numbers on refused ones, which are
in the register all the same. `register_plan` says what each row does; the rest follows it.
Every statement takes `date`, the register's. "Live": open at that date, or to be.
"""

from typing import Final

COLUMNS: Final = (
    "line, finess, name, departement, commune, category, category_label, entity, entity_name,"
    " siren, opens, closes"
)

CREATE_STAGING: Final = """
CREATE TEMPORARY TABLE register_row (
    line bigint, finess varchar(9) PRIMARY KEY, name text, departement text, commune text,
    category text, category_label text, entity text, entity_name text, siren text,
    opens date, closes date
) ON COMMIT DROP;
CREATE TEMPORARY TABLE register_cited (finess varchar(9)) ON COMMIT DROP;
"""

DROP_STAGING: Final = "DROP TABLE register_row, register_cited, register_plan"

# A facility that is known stays where it is: its own département says whose it is.
DELETE_OUT_OF_SCOPE: Final = """
DELETE FROM register_row r
WHERE COALESCE(
    (SELECT f.departement_id FROM reference_facility f WHERE f.finess = r.finess), r.departement
) <> ALL(%(scope)s)
"""

CREATE_PLAN: Final = """
CREATE TEMPORARY TABLE register_plan ON COMMIT DROP AS
WITH known AS (
    SELECT r.*, f.id AS facility_id, f.departement_id AS known_departement,
        COALESCE(f.seen_on > %(date)s, false) AS stale,
        f.name <> r.name OR (r.commune <> '' AND f.commune <> r.commune) AS renamed,
        p.id AS period_id, p.starts_on, p.ends_on,
        p.id IS NOT NULL AND (p.ends_on IS NULL OR p.ends_on > %(date)s) AS live,
        (p.category_id, e.finess) IS DISTINCT FROM (r.category, r.entity) AS moved,
        r.closes IS NULL OR r.closes > %(date)s AS stays
    FROM register_row r
    LEFT JOIN reference_facility f ON f.finess = r.finess
    LEFT JOIN LATERAL (
        SELECT * FROM reference_facilityperiod
        WHERE facility_id = f.id
        ORDER BY ends_on DESC NULLS FIRST, starts_on DESC NULLS LAST LIMIT 1
    ) p ON true
    LEFT JOIN reference_legalentity e ON e.id = p.legal_entity_id
)
SELECT *,
    NOT stale AND live AND moved AND stays AS splits,
    CASE
        WHEN facility_id IS NULL THEN 'created'
        WHEN stale THEN 'unchanged'
        WHEN live AND closes IS NOT NULL AND ends_on IS DISTINCT FROM GREATEST(closes, starts_on)
            THEN 'closed'
        WHEN live AND closes IS NULL AND ends_on IS NOT NULL THEN 'reopened'
        WHEN NOT live AND stays THEN 'reopened'
        WHEN (live AND moved AND stays) OR renamed THEN 'updated'
        ELSE 'unchanged'
    END AS action
FROM known
"""

SELECT_COVERAGE: Final = """
WITH cited AS (
    SELECT finess FROM register_row UNION SELECT finess FROM register_cited
), known AS (
    SELECT f.departement_id AS departement, count(*) AS known,
        count(*) FILTER (WHERE f.finess IN (SELECT finess FROM cited)) AS present
    FROM reference_facility f
    WHERE EXISTS (
        SELECT FROM reference_facilityperiod p
        WHERE p.facility_id = f.id AND (p.ends_on IS NULL OR p.ends_on > %(date)s)
    )
    GROUP BY f.departement_id
), held AS (
    SELECT departement, count(*) AS held FROM register_row GROUP BY departement
)
SELECT departement, COALESCE(known, 0) AS known, COALESCE(present, 0) AS present,
    COALESCE(held, 0) > 0 AND COALESCE(present, 0) * 2 >= COALESCE(known, 0) AS covered
FROM known FULL JOIN held USING (departement)
ORDER BY departement
"""

# A row writes a period when it splits the live one or begins another.
INSERT_CATEGORIES: Final = """
INSERT INTO reference_facilitycategory (
    code, label, aggregate_code, aggregate_label, sector, confidence, reason, in_perimeter
)
SELECT DISTINCT ON (category) category,
    LEFT(COALESCE(NULLIF(category_label, ''), 'Catégorie ' || category), 200),
    '', '', 'INCONNU', '', 'Inconnue de la nomenclature, vue dans un registre', true
FROM register_plan
WHERE (splits OR action = 'created' OR (action = 'reopened' AND NOT live))
    AND NOT EXISTS (SELECT FROM reference_facilitycategory c WHERE c.code = category)
ORDER BY category, category_label DESC
RETURNING code
"""

INSERT_ENTITIES: Final = """
INSERT INTO reference_legalentity (finess, name, siren, "group")
SELECT DISTINCT ON (entity) entity, entity_name, siren, ''
FROM register_plan
WHERE splits OR action = 'created' OR (action = 'reopened' AND NOT live)
ORDER BY entity, entity_name DESC
ON CONFLICT (finess) DO NOTHING
"""

UPDATE_ENTITIES: Final = """
UPDATE reference_legalentity e
SET name = n.entity_name, siren = COALESCE(NULLIF(n.siren, ''), e.siren)
FROM (
    SELECT DISTINCT ON (entity) entity, entity_name, siren FROM register_plan
    WHERE NOT stale AND entity_name <> '' ORDER BY entity, line
) n
WHERE e.finess = n.entity
    AND (e.name, e.siren) IS DISTINCT FROM (n.entity_name, COALESCE(NULLIF(n.siren, ''), e.siren))
    AND (%(scope)s::text[] IS NULL OR NOT EXISTS (
        SELECT FROM reference_facilityperiod p JOIN reference_facility f ON f.id = p.facility_id
        WHERE p.legal_entity_id = e.id AND f.departement_id <> ALL(%(scope)s::text[])
    ))
"""

INSERT_FACILITIES: Final = """
INSERT INTO reference_facility (
    finess, name, departement_id, commune, sector_override, seen_on
)
SELECT finess, name, departement, commune, '', %(date)s FROM register_plan
WHERE action = 'created' ORDER BY finess
"""

UPDATE_FACILITIES: Final = """
UPDATE reference_facility f
SET name = p.name, commune = COALESCE(NULLIF(p.commune, ''), f.commune), seen_on = %(date)s
FROM register_plan p
WHERE f.id = p.facility_id AND NOT p.stale AND (p.renamed OR f.seen_on < %(date)s)
"""

# A period that has not begun before the register's date holds no history: it is corrected.
CORRECT_PERIODS: Final = """
UPDATE reference_facilityperiod t
SET category_id = p.category, legal_entity_id = e.id
FROM register_plan p JOIN reference_legalentity e ON e.finess = p.entity
WHERE t.id = p.period_id AND p.splits AND p.starts_on >= %(date)s
"""

END_PERIODS: Final = """
UPDATE reference_facilityperiod t
SET ends_on = CASE
    WHEN p.splits AND (p.starts_on IS NULL OR p.starts_on < %(date)s)
        THEN %(date)s::date - 1
    WHEN p.closes IS NOT NULL THEN GREATEST(p.closes, p.starts_on)
END
FROM register_plan p
WHERE t.id = p.period_id AND p.live
    AND (
        p.action IN ('closed', 'reopened')
        OR (p.splits AND (p.starts_on IS NULL OR p.starts_on < %(date)s))
    )
"""

INSERT_PERIODS: Final = """
INSERT INTO reference_facilityperiod (
    facility_id, starts_on, ends_on, category_id, legal_entity_id
)
SELECT f.id,
    CASE
        WHEN p.action = 'created' THEN p.opens
        WHEN p.splits THEN %(date)s::date
        ELSE GREATEST(%(date)s::date, p.ends_on + 1, p.opens)
    END,
    p.closes, p.category, e.id
FROM register_plan p
JOIN reference_facility f ON f.finess = p.finess
JOIN reference_legalentity e ON e.finess = p.entity
WHERE p.action = 'created'
    OR (p.action = 'reopened' AND NOT p.live)
    OR (p.splits AND (p.starts_on IS NULL OR p.starts_on < %(date)s))
ORDER BY f.id
"""

# A register older than the one that last held a facility says nothing of its closing.
CLOSE_ABSENT: Final = """
UPDATE reference_facilityperiod p
SET ends_on = GREATEST(%(date)s, p.starts_on)
FROM reference_facility f
WHERE p.facility_id = f.id AND f.departement_id = ANY(%(covered)s) AND f.seen_on <= %(date)s
    AND (p.ends_on IS NULL OR p.ends_on > %(date)s)
    AND p.ends_on IS DISTINCT FROM GREATEST(%(date)s, p.starts_on)
    AND NOT EXISTS (SELECT FROM register_row r WHERE r.finess = f.finess)
    AND NOT EXISTS (SELECT FROM register_cited r WHERE r.finess = f.finess)
"""

SELECT_MOVED_AWAY: Final = """
SELECT line, finess, departement, known_departement FROM register_plan
WHERE NOT stale AND known_departement <> departement ORDER BY line
"""

SELECT_CLOSED_EARLY: Final = """
SELECT line, finess, closes, starts_on FROM register_plan
WHERE action = 'closed' AND closes < starts_on ORDER BY line
"""
