"""Live versions and the trigger that takes a deleted product out of search, whoever deletes it and however."""

from django.db import migrations

SQL = """
INSERT INTO catalog_liveversion (name, version)
VALUES ('index', 0), ('rules', 0), ('config', 0), ('embedding', 0), ('vocabulary', 0)
ON CONFLICT DO NOTHING;

CREATE FUNCTION catalog_bump_version(kind text) RETURNS bigint LANGUAGE sql AS
$$ UPDATE catalog_liveversion SET version = version + 1 WHERE name = kind RETURNING version $$;

CREATE FUNCTION catalog_bury_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE v bigint;
BEGIN
    IF EXISTS (SELECT 1 FROM gone) THEN
        v := catalog_bump_version('index');
        UPDATE catalog_searchdocument
        SET live = false, fingerprint = '', segment_id = NULL, ordinal = NULL, version = v
        WHERE product_id IN (SELECT id FROM gone);
        DELETE FROM catalog_embedding WHERE product_id IN (SELECT id FROM gone);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER catalog_product_deleted AFTER DELETE ON catalog_product
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION catalog_bury_deleted();

ALTER TABLE catalog_posting ALTER COLUMN ordinals SET STORAGE EXTERNAL, ALTER COLUMN frequencies SET STORAGE EXTERNAL;
ALTER TABLE catalog_segment ALTER COLUMN product_ids SET STORAGE EXTERNAL, ALTER COLUMN lengths SET STORAGE EXTERNAL,
    ALTER COLUMN facet_offsets SET STORAGE EXTERNAL, ALTER COLUMN facet_values SET STORAGE EXTERNAL;
"""

UNDO = """
DROP TRIGGER catalog_product_deleted ON catalog_product;
DROP FUNCTION catalog_bury_deleted();
DROP FUNCTION catalog_bump_version(text);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_initial")]
    operations = [migrations.RunSQL(SQL, UNDO)]
