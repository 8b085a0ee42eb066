"""Proposals: changes of a policy that loosen it wait here for a second person."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ranking', '0012_rule_lists'),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyProposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('market', models.CharField(blank=True, max_length=16, unique=True, verbose_name='market')),
                ('kind', models.CharField(choices=[('create', 'new policy'), ('change', 'change of the policy'), ('delete', 'deletion of the policy')], default='change', max_length=10, verbose_name='kind')),
                ('status', models.CharField(choices=[('review', 'in review'), ('returned', 'sent back')], default='review', max_length=10, verbose_name='status')),
                ('document', models.JSONField(default=dict, verbose_name='proposed policy')),
                ('base_hash', models.CharField(max_length=64)),
                ('proposed_by', models.CharField(max_length=80)),
                ('proposed_by_label', models.CharField(max_length=150, verbose_name='proposed by')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('proposed_at', models.DateTimeField(verbose_name='proposed')),
                ('policy', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='proposal', to='ranking.rulepolicy', verbose_name='policy')),
            ],
            options={
                'verbose_name': 'waiting change of a policy',
                'verbose_name_plural': 'waiting changes of policies',
                'ordering': ['proposed_at', 'id'],
            },
        ),
    ]
