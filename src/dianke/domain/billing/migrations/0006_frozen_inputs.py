"""Lines become integers with a kind; the inputs of bills are frozen as columns with their shard."""

import django.db.models.deletion
from django.db import migrations, models


# A draft is calculated again from the same frozen readings; an issued line keeps its figures in the new form.
CONVERT = """
do $$ begin
    if exists (select 1 from billing_billrun where status = 'ISSUING') then
        raise exception 'a bill run is being issued: finish it with the release that began it, then upgrade';
    end if;
end $$;
delete from billing_billdraftline;
delete from billing_billdraft;
update billing_billrunshard s set status = 'PENDING' from billing_billrun r
 where r.id = s.run_id and r.status in ('CALCULATING', 'CALCULATED') and s.status = 'CALCULATED';
update billing_billrun set status = 'CALCULATING' where status = 'CALCULATED';
insert into billing_billlinekind (code, name, unit_name, rule, included)
select distinct code, name, unit_name, rule, included from billing_billline;
update billing_billline l
   set kind_id = k.id, quantity_e6 = round(l.quantity * 1000000), price_e8 = round(l.price * 100000000),
       amount_e6 = round(l.amount * 1000000)
  from billing_billlinekind k
 where (k.code, k.name, k.unit_name, k.rule, k.included) = (l.code, l.name, l.unit_name, l.rule, l.included);
"""

# Compressed content gains nothing by the database compressing it again.
STORAGE = """
alter table billing_draftinputs alter column content set storage external;
alter table billing_frozeninputs alter column content set storage external;

-- Keys that follow each other, for a shard's bills are then one range of the table.
create function billing_reserve_bills(wanted integer) returns bigint
language plpgsql set search_path = public, pg_temp as $$
declare
    first bigint;
begin
    perform pg_advisory_lock(7204);
    first := nextval('billing_bill_serial');
    perform setval('billing_bill_serial', first + wanted - 1);
    perform pg_advisory_unlock(7204);
    return first;
end $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0005_history_by_statement'),
        ('org', '0002_removals'),
    ]

    operations = [
        migrations.CreateModel(
            name='FrozenPrices',
            fields=[
                ('sha256', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('content', models.TextField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='billdraftline',
            name='amount_e6',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='billdraftline',
            name='price_e8',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='billdraftline',
            name='quantity_e6',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='billline',
            name='amount_e6',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='billline',
            name='price_e8',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='billline',
            name='quantity_e6',
            field=models.BigIntegerField(default=0),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='billrunshard',
            name='differing_count',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='billrunshard',
            name='end_bill_id',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='billrunshard',
            name='first_bill_id',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='bill',
            name='basis',
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name='BillLineKind',
            fields=[
                ('id', models.AutoField(primary_key=True, serialize=False)),
                ('code', models.CharField(max_length=60)),
                ('name', models.CharField(max_length=60)),
                ('unit_name', models.CharField(max_length=12)),
                ('rule', models.CharField(max_length=40)),
                ('included', models.BooleanField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('code', 'name', 'unit_name', 'rule', 'included'), name='bill_line_kind_once')],
            },
        ),
        migrations.AddField(
            model_name='billdraftline',
            name='kind',
            field=models.ForeignKey(db_constraint=False, db_index=False, default=0, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.billlinekind'),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='billline',
            name='kind',
            field=models.ForeignKey(db_constraint=False, db_index=False, default=0, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.billlinekind'),
            preserve_default=False,
        ),
        migrations.CreateModel(
            name='DraftInputs',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shard_number', models.PositiveIntegerField()),
                ('first_point_id', models.BigIntegerField()),
                ('last_point_id', models.BigIntegerField()),
                ('bill_count', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('run', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.billrun')),
            ],
            options={
                'indexes': [models.Index(fields=['run', 'shard_number'], name='draft_inputs_shard')],
            },
        ),
        migrations.CreateModel(
            name='FrozenInputs',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('shard_number', models.PositiveIntegerField()),
                ('first_point_id', models.BigIntegerField()),
                ('last_point_id', models.BigIntegerField()),
                ('bill_count', models.PositiveIntegerField()),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('run_id', models.BigIntegerField()),
                ('unit', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['run_id', 'shard_number'], name='frozen_inputs_shard')],
            },
        ),
        migrations.RunSQL(CONVERT, migrations.RunSQL.noop),
        migrations.RemoveField(
            model_name='billdraft',
            name='basis',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='amount',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='bill_id',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='code',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='included',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='name',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='price',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='quantity',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='rule',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='sequence',
        ),
        migrations.RemoveField(
            model_name='billdraftline',
            name='unit_name',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='amount',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='bill_id',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='code',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='included',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='name',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='price',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='quantity',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='rule',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='sequence',
        ),
        migrations.RemoveField(
            model_name='billline',
            name='unit_name',
        ),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
