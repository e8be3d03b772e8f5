"""The statements that facts come by: each returns a row a customer, whole numbers only; nulls are not known."""

# ruff: noqa: S608, E501 - our own text, in which nothing but names of ours is put together

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement over a range of customers, of one source; of columns in `unknown` a missing row says nothing."""

    source: str
    text: str
    names: tuple[str, ...]
    unknown: frozenset[str] = frozenset()


_RANGE = "between %(first)s and %(last)s"
_ACCOUNTS = f"customers_customeraccount a where a.customer_id {_RANGE}"

# What tells whether a source holds anything at all.
PRESENCE = {
    "archive": "select from customers_customer",
    "industry": "select from customers_customer where industry_code > ''",
    "places": "select from customers_servicelocation where town > '' or community > ''",
    "marks": "select from customers_specialmark",
    "contacts": "select from customers_contact where role in ('TENANT', 'OWNER')",
    "equipment": "select from customers_customerequipment",
    "points": "select from metering_usagepoint",
    "transformers": "select from network_transformer where account_id is not null",
    "terms": "select from billing_billingterms",
    "bills": "select from billing_bill",
    "curves": "select from readings_dailyusage",
    "payments": "select from receivables_payment",
    "risk": "select from collection_riskrun where account_count > 0",
    "dunning": "select from collection_dunningstep",
    "late_fees": "select from receivables_posting p join receivables_ledgeraccount l on l.id = p.ledger_account_id"
    " where l.code like '6301.01%%'",
    "fee_control": "select from fee_control_controlledaccount",
    "mandates": "select from channels_mandate",
    "invoices": "select from invoicing_invoiceprofile union all select from invoicing_invoice",
    "credit_grade": "select from customers_customer where credit_grade > ''",
    "value_class": "select from customers_customer where value_class > ''",
    "managers": "select from customers_accountmanagement where period @> current_date",
}


def _number(column: str, codes: str) -> str:
    """Return the place of a code in a list, counted from 1, nothing of one that is not in it."""
    quoted = ", ".join(f"'{code}'" for code in codes.split())
    return f"array_position(array[{quoted}]::varchar[], {column})"


STATEMENTS = {
    # Who there is: every other statement fills columns of these customers.
    "customers": Statement(
        "archive",
        f"""
select c.id, c.unit_id, {_number("c.kind", "PERSON COMPANY GOVERNMENT")},
       case when c.industry_code ~ '^[0-9]{{2}}' then left(c.industry_code, 2)::int
            when c.industry_code ~ '^[A-T][0-9]{{2}}' then substr(c.industry_code, 2, 2)::int end,
       {_number("c.importance", "NONE SPECIAL FIRST SECOND TEMPORARY")}, c.since_date - %(epoch)s::date,
       {_number("c.credit_grade", "AAA AA A B C D")}, {_number("c.value_class", "VIP MAIN ORDINARY SMALL")}
  from customers_customer c where c.id {_RANGE} and c.merged_into_id is null order by c.id""",
        (
            "customer_id",
            "unit_id",
            "kind",
            "industry_division",
            "importance",
            "since",
            "credit_grade",
            "value_class",
        ),
    ),
    "accounts": Statement(
        "archive",
        f"""
select a.customer_id, count(*) filter (where a.status not in ('CLOSED', 'PLANNED')), max(a.household_size),
       max({_number("a.usage_class", "RESIDENTIAL RESIDENTIAL_SHARED AGRICULTURAL COMMERCIAL_INDUSTRIAL LARGE_INDUSTRIAL")})
  from {_ACCOUNTS} group by 1""",
        ("customer_id", "accounts", "household_size", "usage_class"),
        frozenset({"usage_class"}),
    ),
    "places": Statement(
        "places",
        f"""
select a.customer_id, bool_or(l.town ~ '乡$' or l.community ~ '村$')::int
  from customers_customeraccount a join customers_servicelocation l on l.id = a.location_id
 where a.customer_id {_RANGE} and (l.town > '' or l.community > '') group by 1""",
        ("customer_id", "is_rural"),
        frozenset({"is_rural"}),
    ),
    "marks": Statement(
        "marks",
        f"""
select a.customer_id, bool_or(m.kind in ('LOW_INCOME', 'FIVE_GUARANTEE'))::int, bool_or(m.kind = 'MANY_PERSONS')::int
  from customers_customeraccount a join customers_specialmark m on m.account_id = a.id
 where a.customer_id {_RANGE} and m.period @> %(as_of)s::date group by 1""",
        ("customer_id", "is_needy", "has_many_persons"),
    ),
    "contacts": Statement(
        "contacts",
        f"""
select k.customer_id, bool_or(k.role = 'TENANT')::int, bool_or(k.role = 'OWNER')::int
  from customers_contact k
 where k.customer_id {_RANGE} and k.role in ('TENANT', 'OWNER') and k.period @> %(as_of)s::date group by 1""",
        ("customer_id", "has_tenant", "has_owner"),
        frozenset({"has_tenant", "has_owner"}),
    ),
    "equipment": Statement(
        "equipment",
        f"""
