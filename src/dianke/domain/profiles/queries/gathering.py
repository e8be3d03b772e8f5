"""
Facts of a range of customers as columns, one set statement a source, from the modules that own them.

What a source holds nothing of at all is UNKNOWN for everybody; of a source that holds something, who is not in it
has none. Money in fen, energy in 1e-2 kWh, ratios in 1e-4, days since 1970.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection

from dianke.domain.credit.types import FactState, FactType
from dianke.domain.profiles.queries.statements import PRESENCE, STATEMENTS, Statement
from dianke.domain.profiles.rules.catalogue import list_facts_known
from dianke.domain.profiles.rules.stretches import cut_stretches
from dianke.domain.receivables.queries.chart import list_keys_below
from dianke.domain.receivables.types import get_key_range
from dianke.engine.tags import indicators
from dianke.engine.tags.types import UNKNOWN, Integers
from dianke.kernel.calendar import load_mainland_calendar
from dianke.platform.database.fetching import fetch_columns
from dianke.platform.identity.types import Actor

EPOCH = date(1970, 1, 1)
MONTHS = 24
_SYSTEM = Actor.system("gathering facts of customers for tags")
_LATE_FEE_INCOME = "6301.01"
_REPEAT_DAYS, _WINDOW_DAYS = 60, 92
_IDLE_KWH_E2 = 10_00
Facts = dict[str, Integers]


def list_ranges(*, size: int) -> list[tuple[int, int]]:
    """Return the ranges of keys, both ends included, that hold so many customers each; merged ones are left out."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select min(id), max(id) from (select id, (row_number() over (order by id) - 1) / %s as block"
            " from customers_customer where merged_into_id is null) n group by block order by 1",
            [size],
        )
        return [(int(first), int(last)) for first, last in cursor.fetchall()]


def list_sources() -> set[str]:
    """Return the sources of facts that hold anything at all."""
    values = {"standing": FactState.STANDING.value}
    present: set[str] = set()
    with connection.cursor() as cursor:
        for source, statement in PRESENCE.items():
            cursor.execute(f"select exists({statement})", values)
            if cursor.fetchone()[0]:
                present.add(source)
        cursor.execute(
            "select distinct type from credit_customerfact where state = %(standing)s and withdrawn_at is null", values
        )
        present |= {f"fact:{kind}" for (kind,) in cursor.fetchall()}
    return present


def gather_facts(*, first: int, last: int, as_of: date, sources: set[str]) -> Facts:
    """Return the columns of facts of a range of customers as of the end of a day, with their keys and units."""
    values = _list_values(first, last, as_of)
    base = _fetch(STATEMENTS["customers"], values)
    keys = base.pop("customer_id")
    facts = {code: np.full(keys.size, UNKNOWN, dtype=np.int64) for code in list_facts_known()}
    facts |= {"customer_id": keys, "unit_id": base.pop("unit_id")}
    facts |= base
    for name, statement in STATEMENTS.items():
        if name != "customers" and statement.source in sources:
            _spread(facts, keys, _fetch(statement, values), statement)
    if "bills" in sources:
        _add_use(facts, keys, values, as_of)
    if "curves" in sources:
        _add_curves(facts, keys, values)
    _add_reported(facts, keys, values, as_of, sources)
    facts["capacity_use"] = indicators.divide(_times(facts["demand"], 10), facts["capacity"])
    return facts


def list_consents(*, first: int, last: int, as_of: date, purpose: str, keys: Integers) -> Any:
    """Return who may be judged for a purpose that asks for consent: people who agreed, and everybody else."""
    values = {"first": first, "last": last, "purpose": purpose, "until": _end_of(as_of)}
    found = fetch_columns(
        "select distinct c.customer_id::bigint from customers_consent c where c.customer_id between %(first)s and"
        " %(last)s and c.purpose = %(purpose)s and c.given_at < %(until)s"
        " and (c.withdrawn_at is null or c.withdrawn_at >= %(until)s)",
        values,
        ("customer_id",),
    )
    return _place(np.sort(found["customer_id"]), keys)[1]


