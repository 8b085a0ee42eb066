"""Synonyms, in effect with the next search of every process, whatever wrote them: the database bumps the version."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models

SQL = """
INSERT INTO catalog_liveversion (name, version) VALUES ('synonyms', 0) ON CONFLICT DO NOTHING;

CREATE TRIGGER ranking_synonym_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ranking_synonym
FOR EACH STATEMENT EXECUTE FUNCTION ranking_bump('synonyms');
"""

UNDO = """
DROP TRIGGER ranking_synonym_changed ON ranking_synonym;
DELETE FROM catalog_liveversion WHERE name = 'synonyms';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('ranking', '0004_suggestions'),
        ('catalog', '0003_live_versions'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalSynonym',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('kind', models.CharField(choices=[('one_way', 'one-way'), ('two_way', 'two-way')], default='two_way', max_length=10, verbose_name='direction')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=50, verbose_name='words')),
                ('alternatives', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=50, verbose_name='also finds')),
                ('weight', models.FloatField(default=0.9, help_text='1 counts as much as the typed word; 0 keeps the words apart.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)], verbose_name='weight')),
                ('locale', models.CharField(blank=True, choices=[('', 'both'), ('en', 'English'), ('zh', 'Chinese')], default='', max_length=2, verbose_name='language of the shop')),
                ('status', models.CharField(choices=[('suggested', 'suggested'), ('accepted', 'accepted'), ('rejected', 'rejected')], db_index=True, default='accepted', max_length=10, verbose_name='status')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('source', models.CharField(choices=[('merchant', 'merchant'), ('catalog', 'catalog'), ('query_log', 'query log')], default='merchant', max_length=10, verbose_name='source')),
                ('note', models.TextField(blank=True, help_text='So that others know when it may go.', verbose_name='why')),
                ('evidence', models.JSONField(blank=True, default=dict, editable=False, verbose_name='evidence')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(blank=True, editable=False, verbose_name='created')),
                ('updated_at', models.DateTimeField(blank=True, editable=False, verbose_name='updated')),
                ('history_id', models.AutoField(primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.CharField(max_length=100, null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('changed_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical synonym',
                'verbose_name_plural': 'historical synonyms',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Synonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('one_way', 'one-way'), ('two_way', 'two-way')], default='two_way', max_length=10, verbose_name='direction')),
                ('words', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), size=50, verbose_name='words')),
                ('alternatives', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, size=50, verbose_name='also finds')),
                ('weight', models.FloatField(default=0.9, help_text='1 counts as much as the typed word; 0 keeps the words apart.', validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(1)], verbose_name='weight')),
                ('locale', models.CharField(blank=True, choices=[('', 'both'), ('en', 'English'), ('zh', 'Chinese')], default='', max_length=2, verbose_name='language of the shop')),
                ('status', models.CharField(choices=[('suggested', 'suggested'), ('accepted', 'accepted'), ('rejected', 'rejected')], db_index=True, default='accepted', max_length=10, verbose_name='status')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('source', models.CharField(choices=[('merchant', 'merchant'), ('catalog', 'catalog'), ('query_log', 'query log')], default='merchant', max_length=10, verbose_name='source')),
                ('note', models.TextField(blank=True, help_text='So that others know when it may go.', verbose_name='why')),
                ('evidence', models.JSONField(blank=True, default=dict, editable=False, verbose_name='evidence')),
                ('version', models.PositiveIntegerField(default=1, editable=False, verbose_name='version')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('changed_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'synonym',
                'verbose_name_plural': 'synonyms',
                'ordering': ['-updated_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('weight__gte', 0), ('weight__lte', 1)), name='synonym_weight_0_1')],
            },
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
