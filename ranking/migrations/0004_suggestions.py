"""Tables of suggestions and the search for phrases like a mistyped one."""

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

# A function, because the operator reads its threshold from a setting and one round trip has no room for SET LOCAL.
# show_trgm() loads the library first: an ordinary role may not name a setting of a library that is not loaded.
SIMILAR = """
SELECT show_trgm('');
CREATE FUNCTION ranking_similar_phrases(typed text, wanted text, most integer) RETURNS SETOF bigint
LANGUAGE sql STABLE SET pg_trgm.word_similarity_threshold = 0.25 AS $$
    SELECT id FROM ranking_suggestionphrase
    WHERE typed <% phrase AND kind <> 'product' AND locale = wanted
    ORDER BY word_similarity(typed, phrase) DESC, weight DESC LIMIT most
$$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ranking', '0003_default_config'),
    ]

    operations = [
        migrations.CreateModel(
            name='SuggestionBuild',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('index_version', models.BigIntegerField()),
                ('built_at', models.DateTimeField()),
                ('seconds', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='SuggestionPhrase',
            fields=[
                ('id', models.BigIntegerField(primary_key=True, serialize=False)),
                ('locale', models.CharField(max_length=8)),
                ('kind', models.CharField(choices=[('query', 'Query'), ('category', 'Category'), ('brand', 'Brand'), ('product', 'Product')], max_length=10)),
                ('key', models.CharField(blank=True, max_length=300)),
                ('text', models.CharField(max_length=300)),
                ('phrase', models.CharField(db_collation='C', max_length=300)),
                ('count', models.IntegerField()),
                ('weight', models.FloatField()),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('phrase'), 'gin_trgm_ops'), condition=models.Q(('kind', 'product'), _negated=True), name='suggestion_phrase_trigrams')],
            },
        ),
        migrations.CreateModel(
            name='SuggestionTail',
            fields=[
                ('pk', models.CompositePrimaryKey('phrase_id', 'tail', blank=True, editable=False, primary_key=True, serialize=False)),
                ('tail', models.CharField(db_collation='C', max_length=80)),
                ('locale', models.CharField(max_length=8)),
                ('weight', models.FloatField()),
                ('phrase', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.CASCADE, to='ranking.suggestionphrase')),
            ],
            options={
                'indexes': [models.Index(fields=['locale', 'tail'], name='suggestion_tail'), models.Index(models.F('locale'), django.db.models.functions.text.Left('tail', 1), models.OrderBy(models.F('weight'), descending=True), name='suggestion_tail_1'), models.Index(models.F('locale'), django.db.models.functions.text.Left('tail', 2), models.OrderBy(models.F('weight'), descending=True), name='suggestion_tail_2'), models.Index(models.F('locale'), django.db.models.functions.text.Left('tail', 3), models.OrderBy(models.F('weight'), descending=True), name='suggestion_tail_3')],
            },
        ),
        migrations.RunSQL(SIMILAR, "DROP FUNCTION ranking_similar_phrases(text, text, integer)"),
    ]
