"""Bills keep trade and voltage as they were; what was billed is added up for statistics with the bills."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models


# Nobody kept the trade and the voltage of the bills that are there already: they get those of the archive today.
FILL = """
update billing_bill b set voltage = p.voltage, industry_code = c.industry_code
  from metering_usagepoint p, customers_customeraccount a, customers_customer c
 where p.id = b.usage_point_id and a.id = b.account_id and c.id = a.customer_id;
update billing_billdraft b set voltage = p.voltage, industry_code = c.industry_code
  from metering_usagepoint p, customers_customeraccount a, customers_customer c
 where p.id = b.usage_point_id and a.id = b.account_id and c.id = a.customer_id;
"""

ADD_UP = """
insert into billing_billtotal (
    unit_id, month, booked_month, is_correction, usage_class, industry_division, voltage, bill_count,
    energy_kwh_e2, basic_fen, energy_fen, shares_fen, power_factor_fen, funds_fen, amount_fen)
select b.unit_id, b.month,
       case when b.correction_id is null then b.month
            else date_trunc('month', b.issued_at at time zone 'Asia/Shanghai')::date end,
       b.correction_id is not null, b.usage_class,
       coalesce(substring(b.industry_code from '^[A-Z]?([0-9][0-9])'), ''), b.voltage,
       sum(case when c.reversal_id is null then 1 else -1 end),
       sum(b.energy_kwh_e2), sum(b.basic_fen), sum(b.energy_fen), sum(b.shares_fen), sum(b.power_factor_fen),
       sum(b.funds_fen), sum(b.amount_fen)
  from billing_bill b left join billing_correctedbill c on c.reversal_id = b.id
 group by 1, 2, 3, 4, 5, 6, 7
 order by 2, 1, 3, 4, 5, 6, 7;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0009_corrections_by_statement'),
        ('customers', '0012_history_by_statement'),
        ('metering', '0004_history_by_statement'),
        ('org', '0003_history_by_statement'),
    ]

    operations = [
        migrations.AddField(
            model_name='bill',
            name='industry_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=6),
        ),
        migrations.AddField(
            model_name='bill',
            name='voltage',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.AddField(
            model_name='billdraft',
            name='industry_code',
            field=models.CharField(blank=True, db_default='', default='', max_length=6),
        ),
        migrations.AddField(
            model_name='billdraft',
            name='voltage',
            field=models.CharField(blank=True, db_default='', default='', max_length=12),
        ),
        migrations.CreateModel(
            name='BillTotal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField()),
                ('booked_month', models.DateField()),
                ('is_correction', models.BooleanField()),
                ('usage_class', models.CharField(max_length=24)),
                ('industry_division', models.CharField(max_length=2)),
                ('voltage', models.CharField(max_length=12)),
                ('bill_count', models.IntegerField()),
                ('energy_kwh_e2', models.BigIntegerField()),
                ('basic_fen', models.BigIntegerField()),
                ('energy_fen', models.BigIntegerField()),
                ('shares_fen', models.BigIntegerField()),
                ('power_factor_fen', models.BigIntegerField()),
                ('funds_fen', models.BigIntegerField()),
                ('amount_fen', models.BigIntegerField()),
                ('written_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('unit', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='org.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['booked_month', 'unit'], name='bill_total_booked'), models.Index(fields=['month', 'unit'], name='bill_total_billed')],
            },
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(ADD_UP, migrations.RunSQL.noop),
    ]
