"""Bring every database to one deck for each figures of a région, whichever 0004 it went through.

The first 0004 that was released made one deck unique for each data version. There, two versions
could show the same figures: after a failure, or when figures came back. The newest of those keeps
the name of its figures; the others stay what they are, files and links included, under a name that
no figures have. Where the later 0004 ran, nothing is changed.
"""

from django.db import migrations

FORWARD = """
UPDATE dashboard_export SET figures = replace(dashboard_export.id::text, '-', '')
FROM (
    SELECT id, row_number() OVER (
        PARTITION BY region_id, figures ORDER BY asked_at DESC, data_version DESC NULLS LAST, id
    ) AS place
    FROM dashboard_export
    WHERE author_id IS NULL AND edition_id IS NULL
) AS known
WHERE known.id = dashboard_export.id AND known.place > 1;

DROP INDEX IF EXISTS one_scheduled_deck_per_version;

CREATE UNIQUE INDEX IF NOT EXISTS one_scheduled_deck_per_figures
    ON dashboard_export (region_id, figures) WHERE author_id IS NULL AND edition_id IS NULL;
"""


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0004_exports_and_letters")]

    # The index is that of the constraint which 0004 gives the model: the state has it already.
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
