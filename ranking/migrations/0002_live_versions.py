"""A saved rule or configuration is live for the next search, whatever wrote it: the database bumps the version."""

from django.db import migrations

SQL = """
CREATE FUNCTION ranking_bump() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM catalog_bump_version(TG_ARGV[0]); RETURN NULL; END $$;

CREATE TRIGGER ranking_rule_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ranking_rule
FOR EACH STATEMENT EXECUTE FUNCTION ranking_bump('rules');

CREATE TRIGGER ranking_config_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ranking_rankingconfig
FOR EACH STATEMENT EXECUTE FUNCTION ranking_bump('config');
"""

UNDO = """
DROP TRIGGER ranking_rule_changed ON ranking_rule;
DROP TRIGGER ranking_config_changed ON ranking_rankingconfig;
DROP FUNCTION ranking_bump();
"""


class Migration(migrations.Migration):
    dependencies = [("ranking", "0001_initial"), ("catalog", "0003_live_versions")]
    operations = [migrations.RunSQL(SQL, UNDO)]
