"""A new market is announced like every other name."""

from django.db import migrations

SQL = "".join(
    f"CREATE TRIGGER catalog_market_{event.lower()}ed AFTER {event} ON catalog_market "
    f"REFERENCING {kind} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION catalog_vocabulary_changed();\n"
    for event, kind in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD"))
)
UNDO = "".join(f"DROP TRIGGER catalog_market_{event}ed ON catalog_market;\n" for event in ("insert", "update", "delete"))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_bump_upserts")]
    operations = [migrations.RunSQL(SQL, UNDO)]
