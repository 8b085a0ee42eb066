"""The default weights with the parts of ADR 11; a configuration that a merchant has touched stays as it is."""

from django.db import migrations

BEFORE = {"bm25": 0.8, "dense": 0.2, "in_stock": 0.02, "popularity": 0.02, "rating": 0.01}
AFTER = {
    "bm25": 0.7, "dense": 0.3, "pseudo_relevance": 0.2, "head": 0.15, "stuffing": 0.2,
    "in_stock": 0.02, "popularity": 0.02, "rating": 0.01,
}  # fmt: skip


def _replace(apps, before, after):  # noqa: ANN001, ANN202 - Django's signature
    configs = apps.get_model("ranking", "RankingConfig").objects
    configs.filter(name="Default", weights=before, parameters={}).update(weights=after)


def use_new(apps, schema_editor):  # noqa: ANN001, ANN201
    _replace(apps, BEFORE, AFTER)


def use_old(apps, schema_editor):  # noqa: ANN001, ANN201
    _replace(apps, AFTER, BEFORE)


class Migration(migrations.Migration):
    dependencies = [("ranking", "0007_words")]
    operations = [migrations.RunPython(use_new, use_old)]
