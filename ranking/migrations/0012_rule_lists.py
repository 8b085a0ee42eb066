"""What keeps the rules' list and the book of live rules fast beside 100,000 rules (docs/adr/0017-rules-at-scale.md).

Indexes that only this database knows: expressions on a function of our own, which no model could declare.
"""

from django.db import migrations

SQL = """
-- array_to_string is not IMMUTABLE for every type of element; for text it is.
CREATE FUNCTION ranking_join_tags(tags text[]) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN upper(array_to_string(tags, ' '));

CREATE INDEX rule_order ON ranking_rule (priority, created_at, id);
CREATE INDEX rule_status_order ON ranking_rule (status, priority, created_at, id);
CREATE INDEX rule_kinds ON ranking_rule USING gin (actions jsonb_path_ops);
CREATE INDEX rule_name_trigrams ON ranking_rule USING gin (upper(name) gin_trgm_ops);
CREATE INDEX rule_reason_trigrams ON ranking_rule USING gin (upper(reason) gin_trgm_ops);
CREATE INDEX rule_tags_trigrams ON ranking_rule USING gin (ranking_join_tags(tags) gin_trgm_ops);
"""

UNDO = """
DROP INDEX rule_order, rule_status_order, rule_kinds, rule_name_trigrams, rule_reason_trigrams, rule_tags_trigrams;
DROP FUNCTION ranking_join_tags(text[]);
"""


class Migration(migrations.Migration):
    # pg_trgm comes with catalog's first migration.
    dependencies = [("ranking", "0011_governance"), ("catalog", "0001_extensions")]
    operations = [migrations.RunSQL(SQL, UNDO)]
