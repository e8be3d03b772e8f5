"""What back-billings recover and their penalties stand in totals by themselves."""

from django.db import migrations, models

# Rows that are there stay as they are: what was not told apart is one more row, with no bill and no amount.
ADD_UP = """
insert into billing_billtotal (
    unit_id, month, booked_month, is_correction, usage_class, industry_division, voltage, bill_count,
    energy_kwh_e2, basic_fen, energy_fen, shares_fen, power_factor_fen, funds_fen, recovery_fen, penalty_fen,
    amount_fen)
select b.unit_id, b.month, date_trunc('month', b.issued_at at time zone 'Asia/Shanghai')::date, true, b.usage_class,
       coalesce(substring(b.industry_code from '^[A-Z]?([0-9][0-9])'), ''), b.voltage,
       0, 0, -coalesce(sum(l.amount_e6) filter (where k.code = 'recovery.basic'), 0) / 10000,
       -coalesce(sum(l.amount_e6) filter (where k.code = 'recovery.energy'), 0) / 10000, 0, 0, 0,
       coalesce(sum(l.amount_e6) filter (where k.code like 'recovery.%'), 0) / 10000,
       coalesce(sum(l.amount_e6) filter (where k.code like 'penalty.%'), 0) / 10000, 0
  from billing_bill b
  join billing_billline l on l.id >= b.id * 100 and l.id < (b.id + 1) * 100
  join billing_billlinekind k on k.id = l.kind_id and (k.code like 'recovery.%' or k.code like 'penalty.%')
 where b.correction_id is not null
 group by 1, 2, 3, 4, 5, 6, 7
 order by 2, 1, 3, 4, 5, 6, 7;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0020_due_dates'),
    ]

    operations = [
        migrations.AddField(
            model_name='billtotal',
            name='recovery_fen',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.AddField(
            model_name='billtotal',
            name='penalty_fen',
            field=models.BigIntegerField(db_default=0, default=0),
        ),
        migrations.RunSQL(ADD_UP, migrations.RunSQL.noop),
    ]
