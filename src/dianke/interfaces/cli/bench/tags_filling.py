"""Statements that make up a fleet: what a customer has follows from its number, so that every size is like the next."""

# ruff: noqa: S608, E501 - our own text, in columns that are read side by side

_ALL = "generate_series(1, %(size)s) i"
# The customers of a hundred numbers in turn live at one station.
_STATION = "(%(stations)s::bigint[])[i / 100 %% cardinality(%(stations)s::bigint[]) + 1]"

STEPS = (
    # One in ten is a company, one in a hundred an office; the rest are people.
    f"""insert into customers_customer (id, number, name, name_initials, name_pinyin, kind, industry_code, since_date,
      unit_id, importance, credit_grade, value_class)
    select i, 'K' || lpad(i::text, 9, '0'), '测量用户', '', '',
      case when i %% 100 = 0 then 'GOVERNMENT' when i %% 10 = 0 then 'COMPANY' else 'PERSON' end,
      case when i %% 10 = 0 then (array['1711','2511','3011','3240','5211','6110','6521','8310','9110'])[i / 10 %% 9 + 1]
           else '' end,
      %(as_of)s::date - (i %% 9000), {_STATION},
      case when i %% 1000 = 0 then 'FIRST' when i %% 500 = 0 then 'SECOND' else 'NONE' end,
      (array['AAA','AA','A','B','C','D'])[i %% 6 + 1], (array['VIP','MAIN','ORDINARY','SMALL'])[i %% 4 + 1]
    from {_ALL}""",
    f"""insert into customers_servicelocation (id, code, address, unit_id, town, community)
    select i, 'L' || i, '测量路' || i || '号', {_STATION}, case when i %% 3 = 0 then '东乡' else '城关街道' end,
      case when i %% 3 = 0 then '一村' else '' end from {_ALL}""",
    f"""insert into customers_customeraccount (id, number, usage_class, status, household_size, opened_date, customer_id,
      unit_id, location_id)
    select i, lpad(i::text, 10, '0'), case when i %% 10 = 0 then 'COMMERCIAL_INDUSTRIAL' else 'RESIDENTIAL' end,
      'ACTIVE', i %% 7, date '2024-01-01', i, {_STATION}, i from {_ALL}""",
    """insert into network_substation (id, code, name, voltage, unit_id) values (1, 'S1', '测量站', '110kV', %(unit)s)""",
    """insert into network_feeder (id, code, name, voltage, unit_id, substation_id)
    select i, 'F' || i, '测量线', '10kV', %(unit)s, 1 from generate_series(1, 100) i""",
    f"""insert into metering_usagepoint (id, code, voltage, metering_side, status, account_id, feeder_id, location_id,
      unit_id)
    select i, 'P' || i, case when i %% 20 = 0 then '10kV' when i %% 10 = 0 then '380V' else '220V' end, 'LOW_LOW',
      'ACTIVE', i, i %% 100 + 1, i, {_STATION} from {_ALL}""",
    f"""insert into network_transformer (code, name, model, capacity_kva, interlock_group, account_id, feeder_id, unit_id)
    select 'T' || i, '测量变', '', (array[50, 160, 400, 2500])[i / 20 %% 4 + 1], '', i, i %% 100 + 1, %(unit)s
    from {_ALL} where i %% 20 = 0""",
    """insert into tariffs_tariffplan (id, code, name, kind, region, area, issuer, usage_classes)
    values (900001, 'BENCH', '测量', 'COMMERCIAL_INDUSTRIAL', '', '', '', '{}')""",
    f"""insert into billing_billingterms (period, structure, price_voltage, time_of_use, basic_mode, contract_kw,
      loss_method, line_loss_ratio, plan_id, usage_point_id)
    select '[2024-01-01,)', case when i %% 20 = 0 then 'TWO_PART' else 'SINGLE' end, '', i %% 10 = 0,
      case when i %% 40 = 0 then 'CAPACITY' when i %% 20 = 0 then 'CONTRACT_DEMAND' else 'NONE' end,
      case when i %% 20 = 0 then 300 end, 'NONE', 0, 900001, i from {_ALL} where i %% 10 = 0""",
    f"""insert into customers_specialmark (kind, period, account_id)
    select case when i %% 3 = 0 then 'MANY_PERSONS' else 'LOW_INCOME' end, '[2024-01-01,)', i
    from {_ALL} where i %% 50 = 1""",
    f"""insert into customers_contact (name, role, period, customer_id)
    select '联系人', case when i %% 5 = 0 then 'TENANT' else 'OWNER' end, '[2024-01-01,)', i from {_ALL} where i %% 2 = 0""",
    f"""insert into customers_customerequipment (kind, name, quantity, condition, customer_id)
    select (array['PANELS','STORAGE','CHARGER'])[i / 40 %% 3 + 1], '设备', 1, 'GOOD', i from {_ALL} where i %% 40 = 3""",
    f"""insert into customers_consent (purpose, channel, given_at, recorded_by, customer_id)
    select p, 'ONLINE', '2025-01-01 08:00+08', 'bench', i
    from {_ALL}, unnest(array['USAGE_ANALYSIS','MARKETING']) p where i %% 10 > 2""",
    # One in fifty is measured by intervals: three months of days.
    f"""insert into readings_dailyusage (usage_point_id, day, total_kwh_e2, sharp_kwh_e2, peak_kwh_e2, flat_kwh_e2,
      valley_kwh_e2, deep_kwh_e2, generated_kwh_e2, demand_w, missing_slots)
    select i, d::date, 100000 + i %% 7 * 10000 + extract(dow from d)::int * 5000, 5000, 30000, 25000,
      40000 + i %% 5 * 9000, 0, 0, 90000 + i %% 11 * 40000, 0
    from {_ALL}, generate_series(%(as_of)s::date - 95, %(as_of)s::date, interval '1 day') d where i %% 50 = 0""",
    """insert into collection_riskrun (id, as_of_date, made_by, made_at, rules_from_date, basis, verdict, account_count,
      scored_count, watched_count, exposure_fen, expected_loss_fen, grades, proposed_count, left_out_count)
    values (1, %(as_of)s, 'bench', now(), '2024-01-01', 'RULE', 'NOT_TRAINED', %(size)s, %(size)s, 0, 0, 0, '{}', 0, 0)""",
    f"""insert into collection_riskscore (score_e2, grade, points_e2, figures, probability_e6, month_fen, overdue_fen,
      exposure_fen, expected_loss_fen, reasons, is_watched, account_id, run_id, unit_id)
    select 9000 - i %% 60 * 100, (array['A','B','C','D'])[i %% 4 + 1], '{{}}',
      array[12, i %% 8, i %% 90 * 10, i %% 8 * 1200, 0, 0, 0, 0, 0, 0, 0, 0, 0], 10000, 10000, 0, 10000, 100, '{{}}',
      i %% 40 = 0, i, 1, %(unit)s from {_ALL}""",
    f"""insert into receivables_voucher (id, serial, number, kind, source, summary, booked_on, occurred_on, made_by,
      made_at, posting_count, amount_fen, first_posting_id, last_posting_id, unit_id)
    select 2609000000000000 + i, i, 'PZ' || i, 'PAYMENT', 'bench:' || i, '', '2026-09-20', '2026-09-20', 'bench', now(),
      2, 100, 1, 2, %(unit)s from {_ALL}""",
    f"""insert into receivables_payment (id, channel, external_number, amount_fen, tender, paid_on, received_by,
      received_at, voucher_id, summary, customer_account_id, unit_id)
    select 2609000000000000 + i, (array['ONLINE','COUNTER','BANK_WITHHOLDING','AGENT','TRANSFER'])[i %% 5 + 1], 'X' || i,
      10000, case when i %% 5 = 1 then 'CASH' else 'ACCOUNT' end, '2026-09-20', 'bench', now(), 2609000000000000 + i,
      '', i, %(unit)s from {_ALL}""",
    f"""insert into receivables_posting (id, voucher_id, booked_on, debit_fen, credit_fen, usage_class, for_year,
      customer_account_id, ledger_account_id, unit_id)
    select 2609000000000000 + i * 2 + s, 2609000000000000 + i, '2026-09-20', (1 - s) * 500, s * 500, '', 0, i,
      %(late_fees)s, %(unit)s from {_ALL}, generate_series(0, 1) s where i %% 25 = 0""",
    f"""insert into collection_dunningstep (since_due_date, code, kind, ladder_from_date, proposed_on, due_at,
      days_overdue, overdue_fen, item_count, text, state, hold_reason, assigned_to, released_by, done_on, done_by,
      result, note, account_id, unit_id)
    select '2026-08-01'::date + s, 'SMS' || s, 'SMS', '2024-01-01', '2026-08-10'::date + s, now(), 5, 1000, 1, '', 'DONE',
      '', '', '', '2026-08-11', '', '', '', i, %(unit)s from {_ALL}, generate_series(1, 2) s where i %% 12 = 0""",
    f"""insert into fee_control_controlagreement (id, state, proposed_by, proposed_at, decided_by, decision_reason, kind,
      notice_fen, warning_fen, stop_fen, signed_on, period, note, account_id, unit_id)
    select i, 'APPROVED', 'a', now(), 'b', '', case when i %% 3 = 0 then 'PREPAID' else 'POSTPAID_CONTROLLED' end, 5000,
      2000, 0, '2025-01-01', '[2025-01-01,)', '', i, %(unit)s from {_ALL} where i %% 15 = 0""",
    f"""insert into fee_control_controlledaccount (state, since_at, account_id, agreement_id, unit_id)
    select 'NORMAL', now(), i, i, %(unit)s from {_ALL} where i %% 15 = 0""",
    """insert into channels_bank (id, code, name, layout, client_number, account_number, unit_id)
    values (1, 'B1', '测量银行', 'CSV', '1', '1', %(unit)s)""",
    f"""insert into customers_bankaccount (id, bank_name, holder, number, period, account_id)
    select i, '测量银行', '测量用户', '', '[2025-01-01,)', i from {_ALL} where i %% 8 = 0""",
    f"""insert into channels_mandate (number, since_date, pause_reason, entered_by, entered_at, account_id, bank_id,
      bank_account_id)
    select 'M' || i, '2025-01-01', '', 'bench', now(), i, 1, i from {_ALL} where i %% 8 = 0""",
    f"""insert into invoicing_invoiceprofile (kind, title, tax_number, address, phone, bank_name, bank_number, changed_by,
      changed_at, customer_id)
    select case when i %% 20 = 0 then 'SPECIAL' else 'ORDINARY' end, '测量', '91X', '', '', '', '', 'bench',
      '2026-01-01', i from {_ALL} where i %% 10 = 0""",
    """insert into identity_staff (id, password, login, name, active, language, unit_id, must_change_password)
    values (900001, '', 'bench', '测量', false, '', %(unit)s, false)""",
    f"""insert into customers_accountmanagement (customer_id, manager_id, period, assigned_by, assigned_at)
    select i, 900001, '[2025-01-01,)', 'bench', now() from {_ALL} where i %% 30 = 0""",
)
# A month of bills: more in summer and winter, a tenth more each year, less for some.
LAST_STEP = f"""insert into billing_bill (id, run_id, shard_number, usage_point_id, account_id, account_number,
  customer_name, address, usage_class, month, period_start, period_end, energy_kwh_e2, basic_fen, energy_fen, shares_fen,
  power_factor_fen, funds_fen, amount_fen, calculated_by, issued_by, issued_at, unit_id, due_date)
select %(key)s + i, 1, 1, i, i, lpad(i::text, 10, '0'), '测量用户', '',
  case when i %% 10 = 0 then 'COMMERCIAL_INDUSTRIAL' else 'RESIDENTIAL' end, %(month)s, %(month)s,
  (%(month)s::date + interval '1 month')::date, e.kwh, 0, e.kwh / 2, 0, case when i %% 70 = 0 then 100 else 0 end, 0,
  e.kwh / 2, 'bench', 'other', %(month)s::date + interval '1 month 5 days', %(unit)s,
  (%(month)s::date + interval '1 month 25 days')::date
  from {_ALL}, lateral (select ((15000 + i %% 97 * 300) * case when i %% 10 = 0 then 40 else 1 end
    * (1 + 0.5 * abs(sin((extract(month from %(month)s::date) - 4) * 0.5236)))
    * (1 + %(back)s * (i %% 21 - 8) * 0.003))::bigint as kwh) e"""
