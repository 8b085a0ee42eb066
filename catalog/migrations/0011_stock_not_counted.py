"""Stock may be unknown: a shop that never told any is no longer sold out from end to end."""

from django.db import migrations, models

SQL = """
UPDATE catalog_variant SET stock = NULL WHERE NOT EXISTS (SELECT 1 FROM catalog_variant WHERE stock > 0);
WITH bumped AS (
    SELECT catalog_bump_version('index') AS version
    WHERE EXISTS (SELECT 1 FROM catalog_variant) AND NOT EXISTS (SELECT 1 FROM catalog_variant WHERE stock IS NOT NULL)
)
UPDATE catalog_searchdocument SET in_stock = true, version = bumped.version FROM bumped;
"""


class Migration(migrations.Migration):
    # Rows are changed after the column: Postgres refuses an ALTER TABLE behind them in one transaction.
    atomic = False
    dependencies = [("catalog", "0010_field_masks")]
    operations = [
        migrations.AlterField(
            "variant",
            "stock",
            models.IntegerField(
                blank=True, help_text="Empty: not counted, and always available.", null=True, verbose_name="stock"
            ),
        ),
        migrations.RunSQL(SQL, "UPDATE catalog_variant SET stock = 0 WHERE stock IS NULL"),
    ]