select e.customer_id, bool_or(e.kind = 'PANELS')::int, bool_or(e.kind = 'STORAGE')::int, bool_or(e.kind = 'CHARGER')::int
  from customers_customerequipment e where e.customer_id {_RANGE} group by 1""",
        ("customer_id", "has_panels", "has_storage", "has_charger"),
    ),
    "points": Statement(
        "points",
        f"""
select a.customer_id,
       max(case when u.voltage ~ '^[0-9]+(\\.[0-9]+)?kV$' then replace(u.voltage, 'kV', '')::numeric * 1000
                when u.voltage ~ '^[0-9]+V$' then replace(u.voltage, 'V', '')::numeric end),
       count(distinct coalesce(u.feeder_id, t.feeder_id))
  from customers_customeraccount a join metering_usagepoint u on u.account_id = a.id
  left join network_transformerarea t on t.id = u.area_id
 where a.customer_id {_RANGE} and u.status = 'ACTIVE' group by 1""",
        ("customer_id", "voltage", "feeders"),
        frozenset({"voltage", "feeders"}),
    ),
    "transformers": Statement(
        "transformers",
        f"""
select a.customer_id, sum(t.capacity_kva) * 10
  from customers_customeraccount a join network_transformer t on t.account_id = a.id
 where a.customer_id {_RANGE} group by 1""",
        ("customer_id", "capacity"),
        frozenset({"capacity"}),
    ),
    "terms": Statement(
        "terms",
        f"""
select a.customer_id, sum(t.contract_kw) * 10,
       max({_number("t.basic_mode", "NONE CAPACITY CONTRACT_DEMAND ACTUAL_DEMAND")}), bool_or(t.time_of_use)::int
  from customers_customeraccount a join metering_usagepoint u on u.account_id = a.id
  join billing_billingterms t on t.usage_point_id = u.id and t.period @> %(as_of)s::date
 where a.customer_id {_RANGE} group by 1""",
        ("customer_id", "contract_demand", "basic_mode", "is_time_of_use"),
        frozenset({"contract_demand", "basic_mode", "is_time_of_use"}),
    ),
    "payments": Statement(
        "payments",
        f"""
select a.customer_id, count(*),
       mode() within group (order by {_number("p.channel", "COUNTER BANK_WITHHOLDING ONLINE AGENT TRANSFER")}),
       mode() within group (order by {_number("p.tender", "CASH CARD CHEQUE ACCOUNT")})
  from customers_customeraccount a join receivables_payment p on p.customer_account_id = a.id
 where a.customer_id {_RANGE} and p.paid_on > %(year_ago)s and p.paid_on <= %(as_of)s group by 1""",
        ("customer_id", "payments_12", "main_channel", "main_tender"),
        frozenset({"main_channel", "main_tender"}),
    ),
    "risk": Statement(
        "risk",
        f"""
select a.customer_id, sum(s.figures[1]), sum(s.figures[2]), max(s.figures[4]), max(s.figures[3]),
       max({_number("s.grade", "A B C D")}), bool_or(s.is_watched)::int
  from customers_customeraccount a join collection_riskscore s on s.account_id = a.id
   and s.run_id = (select id from collection_riskrun where as_of_date <= %(as_of)s order by as_of_date desc limit 1)
 where a.customer_id {_RANGE} group by 1""",
        ("customer_id", "bills_due", "late_count", "late_share", "days_late", "risk_grade", "is_watched"),
        frozenset({"bills_due", "late_count", "late_share", "days_late", "risk_grade", "is_watched"}),
    ),
    "dunning": Statement(
        "dunning",
        f"""
select a.customer_id, count(*)
  from customers_customeraccount a join collection_dunningstep s on s.account_id = a.id
 where a.customer_id {_RANGE} and s.done_on > %(year_ago)s and s.done_on <= %(as_of)s group by 1""",
        ("customer_id", "reminders_12"),
    ),
    "late_fees": Statement(
        "late_fees",
        f"""
select a.customer_id, count(distinct p.voucher_id)
  from customers_customeraccount a join receivables_posting p on p.customer_account_id = a.id
 where a.customer_id {_RANGE} and p.ledger_account_id = any(%(late_fee_income)s)
   and p.id >= %(first_posting)s and p.booked_on <= %(as_of)s and p.credit_fen > 0 group by 1""",
        ("customer_id", "late_fees_12"),
    ),
    "fee_control": Statement(
        "fee_control",
        f"""
select a.customer_id, bool_or(g.kind = 'PREPAID')::int, coalesce(sum(n.notices), 0)
  from customers_customeraccount a join fee_control_controlledaccount k on k.account_id = a.id
  left join fee_control_controlagreement g on g.id = k.agreement_id
  left join lateral (select count(*) as notices from fee_control_controlnotice n
                      where n.account_id = a.id and n.kind in ('NOTICE', 'WARNING')
                        and n.told_at > %(year_ago)s and n.told_at < %(until)s) n on true
 where a.customer_id {_RANGE} group by 1""",
        ("customer_id", "is_prepaid", "low_balance_notices_12"),
    ),
    "mandates": Statement(
        "mandates",
        f"""
