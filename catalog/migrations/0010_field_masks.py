"""Which fields hold a term, and which offers are the same thing; what is indexed already is made again in the background
(catalog.documents.INDEX_FORMAT), and searched as before until then.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0009_bm25f")]
    operations = [
        migrations.AddField("posting", "fields", models.BinaryField(default=b"")),
        migrations.AddField("segment", "title_keys", models.BinaryField(default=b"")),
        migrations.RunSQL(
            "ALTER TABLE catalog_posting ALTER COLUMN fields SET STORAGE EXTERNAL;"
            "ALTER TABLE catalog_segment ALTER COLUMN title_keys SET STORAGE EXTERNAL;",
            migrations.RunSQL.noop,
        ),
    ]
