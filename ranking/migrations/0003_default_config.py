"""The first live ranking configuration; its figures come from benchmarks/relevance.py."""

from django.db import migrations

WEIGHTS = {"bm25": 0.8, "dense": 0.2, "in_stock": 0.02, "popularity": 0.02, "rating": 0.01}


def make_default(apps, schema_editor):  # noqa: ANN001, ANN201 - Django's signature
    apps.get_model("ranking", "RankingConfig").objects.create(
        name="Default", note="Measured on judged queries.", weights=WEIGHTS, is_live=True
    )


class Migration(migrations.Migration):
    dependencies = [("ranking", "0002_live_versions")]
    operations = [migrations.RunPython(make_default, migrations.RunPython.noop)]
