"""Governance of rules: policies, waiting changes, market permissions, and an audit log nobody can rewrite."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

PROTECTED = [
    "gender", "sex", "male", "female", "man", "men", "woman", "women", "transgender", "age", "agegroup", "senior",
    "seniors", "elderly", "ethnicity", "ethnic", "race", "nationality", "religion", "religious", "muslim", "christian",
    "jewish", "buddhist", "health", "illness", "disease", "pregnant", "pregnancy", "disability", "disabled",
    "orientation", "sexuality", "gay", "lesbian", "lgbt",
    "性别", "男性", "女性", "年龄", "年纪", "老年", "老人", "民族", "种族", "国籍", "宗教", "信仰", "健康", "疾病", "患者", "怀孕", "孕妇",
    "残疾", "残障", "性取向", "同性恋",
]  # fmt: skip

# TRUNCATE too is refused, but for the databases of tests, which are emptied between tests.
SQL = """
CREATE FUNCTION ranking_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
    IF TG_OP = 'TRUNCATE' AND starts_with(current_database(), 'test_') THEN RETURN NULL; END IF;
    RAISE EXCEPTION 'the audit log only grows: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ranking_audit_rows BEFORE UPDATE OR DELETE ON ranking_auditentry
FOR EACH ROW EXECUTE FUNCTION ranking_audit_refuse();

CREATE TRIGGER ranking_audit_table BEFORE TRUNCATE ON ranking_auditentry
FOR EACH STATEMENT EXECUTE FUNCTION ranking_audit_refuse();

CREATE TRIGGER ranking_policy_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ranking_rulepolicy
FOR EACH STATEMENT EXECUTE FUNCTION ranking_bump('rules');

CREATE TRIGGER ranking_cap_changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON ranking_sharecap
FOR EACH STATEMENT EXECUTE FUNCTION ranking_bump('rules');
"""

UNDO = """
DROP TRIGGER ranking_cap_changed ON ranking_sharecap;
DROP TRIGGER ranking_policy_changed ON ranking_rulepolicy;
DROP TRIGGER ranking_audit_table ON ranking_auditentry;
DROP TRIGGER ranking_audit_rows ON ranking_auditentry;
DROP FUNCTION ranking_audit_refuse();
"""


def make_policy(apps, schema_editor):
    """The whole shop's row, so that the admin has it to edit. Four eyes are off: one person must be able to work."""
    apps.get_model("ranking", "RulePolicy").objects.create(market="", protected=PROTECTED)


def note_live(apps, schema_editor):
    """Rules that were live keep the mark of it: their deletion needs a second person wherever four eyes are on."""
    rules = apps.get_model("ranking", "Rule").objects.filter(status__in=("live", "paused"))
    rules.update(approved_hash="before governance")


