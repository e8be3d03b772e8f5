import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0007_corrections'),
        ('org', '0002_removals'),
        ('tariffs', '0003_removals'),
    ]

    operations = [
        migrations.CreateModel(
            name='BillTrial',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True)),
                ('month', models.DateField()),
                ('usage_class', models.CharField(blank=True, max_length=24)),
                ('status', models.CharField(choices=[('QUEUED', 'QUEUED'), ('RUNNING', 'RUNNING'), ('DONE', 'DONE'), ('FAILED', 'FAILED'), ('CANCELLED', 'CANCELLED')], default='QUEUED', max_length=10)),
                ('shard_count', models.PositiveIntegerField(default=0)),
                ('shards_done', models.PositiveIntegerField(default=0)),
                ('started_by', models.CharField(max_length=40)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('end_reason', models.CharField(blank=True, max_length=300)),
                ('bill_count', models.PositiveIntegerField(default=0)),
                ('difference_fen', models.BigIntegerField(default=0)),
                ('report', models.JSONField(blank=True, null=True)),
                ('report_sha256', models.CharField(blank=True, max_length=64)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.unit')),
                ('version', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tariffs.tariffversion')),
            ],
        ),
        migrations.AddIndex(
            model_name='billtrial',
            index=models.Index(fields=['version', 'status'], name='bill_trial_of_version'),
        ),
        migrations.AddIndex(
            model_name='billtrial',
            index=models.Index(fields=['-started_at', '-id'], name='bill_trial_newest'),
        ),
        migrations.AddConstraint(
            model_name='billtrial',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('report__isnull', False), ('status', 'DONE')), models.Q(models.Q(('status', 'DONE'), _negated=True), ('report__isnull', True)), _connector='OR'), name='bill_trial_report_when_done'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='billtrial',
            trigger=pgtrigger.compiler.Trigger(name='bill_trial_ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IN (\'DONE\', \'FAILED\', \'CANCELLED\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f253ebd3a1cd06dec36818482087adb8e68f2ca0', operation='UPDATE', pgid='pgtrigger_bill_trial_ends_once_2f843', table='billing_billtrial', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='billtrial',
            trigger=pgtrigger.compiler.Trigger(name='bill_trial_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='57248079846f037b555eb4aafb2930cdb8e5ea91', operation='DELETE', pgid='pgtrigger_bill_trial_stays_6d73e', table='billing_billtrial', when='BEFORE')),
        ),
    ]