def _add_use(facts: Facts, keys: Integers, values: Mapping[str, Any], as_of: date) -> None:
    """Add what twenty-four months of bills say."""
    rows = _fetch_months(values)
    place, known = _place(keys, rows["customer_id"])
    month = rows["month"].astype("datetime64[D]").astype("datetime64[M]") - np.datetime64(values["first_month"], "M")
    month = month.astype(np.int64)
    fits = known & (month >= 0) & (month < MONTHS)
    at = place[fits] * MONTHS + month[fits]
    size = keys.size * MONTHS
    count = np.bincount(at, minlength=size)
    energy, amount, charged = (
        _sum(at, rows[name][fits], size) for name in ("energy_kwh_e2", "amount_fen", "is_charged")
    )
    months = np.where(count > 0, energy, UNKNOWN).reshape(-1, MONTHS)
    fen = np.where(count > 0, amount, UNKNOWN).reshape(-1, MONTHS)
    has_bill = (months != UNKNOWN)[:, indicators.YEAR :]
    facts["billed_months"] = has_bill.sum(axis=1)
    facts["energy_12"] = indicators.sum_months(months, last=12)
    facts["energy_year_before"] = indicators.sum_months(months, last=12, skip=12)
    facts["energy_3"] = indicators.sum_months(months, last=3)
    facts["amount_12"] = indicators.sum_months(fen, last=12)
    facts["trend"] = indicators.find_trend(months)
    facts["spread"] = indicators.find_spread(months)
    facts |= indicators.find_season(months, first_month=values["first_month"].month - 1)
    half = months[:, -6:]
    facts["idle_months"] = np.where(
        (half != UNKNOWN).any(axis=1), ((half != UNKNOWN) & (half < _IDLE_KWH_E2)).sum(axis=1), UNKNOWN
    )
    penalised = (charged.reshape(-1, MONTHS)[:, indicators.YEAR :] > 0).sum(axis=1)
    facts["power_factor_months"] = np.where(has_bill.any(axis=1), penalised, UNKNOWN)
    facts["bill_swing"] = _find_swing(fen[:, indicators.YEAR :])


def _fetch_months(values: Mapping[str, Any]) -> Facts:
    """Return the bills of the accounts of a range of customers, with whose they are."""
    accounts = fetch_columns(
        "select a.id, a.customer_id::bigint from customers_customeraccount a"
        " where a.customer_id between %(first)s and %(last)s order by 1",
        values,
        ("id", "customer_id"),
    )
    stretches, others = cut_stretches(accounts["id"])
    parts = [
        _fetch(STATEMENTS["months"], {**values, "low": low, "high": high}, of="between %(low)s and %(high)s")
        for low, high in stretches
    ]
    if others.size or not parts:
        listed = {**values, "accounts": others.tolist()}
        parts.append(_fetch(STATEMENTS["months"], listed, of="= any(%(accounts)s::bigint[])"))
    rows = {name: np.concatenate([part[name] for part in parts]) for name in STATEMENTS["months"].names}
    # A range holds accounts of others too.
    place, known = _place(accounts["id"], rows.pop("account_id"))
    return {"customer_id": accounts["customer_id"][place[known]]} | {name: rows[name][known] for name in rows}


def _find_swing(fen: Integers) -> Integers:
    """Return the last bill of a year against the mean of the year."""
    known = fen != UNKNOWN
    count = known.sum(axis=1)
    newest = fen.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1)
    last = np.where(count > 1, fen[np.arange(len(fen)), newest], UNKNOWN)
    total = np.where(known, fen, 0).sum(axis=1)
    return indicators.divide(_times(last, count), np.where(total > 0, total, UNKNOWN))


