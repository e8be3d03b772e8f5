"""Bills and lines become tables partitioned by month through their key; the service may open a month."""

from django.db import migrations

PARTITION = """
create table billing_bill_by_month (like billing_bill including defaults including constraints)
    partition by range (id);
drop table billing_bill;
alter table billing_bill_by_month rename to billing_bill;
alter table billing_bill add primary key (id);
create index bill_account on billing_bill (account_id, id);
create index bill_run on billing_bill (run_id, id);

create table billing_billline_by_month (like billing_billline including defaults including constraints)
    partition by range (id);
drop table billing_billline;
alter table billing_billline_by_month rename to billing_billline;
alter table billing_billline add primary key (id);

create sequence billing_bill_serial;

-- The service's log-in owns nothing, so it cannot create a partition; this function does, as the owner,
-- and gives no right on the partition itself: rows go in through the parent only.
create function billing_open_month(yymm integer) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    suffix text := lpad(yymm::text, 4, '0');
    first bigint := yymm::bigint * 1000000000000;
    past bigint := (yymm::bigint + 1) * 1000000000000;
begin
    if yymm not between 1 and 9999 or yymm %% 100 not between 1 and 12 then
        raise exception 'billing_open_month: % is not a month', yymm;
    end if;
    perform pg_advisory_xact_lock(7203, yymm);
    if to_regclass('billing_bill_' || suffix) is null then
        execute format('create table billing_bill_%s partition of billing_bill for values from (%s) to (%s)',
                       suffix, first, past);
        execute format('create table billing_billline_%s partition of billing_billline for values from (%s) to (%s)',
                       suffix, first * 100, past * 100);
    end if;
end $$;
""".replace("%%", "%")


class Migration(migrations.Migration):
    dependencies = [("billing", "0001_initial")]
    operations = [migrations.RunSQL(PARTITION, migrations.RunSQL.noop)]
