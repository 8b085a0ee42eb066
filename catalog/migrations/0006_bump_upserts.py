"""A missing version row is made at the next bump, from the clock: versions never repeat, even after a truncate."""

from django.db import migrations

SQL = """
CREATE OR REPLACE FUNCTION catalog_bump_version(kind text) RETURNS bigint LANGUAGE sql AS $$
    INSERT INTO catalog_liveversion (name, version)
    VALUES (kind, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    ON CONFLICT (name) DO UPDATE SET version = catalog_liveversion.version + 1 RETURNING version
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_text_fingerprint")]
    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
