"""Postings become a table partitioned by month through their key; whoever writes them is held to balance."""

from django.db import migrations

BOOKS = """
create table receivables_posting_by_month (like receivables_posting including defaults including constraints)
    partition by range (id);
drop table receivables_posting;
alter table receivables_posting_by_month rename to receivables_posting;
alter table receivables_posting add primary key (id);
create index posting_ledger_account on receivables_posting (ledger_account_id, id);
create index posting_customer_account on receivables_posting (customer_account_id, id)
    where customer_account_id is not null;

create sequence receivables_posting_serial;
create sequence receivables_voucher_serial;

create function receivables_is_closed(day date) returns boolean
language sql stable set search_path = public, pg_temp as $$
    select exists (select from receivables_accountingperiod
                    where kind = 'MONTH' and state = 'CLOSED' and start_date = date_trunc('month', day)::date)
        or (day <= (select max(start_date) from receivables_accountingperiod where kind = 'DAY')
            and not exists (select from receivables_accountingperiod
                             where kind = 'DAY' and start_date = day and state = 'REOPENED'))
$$;

-- Runs once a statement, on whichever table the statement names: a trigger of the parent does not fire for rows
-- that are copied into a partition, nor one of a partition for rows that come through the parent.
create function receivables_check_postings() returns trigger
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    fault record;
begin
    select voucher_id, unit_id, sum(debit_fen) as debit, sum(credit_fen) as credit into fault
      from new_rows group by voucher_id, unit_id having sum(debit_fen) <> sum(credit_fen) limit 1;
    if found then
        raise exception 'receivables: voucher % does not balance in unit %: debit % credit %',
            fault.voucher_id, fault.unit_id, fault.debit, fault.credit
            using errcode = 'check_violation', constraint = 'postings_balance';
    end if;
    -- Whoever closes a day takes the same lock alone, so that nothing slips into a day that is being closed.
    perform pg_advisory_xact_lock_shared(7210);
    -- Materialized, so that the question is asked once a day and not once a row.
    with day as materialized (select distinct booked_on, id / 1000000000000 as month from new_rows)
    select booked_on, month, receivables_is_closed(booked_on) as is_closed into fault from day
     where receivables_is_closed(booked_on)
        or month <> (extract(year from booked_on)::int % 100) * 100 + extract(month from booked_on)::int
     limit 1;
    if found and fault.is_closed then
        raise exception 'receivables: the accounting day % is closed', fault.booked_on
            using errcode = 'check_violation', constraint = 'postings_of_open_days';
    elsif found then
        raise exception 'receivables: a posting of % has a key of the month %', fault.booked_on, fault.month
            using errcode = 'check_violation', constraint = 'posting_key_of_its_month';
    end if;
    insert into receivables_dailysum
           (booked_on, unit_id, ledger_account_id, usage_class, for_year, debit_fen, credit_fen, posting_count)
    select booked_on, unit_id, ledger_account_id, usage_class, for_year, sum(debit_fen), sum(credit_fen), count(*)
      from new_rows group by booked_on, unit_id, ledger_account_id, usage_class, for_year;
    return null;
end $$;

create trigger postings_checked after insert on receivables_posting
    referencing new table as new_rows for each statement execute function receivables_check_postings();

-- The service's log-in owns nothing, so it cannot create a partition; this function does, as the owner, together
-- with the trigger of the partition, and gives no right on it: rows go in through the parent only.
create function receivables_open_month(yymm integer) returns void
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    suffix text := lpad(yymm::text, 4, '0');
    first bigint := yymm::bigint * 1000000000000;
    past bigint := (yymm::bigint + 1) * 1000000000000;
begin
    if yymm not between 1 and 9999 or yymm % 100 not between 1 and 12 then
        raise exception 'receivables_open_month: % is not a month', yymm;
    end if;
    perform pg_advisory_xact_lock(7211, yymm);
    if to_regclass('receivables_posting_' || suffix) is null then
        execute format('create table receivables_posting_%s partition of receivables_posting'
                       ' for values from (%s) to (%s)', suffix, first, past);
        execute format('create trigger postings_checked after insert on receivables_posting_%s'
                       ' referencing new table as new_rows for each statement'
                       ' execute function receivables_check_postings()', suffix);
    end if;
end $$;
"""


class Migration(migrations.Migration):
    dependencies = [("receivables", "0001_initial")]
    operations = [migrations.RunSQL(BOOKS, migrations.RunSQL.noop)]