select a.customer_id, 1
  from customers_customeraccount a join channels_mandate m on m.account_id = a.id
 where a.customer_id {_RANGE} and m.since_date <= %(as_of)s
   and (m.until_date is null or m.until_date > %(as_of)s) group by 1""",
        ("customer_id", "has_mandate"),
    ),
    "invoices": Statement(
        "invoices",
        f"""
select i.customer_id, (array_agg({_number("i.kind", "ORDINARY SPECIAL")} order by i.day desc))[1]
  from (select customer_id, kind, invoice_date as day from invoicing_invoice
         where customer_id {_RANGE} and colour = 'BLUE' and invoice_date <= %(as_of)s
        union all
        select customer_id, kind, changed_at::date from invoicing_invoiceprofile where customer_id {_RANGE}) i
 group by 1""",
        ("customer_id", "invoice_kind"),
        frozenset({"invoice_kind"}),
    ),
    "managers": Statement(
        "managers",
        f"""
select m.customer_id, 1 from customers_accountmanagement m
 where m.customer_id {_RANGE} and m.period @> %(as_of)s::date group by 1""",
        ("customer_id", "has_manager"),
    ),
    # The three below are worked on further; they fill no columns by themselves. The bills are asked for by account:
    # joined to the accounts the planner reads the months of the whole utility for every chunk.
    "months": Statement(
        "",
        """
select b.account_id, b.month - %(epoch)s::date, b.energy_kwh_e2, b.amount_fen, (b.power_factor_fen > 0)::int
  from billing_bill b
 where b.account_id {of} and b.id >= %(first_bill)s
   and b.month >= %(first_month)s and b.month < %(last_month)s and b.issued_at < %(until)s""",
        ("account_id", "month", "energy_kwh_e2", "amount_fen", "is_charged"),
    ),
    "curves": Statement(
        "",
        f"""
select p.customer_id, max(p.days), sum(p.total), sum(p.peak), sum(p.valley), sum(p.demand_w), sum(p.generated),
       sum(p.work_total), max(p.work_days), sum(p.weekend_total), max(p.weekend_days), sum(p.holiday_total),
       max(p.holiday_days)
  from (select a.customer_id, u.id, count(*) filter (where d.day >= %(window_start)s) as days,
               sum(d.total_kwh_e2) filter (where d.day >= %(window_start)s) as total,
               sum(d.sharp_kwh_e2 + d.peak_kwh_e2) filter (where d.day >= %(window_start)s) as peak,
               sum(d.valley_kwh_e2 + d.deep_kwh_e2) filter (where d.day >= %(window_start)s) as valley,
               max(d.demand_w) filter (where d.day >= %(window_start)s) as demand_w,
               sum(d.generated_kwh_e2) filter (where d.day >= %(window_start)s) as generated,
               sum(d.total_kwh_e2) filter (where d.day = any(%(work)s::date[])) as work_total,
               count(*) filter (where d.day = any(%(work)s::date[])) as work_days,
               sum(d.total_kwh_e2) filter (where d.day = any(%(weekend)s::date[])) as weekend_total,
               count(*) filter (where d.day = any(%(weekend)s::date[])) as weekend_days,
               sum(d.total_kwh_e2) filter (where d.day = any(%(holidays)s::date[])) as holiday_total,
               count(*) filter (where d.day = any(%(holidays)s::date[])) as holiday_days
          from customers_customeraccount a join metering_usagepoint u on u.account_id = a.id
          join readings_dailyusage d on d.usage_point_id = u.id
         where a.customer_id {_RANGE} and d.day <= %(as_of)s
           and (d.day >= %(window_start)s or d.day = any(%(holidays)s::date[]))
         group by 1, 2) p
 group by 1""",
        (
            "customer_id",
            "days",
            "total",
            "peak",
            "valley",
            "demand_w",
            "generated",
            "work_total",
            "work_days",
            "weekend_total",
            "weekend_days",
            "holiday_total",
            "holiday_days",
        ),
    ),
    "reported": Statement(
        "",
        f"""
select f.customer_id, array_position(%(types)s::varchar[], f.type) - 1, f.on_date - %(epoch)s::date,
       coalesce(f.until_date - %(epoch)s::date, 2199023255552), f.value * 100
  from credit_customerfact f
 where f.customer_id {_RANGE} and f.state = %(standing)s and f.withdrawn_at is null
   and f.on_date <= %(as_of)s and (f.on_date > %(two_years_ago)s or f.until_date is not null
       or f.type in ('language_care', 'do_not_disturb', 'own_generation', 'green_power_interest',
                     'energy_service_interest', 'demand_response_signed', 'market_contract', 'coal_to_electricity',
                     'power_resold'))""",
        ("customer_id", "type", "on_day", "until_day", "value_e2"),
    ),
}
