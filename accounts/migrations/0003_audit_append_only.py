"""The database itself refuses to change or remove an entry of the audit trail.

Whoever reaches the tables through the application's own connection cannot rewrite what was done.
A deleted user or région may be forgotten by its entries, and only a deleted one: that is checked
when the transaction ends. TRUNCATE, which needs more rights in production, stays possible.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION accounts_auditentry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'actor_id' - 'region_id' = to_jsonb(OLD) - 'actor_id' - 'region_id'
        AND (NEW.actor_id IS NULL OR NEW.actor_id = OLD.actor_id)
        AND (NEW.region_id IS NULL OR NEW.region_id = OLD.region_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER accounts_auditentry_append_only
    BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_is_append_only();

CREATE FUNCTION accounts_auditentry_forgets_only_the_deleted() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.actor_id IS NULL AND EXISTS (SELECT 1 FROM accounts_user WHERE id = OLD.actor_id))
        OR (NEW.region_id IS NULL
            AND EXISTS (SELECT 1 FROM reference_region WHERE code = OLD.region_id))
    THEN
        RAISE EXCEPTION 'the audit trail forgets deleted users and regions only'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER accounts_auditentry_forgets_only_the_deleted
    AFTER UPDATE ON accounts_auditentry DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION accounts_auditentry_forgets_only_the_deleted();
"""

BACKWARD = """
DROP TRIGGER accounts_auditentry_forgets_only_the_deleted ON accounts_auditentry;
DROP TRIGGER accounts_auditentry_append_only ON accounts_auditentry;
DROP FUNCTION accounts_auditentry_forgets_only_the_deleted();
DROP FUNCTION accounts_auditentry_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_email_in_lower_case"),
        ("reference", "0001_initial"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