def keep_rights(apps, schema_editor):
    """Whoever could write rules before there were market permissions still can, for all markets."""
    wanted = ("add_rule", "change_rule", "delete_rule")
    permissions = apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="ranking", codename__in=wanted
    )
    grants = apps.get_model("ranking", "MarketGrant").objects
    for group in apps.get_model("auth", "Group").objects.filter(permissions__in=permissions).distinct():
        grants.create(group=group, right="write", all_markets=True)
    for user in apps.get_model("auth", "User").objects.filter(user_permissions__in=permissions).distinct():
        grants.create(user=user, right="write", all_markets=True)


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('ranking', '0010_simulations'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='RulePolicy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('market', models.CharField(blank=True, help_text='Empty: the whole shop, where no market differs.', max_length=16, unique=True, verbose_name='market')),
                ('four_eyes', models.BooleanField(default=False, help_text='A second person approves every change before shoppers see it. Off: whoever may write rules may make them live, which is what a shop of one person needs.', verbose_name='four eyes')),
                ('superusers_exempt', models.BooleanField(default=False, help_text='For emergencies in small teams; every use stands in the audit log.', verbose_name='superusers may approve their own changes')),
                ('protected', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, help_text='No rule may treat shoppers differently by a segment whose name holds one of these words.', size=None, verbose_name='protected traits')),
                ('own_brands', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=100), blank=True, default=list, help_text='Keys of the brands that belong to the shop; caps may name them all at once.', size=None, verbose_name='own brands')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
            ],
            options={
                'verbose_name': 'rule policy',
                'verbose_name_plural': 'rule policies',
                'ordering': ['market'],
            },
        ),
        migrations.AlterModelOptions(
            name='rule',
            options={'ordering': ['priority', 'created_at', 'id'], 'permissions': [('approve_rule', 'Can approve rules')], 'verbose_name': 'rule', 'verbose_name_plural': 'rules'},
        ),
        migrations.AddField(
            model_name='historicalrule',
            name='approved_hash',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='historicalrule',
            name='changed_by',
            field=models.CharField(blank=True, editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='historicalrule',
            name='changed_by_label',
            field=models.CharField(blank=True, editable=False, max_length=150, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='historicalrule',
            name='comment',
            field=models.TextField(blank=True, editable=False, verbose_name='comment'),
        ),
        migrations.AddField(
            model_name='rule',
            name='approved_hash',
            field=models.CharField(blank=True, editable=False, max_length=64),
        ),
        migrations.AddField(
            model_name='rule',
            name='changed_by',
            field=models.CharField(blank=True, editable=False, max_length=80),
        ),
        migrations.AddField(
            model_name='rule',
            name='changed_by_label',
            field=models.CharField(blank=True, editable=False, max_length=150, verbose_name='changed by'),
        ),
        migrations.AddField(
            model_name='rule',
            name='comment',
            field=models.TextField(blank=True, editable=False, verbose_name='comment'),
        ),
        migrations.CreateModel(
            name='AuditEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('actor', models.CharField(max_length=80, verbose_name='account')),
                ('actor_label', models.CharField(max_length=150, verbose_name='who')),
                ('action', models.CharField(max_length=20, verbose_name='action')),
                ('kind', models.CharField(max_length=20, verbose_name='kind')),
                ('object_id', models.CharField(max_length=40, verbose_name='id')),
                ('object_name', models.CharField(max_length=200, verbose_name='what')),
                ('version', models.PositiveIntegerField(null=True, verbose_name='version')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('document', models.TextField(blank=True, verbose_name='document')),
                ('document_hash', models.CharField(blank=True, max_length=64, verbose_name='hash of the document')),
                ('previous_hash', models.CharField(max_length=64, unique=True, verbose_name='hash of the entry before')),
                ('hash', models.CharField(max_length=64, unique=True, verbose_name='hash')),
            ],
            options={
                'verbose_name': 'audit entry',
                'verbose_name_plural': 'audit log',
                'ordering': ['-id'],
                'indexes': [models.Index(fields=['kind', 'object_id', 'version'], name='ranking_audit_object')],
            },
        ),
        migrations.CreateModel(
            name='RuleChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('edit', 'change'), ('delete', 'deletion')], default='edit', max_length=10, verbose_name='kind')),
                ('status', models.CharField(choices=[('draft', 'draft'), ('review', 'in review')], default='draft', max_length=10, verbose_name='status')),
                ('document', models.JSONField(default=dict, verbose_name='proposed rule')),
                ('version', models.PositiveIntegerField(verbose_name='version')),
                ('changed_by', models.CharField(blank=True, max_length=80)),
                ('changed_by_label', models.CharField(blank=True, max_length=150, verbose_name='changed by')),
                ('comment', models.TextField(blank=True, verbose_name='comment')),
                ('updated_at', models.DateTimeField(auto_now=True, verbose_name='updated')),
                ('rule', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='pending', to='ranking.rule', verbose_name='rule')),
            ],
            options={
                'verbose_name': 'waiting change',
                'verbose_name_plural': 'waiting changes',
                'ordering': ['updated_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='ShareCap',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('own_brands', 'own brands'), ('brand', 'brand'), ('category', 'category'), ('attribute', 'attribute')], default='own_brands', max_length=12, verbose_name='what')),
                ('attribute', models.CharField(blank=True, help_text='Its key, when the cap is about an attribute.', max_length=100, verbose_name='attribute')),
                ('values', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=200), blank=True, default=list, help_text='Keys with commas between them; own brands need none.', size=None, verbose_name='values')),
                ('places', models.PositiveIntegerField(default=10, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100)], verbose_name='first places')),
                ('percent', models.PositiveIntegerField(default=30, validators=[django.core.validators.MaxValueValidator(100)], verbose_name='at most, in percent')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='caps', to='ranking.rulepolicy', verbose_name='policy')),
            ],
            options={
                'verbose_name': 'cap',
                'verbose_name_plural': 'caps',
                'ordering': ['policy', 'id'],
            },
        ),
        migrations.CreateModel(
            name='MarketGrant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('right', models.CharField(choices=[('write', 'write rules'), ('approve', 'approve rules')], default='write', max_length=10, verbose_name='may')),
                ('all_markets', models.BooleanField(default=False, help_text='Also needed for rules that name no market: they concern all.', verbose_name='all markets')),
                ('markets', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=16), blank=True, default=list, help_text='Codes with commas between them.', size=None, verbose_name='markets')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='auth.group', verbose_name='group')),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='user')),
            ],
            options={
                'verbose_name': 'market permission',
                'verbose_name_plural': 'market permissions',
                'ordering': ['id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('group__isnull', True), ('user__isnull', False)), models.Q(('group__isnull', False), ('user__isnull', True)), _connector='OR'), name='ranking_marketgrant_one_holder')],
            },
        ),
        migrations.AddIndex(
            model_name='rule',
            index=models.Index(condition=models.Q(('status', 'review'), models.Q(('comment', ''), _negated=True), _connector='OR'), fields=['updated_at'], name='ranking_rule_waiting'),
        ),
        migrations.RunSQL(SQL, UNDO),
        migrations.RunPython(make_policy, migrations.RunPython.noop),
        migrations.RunPython(note_live, migrations.RunPython.noop),
        migrations.RunPython(keep_rights, migrations.RunPython.noop),
    ]
