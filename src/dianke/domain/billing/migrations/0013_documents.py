import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0010_average_prices'),
    ]

    operations = [
        migrations.CreateModel(
            name='RunWork',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('REPLAY', 'REPLAY'), ('PDF', 'PDF')], max_length=8)),
                ('status', models.CharField(choices=[('QUEUED', 'QUEUED'), ('RUNNING', 'RUNNING'), ('DONE', 'DONE'), ('FAILED', 'FAILED'), ('CANCELLED', 'CANCELLED')], default='QUEUED', max_length=10)),
                ('total', models.PositiveIntegerField(default=0)),
                ('done', models.PositiveIntegerField(default=0)),
                ('started_by', models.CharField(max_length=40)),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('end_reason', models.CharField(blank=True, max_length=300)),
                ('report', models.JSONField(blank=True, null=True)),
                ('file_name', models.CharField(blank=True, max_length=80)),
                ('file_bytes', models.PositiveBigIntegerField(default=0)),
                ('file_sha256', models.CharField(blank=True, max_length=64)),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='works', to='billing.billrun')),
            ],
            options={
                'indexes': [models.Index(fields=['run', 'kind', '-id'], name='run_work_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['QUEUED', 'RUNNING'])), fields=('run', 'kind'), name='one_open_work_a_run_and_kind')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='runwork',
            trigger=pgtrigger.compiler.Trigger(name='run_work_ends_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IN (\'DONE\', \'FAILED\', \'CANCELLED\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='7614e96a6b46aa9f2360e36dfcf119c6e10f0eb8', operation='UPDATE', pgid='pgtrigger_run_work_ends_once_9df7b', table='billing_runwork', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='runwork',
            trigger=pgtrigger.compiler.Trigger(name='run_work_stays', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='f7a06a0c76fc78e2bde2f2c5d667eb8dfabf1831', operation='DELETE', pgid='pgtrigger_run_work_stays_516a6', table='billing_runwork', when='BEFORE')),
        ),
    ]
