"""Indexes of the studio's long lists: words in Chinese rules, audit log and synonyms, their orders and filters.

Indexes that only this database knows, as in 0012 (docs/adr/0017-rules-at-scale.md).
"""

from django.db import migrations

SQL = """
-- Every one and two characters that stand side by side: most Chinese words are shorter than a trigram. Dear to make
-- (some 50 µs), hence the cost: they are to be read from an index, whatever else would do.
CREATE FUNCTION ranking_pieces(VARIADIC texts text[]) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 100000
RETURN (
    SELECT array_agg(DISTINCT substr(whole, place, size))
    FROM upper(array_to_string(texts, ' ')) AS whole,
        generate_series(1, length(whole)) AS place, generate_series(1, 2) AS size
);

CREATE INDEX rule_pieces ON ranking_rule USING gin (ranking_pieces(name, reason, ranking_join_tags(tags)));
CREATE INDEX rule_conditions ON ranking_rule USING gin (conditions jsonb_path_ops);
CREATE INDEX rule_not_live ON ranking_rule (updated_at) WHERE status <> 'live';

CREATE INDEX audit_pieces ON ranking_auditentry USING gin (ranking_pieces(object_name, actor_label));
CREATE INDEX audit_action_order ON ranking_auditentry (action, id);
CREATE INDEX audit_kind_order ON ranking_auditentry (kind, id);
CREATE INDEX audit_object_id ON ranking_auditentry (object_id);

CREATE INDEX synonym_pieces ON ranking_synonym
    USING gin (ranking_pieces(ranking_join_tags(words), ranking_join_tags(alternatives), note));
CREATE INDEX synonym_order ON ranking_synonym (updated_at, id);
CREATE INDEX synonym_status_order ON ranking_synonym (status, updated_at, id);
"""

UNDO = """
DROP INDEX rule_pieces, rule_conditions, rule_not_live, audit_pieces, audit_action_order, audit_kind_order,
    audit_object_id, synonym_pieces, synonym_order, synonym_status_order;
DROP FUNCTION ranking_pieces(VARIADIC text[]);
"""


class Migration(migrations.Migration):
    dependencies = [("ranking", "0013_policy_proposals")]
    operations = [migrations.RunSQL(SQL, UNDO)]
