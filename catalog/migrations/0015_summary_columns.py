"""What the summary of a whole product is made of, and its sentiment, get columns instead of standing among its quotes."""

from django.db import migrations, models

MOVE = """
UPDATE catalog_aspectsummary SET fingerprint = coalesce(quotes->0->>'fingerprint', ''),
    sentiment = (quotes->0->>'sentiment')::float8, quotes = '[]' WHERE aspect = ''
"""
MOVE_BACK = """
UPDATE catalog_aspectsummary SET quotes = jsonb_build_array(
    jsonb_build_object('fingerprint', fingerprint, 'sentiment', sentiment)) WHERE aspect = ''
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_llm_cache")]
    operations = [
        migrations.AddField(
            "aspectsummary", "fingerprint", models.CharField(blank=True, default="", editable=False, max_length=32)
        ),
        migrations.AddField(
            "aspectsummary", "sentiment", models.FloatField(editable=False, null=True, verbose_name="sentiment")
        ),
        migrations.RunSQL(MOVE, MOVE_BACK),
    ]
