"""The speller's dictionary; the next refresh fills it, and gives the suggestions that are there their pinyin."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ranking", "0006_synonyms"),
    ]

    operations = [
        migrations.CreateModel(
            name="WordBook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.BigIntegerField()),
                ("fingerprint", models.CharField(max_length=32)),
                ("built_at", models.DateTimeField()),
                ("latin", models.TextField()),
                ("han", models.TextField()),
                ("han_pinyin", models.TextField()),
                ("counts", models.BinaryField()),
                ("pair_keys", models.BinaryField()),
                ("pair_counts", models.BinaryField()),
            ],
        ),
        migrations.RunSQL("DELETE FROM ranking_suggestionbuild", migrations.RunSQL.noop),
    ]