def _add_curves(facts: Facts, keys: Integers, values: Mapping[str, Any]) -> None:
    """Add what days say that were measured by intervals."""
    rows = _fetch(STATEMENTS["curves"], values)
    place, known = _place(keys, rows["customer_id"])
    found = {name: _put(keys, place[known], column[known]) for name, column in rows.items() if name != "customer_id"}
    found = {name: np.where(found["days"] > 0, column, UNKNOWN) for name, column in found.items()}
    total = np.where(found["total"] > 0, found["total"], UNKNOWN)
    facts["peak_share"] = indicators.divide(found["peak"], total)
    facts["valley_share"] = indicators.divide(found["valley"], total)
    work = _per_day(found["work_total"], found["work_days"])
    facts["weekend_ratio"] = indicators.divide(_per_day(found["weekend_total"], found["weekend_days"]), work)
    facts["holiday_ratio"] = indicators.divide(_per_day(found["holiday_total"], found["holiday_days"]), work)
    facts["demand"] = np.where(found["demand_w"] != UNKNOWN, found["demand_w"] // 1_000, UNKNOWN)
    # Hundredths of a kWh a day are 10 Wh over 24 hours.
    mean_w = _per_day(_times(total, 10), _times(found["days"], 24))
    facts["load_factor"] = indicators.divide(mean_w, found["demand_w"])
    facts["generated"] = found["generated"]


def _add_reported(facts: Facts, keys: Integers, values: Mapping[str, Any], as_of: date, sources: set[str]) -> None:
    """Add what the table of facts about customers holds: counts of a time, what holds, last and mean values."""
    rows = _fetch(STATEMENTS["reported"], values)
    place, known = _place(keys, rows["customer_id"])
    rows = {name: column[known] for name, column in rows.items()} | {"place": place[known]}
    types = list(FactType)
    today = (as_of - EPOCH).days

    def pick(kind: FactType, chosen: Any = None) -> Any:
        is_kind = rows["type"] == types.index(kind)
        return is_kind if chosen is None else is_kind & chosen

    def count(name: str, kind: FactType, days: int = 365) -> None:
        if f"fact:{kind.value}" in sources:
            chosen = pick(kind, rows["on_day"] > today - days)
            facts[name] = np.bincount(rows["place"][chosen], minlength=keys.size)

    def hold(name: str, kind: FactType) -> None:
        if f"fact:{kind.value}" in sources:
            facts[name] = np.zeros(keys.size, dtype=np.int64)
            facts[name][rows["place"][pick(kind, rows["until_day"] > today)]] = 1

    for name, kind in _COUNTED.items():
        count(name, kind)
    count("online_logins_3", FactType.ONLINE_LOGIN, 92)
    for name, kind in _HELD.items():
        hold(name, kind)
    _add_judgements(facts, rows, size=keys.size, today=today, sources=sources)


def _add_judgements(facts: Facts, rows: Mapping[str, Integers], *, size: int, today: int, sources: set[str]) -> None:
    """Add what customers said of the service, and the end of their newest contract."""
    types = list(FactType)

    def pick(kind: FactType) -> Any:
        return rows["type"] == types.index(kind)

    if "fact:complaint" in sources:
        chosen = pick(FactType.COMPLAINT) & (rows["on_day"] > today - 365)
        facts["repeated_complaints_12"] = _count_repeats(rows, chosen, size)
    if "fact:satisfaction" in sources:
        chosen = pick(FactType.SATISFACTION)
        total, number = (
            np.bincount(rows["place"][chosen], weights=part, minlength=size).astype(np.int64)
            for part in (rows["value_e2"][chosen], None)
        )
        facts["satisfaction"] = indicators.divide(total, number * 100, scale=10)
    if "fact:nps" in sources:
        facts["nps"] = _take_last(rows, pick(FactType.NPS), size) // 100
        facts["nps"][facts["nps"] < 0] = UNKNOWN
    if "fact:market_contract" in sources:
        # The newest contract counts, over or not; one without an end has none.
        ends = _take_last(rows, pick(FactType.MARKET_CONTRACT), size, column="until_day")
        facts["contract_end"] = np.where((ends > 0) & (ends < 2**40), ends, UNKNOWN)


_COUNTED = {
    "calls_12": FactType.CALL,
    "complaints_12": FactType.COMPLAINT,
    "repair_calls_12": FactType.REPAIR_CALL,
    "outages_felt_12": FactType.OUTAGE_FELT,
    "market_moves_12": FactType.MARKET_MOVE,
    "closing_asked_12": FactType.CLOSING_ASKED,
    "capacity_cuts_12": FactType.CAPACITY_CUT_ASKED,
    "channel_changes_12": FactType.CHANNEL_CHANGED,
    "debits_failed_12": FactType.DEBIT_FAILED,
}
_HELD = {
    "needs_care": FactType.LANGUAGE_CARE,
    "do_not_disturb": FactType.DO_NOT_DISTURB,
    "has_market_contract": FactType.MARKET_CONTRACT,
    "has_own_generation": FactType.OWN_GENERATION,
    "wants_green_power": FactType.GREEN_POWER_INTEREST,
    "wants_energy_service": FactType.ENERGY_SERVICE_INTEREST,
    "has_demand_response": FactType.DEMAND_RESPONSE_SIGNED,
    "heats_with_power": FactType.COAL_TO_ELECTRICITY,
    "resells_power": FactType.POWER_RESOLD,
}


def _count_repeats(rows: Mapping[str, Integers], chosen: Any, size: int) -> Integers:
    """Return how many complaints of each customer follow another one within sixty days."""
    place, day = rows["place"][chosen], rows["on_day"][chosen]
    order = np.lexsort((day, place))
    place, day = place[order], day[order]
    again = (np.diff(place) == 0) & (np.diff(day) <= _REPEAT_DAYS)
    return np.bincount(place[1:][again], minlength=size)


def _take_last(rows: Mapping[str, Integers], chosen: Any, size: int, *, column: str = "value_e2") -> Integers:
    """Return the newest value of each customer, UNKNOWN of whom there is none."""
    found = np.full(size, UNKNOWN, dtype=np.int64)
    order = np.argsort(rows["on_day"][chosen], kind="stable")
    found[rows["place"][chosen][order]] = rows[column][chosen][order]
    return found


def _spread(facts: Facts, keys: Integers, rows: Facts, statement: Statement) -> None:
    """Put the rows of a source into columns; who is not among them has what the statement says."""
    place, known = _place(keys, rows.pop("customer_id"))
    for name, column in rows.items():
        facts[name] = np.full(keys.size, UNKNOWN if name in statement.unknown else 0, dtype=np.int64)
        facts[name][place[known]] = column[known]


def _list_values(first: int, last: int, as_of: date) -> dict[str, Any]:
    month = _add_months(as_of.replace(day=1), -MONTHS)
    calendar = load_mainland_calendar()
    days = [as_of - timedelta(days=back) for back in range(366)]
    window = days[:_WINDOW_DAYS]
    return {
        "first": first,
        "last": last,
        "epoch": EPOCH,
        "as_of": as_of,
        "until": _end_of(as_of),
        "year_ago": as_of - timedelta(days=365),
        "two_years_ago": as_of - timedelta(days=730),
        "first_month": month,
        "last_month": _add_months(month, MONTHS),
        "first_bill": get_key_range(month=month)[0],
        "first_posting": get_key_range(month=_add_months(as_of.replace(day=1), -12))[0],
        "late_fee_income": list_keys_below(actor=_SYSTEM, code=_LATE_FEE_INCOME),
        "standing": FactState.STANDING.value,
        "types": [kind.value for kind in FactType],
        "window_start": window[-1],
        "work": [day for day in window if calendar.is_working_day(day)],
        "weekend": [day for day in window if day.weekday() > 4 and not calendar.is_working_day(day)],
        "holidays": [day for day in days if calendar.is_public_holiday(day)],
    }


def _fetch(statement: Statement, values: Mapping[str, Any], *, of: str = "") -> Facts:
    cast = ", ".join(f'coalesce("{name}"::bigint, {UNKNOWN})' for name in statement.names)
    columns = ", ".join(f'"{name}"' for name in statement.names)
    inner = statement.text.replace("{of}", of)
    text = f"select {cast} from ({inner}) f({columns})"  # noqa: S608 - our own text
    return dict(fetch_columns(text, values, statement.names))


def _place(keys: Integers, wanted: Integers) -> tuple[Integers, Any]:
    if not keys.size:
        return np.zeros(wanted.size, dtype=np.int64), np.zeros(wanted.size, dtype=bool)
    place = np.minimum(np.searchsorted(keys, wanted), keys.size - 1)
    return place, keys[place] == wanted


def _put(keys: Integers, place: Integers, column: Integers) -> Integers:
    found = np.zeros(keys.size, dtype=np.int64)
    found[place] = column
    return found


def _sum(at: Integers, column: Integers, size: int) -> Integers:
    # Whole numbers below 2^53 add up exactly as floats.
    return np.bincount(at, weights=column, minlength=size).astype(np.int64)


def _per_day(total: Integers, days: Integers) -> Integers:
    return np.where((total != UNKNOWN) & (days != UNKNOWN) & (days > 0), total // np.maximum(days, 1), UNKNOWN)


def _times(column: Integers, factor: int | Integers) -> Integers:
    return np.where(column != UNKNOWN, np.where(column != UNKNOWN, column, 0) * factor, UNKNOWN)


def _end_of(day: date) -> str:
    return f"{(day + timedelta(days=1)).isoformat()} 00:00:00+08"


def _add_months(month: date, count: int) -> date:
    index = month.year * 12 + month.month - 1 + count
    return date(index // 12, index % 12 + 1, 1)
