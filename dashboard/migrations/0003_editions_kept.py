"""The database itself refuses to change or remove a frozen edition.

Whoever reaches the tables through the application's own connection cannot rewrite what a
committee saw. A deleted author may be forgotten by their editions, and only a deleted one: that is
checked when the transaction ends. TRUNCATE, which needs more rights in production, stays possible.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION dashboard_edition_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'author_id' = to_jsonb(OLD) - 'author_id'
        AND (NEW.author_id IS NULL OR NEW.author_id = OLD.author_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an edition is kept for ever' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER dashboard_edition_kept
    BEFORE UPDATE OR DELETE ON dashboard_edition
    FOR EACH ROW EXECUTE FUNCTION dashboard_edition_is_kept();

CREATE FUNCTION dashboard_edition_forgets_only_the_deleted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.author_id IS NULL AND EXISTS (SELECT 1 FROM accounts_user WHERE id = OLD.author_id)
    THEN
        RAISE EXCEPTION 'an edition forgets deleted users only'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER dashboard_edition_forgets_only_the_deleted
    AFTER UPDATE ON dashboard_edition DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION dashboard_edition_forgets_only_the_deleted();
"""

BACKWARD = """
DROP TRIGGER dashboard_edition_forgets_only_the_deleted ON dashboard_edition;
DROP TRIGGER dashboard_edition_kept ON dashboard_edition;
DROP FUNCTION dashboard_edition_forgets_only_the_deleted();
DROP FUNCTION dashboard_edition_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("dashboard", "0002_readings_table"),
        ("accounts", "0003_audit_append_only"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
