"""The text fingerprint as a generated column, and vocabulary changes announced to every process."""

from django.db import migrations

FINGERPRINT = """
ALTER TABLE catalog_product ADD COLUMN text_fingerprint text NOT NULL GENERATED ALWAYS AS (
    md5(sku || chr(31) || title_en || chr(31) || title_zh || chr(31) || description_en || chr(31) || description_zh
        || chr(31) || attributes::text)
) STORED;
"""

ANNOUNCE = """
CREATE FUNCTION catalog_vocabulary_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM touched) THEN PERFORM catalog_bump_version('vocabulary'); END IF;
    RETURN NULL;
END $$;
"""

TRIGGERS = "".join(
    f"CREATE TRIGGER {table}_{event.lower()}ed AFTER {event} ON {table} "
    f"REFERENCING {kind} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION catalog_vocabulary_changed();\n"
    for table in ("catalog_category", "catalog_brand", "catalog_attribute", "catalog_attributevalue")
    for event, kind in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)

UNDO = (
    "".join(
        f"DROP TRIGGER {table}_{event}ed ON {table};\n"
        for table in ("catalog_category", "catalog_brand", "catalog_attribute", "catalog_attributevalue")
        for event in ("insert", "update", "delete")
    )
    + "DROP FUNCTION catalog_vocabulary_changed(); ALTER TABLE catalog_product DROP COLUMN text_fingerprint;"
)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_markets")]
    operations = [migrations.RunSQL(FINGERPRINT + ANNOUNCE + TRIGGERS, UNDO)]
