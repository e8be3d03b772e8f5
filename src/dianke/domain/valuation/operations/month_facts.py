"""Gather a month of all customers from bills, books and readings, and keep it packed."""

from datetime import datetime

import numpy as np

from dianke.domain.valuation.models import MonthFacts
from dianke.domain.valuation.queries import facts as kept
from dianke.domain.valuation.queries import gathering
from dianke.domain.valuation.queries.gathering import Accounts
from dianke.domain.valuation.rules.facts import ENERGY, NAMES, Columns, Integers, pack, place
from dianke.domain.valuation.rules.margins import compute_margins
from dianke.domain.valuation.rules.policy import Policy
from dianke.domain.valuation.types import Month
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("keeping facts of customers by month")
_PART = 250_000
_DAY_HOURS = 24


def gather_month(*, month: Month, policy: Policy, accounts: Accounts, at: datetime) -> int:
    """Read a month of the whole fleet and keep it in the place of what was kept; return of how many customers."""
    mark = kept.mark_month(month=month)
    facts = _sum_by_customer(_list_account_facts(month, policy, accounts), accounts)
    write_month(month=month, policy_code=policy.code, facts=facts, mark=mark, at=at)
    return int(facts["customer"].size)


def write_month(*, month: Month, policy_code: str, facts: Columns, mark: str, at: datetime) -> None:
    """Keep the facts of a month, sorted by customer."""
    MonthFacts.objects.for_actor(_SYSTEM).filter(month=month.first).delete()
    size = facts["customer"].size
    rows = []
    for part, start in enumerate(range(0, max(size, 1), _PART)):
        own = {name: values[start : start + _PART] for name, values in facts.items()}
        rows.append(
            MonthFacts(
                month=month.first, part=part, policy_code=policy_code, customer_count=own["customer"].size, mark=mark,
                energy=pack({name: own[name] for name in ENERGY}),
                content=pack({name: own[name] for name in NAMES if name not in ENERGY}), gathered_at=at,
            )
        )  # fmt: skip
    MonthFacts.objects.bulk_create(rows, batch_size=1)


def _list_account_facts(month: Month, policy: Policy, accounts: Accounts) -> Columns:
    """Return the facts of a month by account, in the order of accounts' keys."""
    keys = np.sort(accounts.ids)
    found = {name: np.zeros(keys.size, dtype=np.int64) for name in (*NAMES, "is_billed")}
    _add_bills(found, keys, gathering.fetch_bills(month=month, policy_classes=policy.policy_classes), policy)
    payment = gathering.fetch_payment(month=month)
    for name in ("bills_due", "bills_in_time", "paid_fen", "late_fen_days"):
        _add(found[name], keys, payment["account"], payment[name])
    overdue = gathering.fetch_overdue(month=month)
    _add(found["overdue_fen"], keys, overdue["account"], overdue["fen"])
    _add(found["overdue_fen_days"], keys, overdue["account"], overdue["fen_days"])
    load = gathering.fetch_load(month=month)
    for name in ("demand_w", "demand_energy_e2", "active_e2", "reactive_e2", "standard_e4"):
        _add(found[name], keys, load["account"], load[name])
    found["demand_w_hours"] = found["demand_w"] * (month.after - month.first).days * _DAY_HOURS
    return {"account": keys, **found}


def _add_bills(found: dict[str, Integers], keys: Integers, bills: Columns, policy: Policy) -> None:
    account, energy = bills["account"], bills["energy_e2"]
    is_policy = bills["policy"] == 1
    for name, values in (
        ("energy_e2", energy),
        ("policy_e2", np.where(is_policy, energy, 0)),
        ("revenue_fen", bills["revenue_fen"]),
        ("basic_fen", bills["basic_fen"]),
        ("valley_e2", bills["valley_e2"]),
        ("valley_base_e2", np.where(bills["has_valley"] == 1, energy, 0)),
    ):
        _add(found[name], keys, account, values)
    places, known = place(keys, account)
    np.maximum.at(found["voltage_group"], places[known], bills["group"][known])
    found["is_billed"][places[known]] = 1
    rows = np.flatnonzero(found["is_billed"])
    of_policy = 2 * found["policy_e2"][rows] > found["energy_e2"][rows]
    found["margin_fen"][rows], found["neutral_fen"][rows] = compute_margins(
        found["energy_e2"][rows], found["basic_fen"][rows], found["voltage_group"][rows], of_policy, terms=policy.margin
    )


def _add(into: Integers, keys: Integers, asked: Integers, values: Integers) -> None:
    places, known = place(keys, asked)
    np.add.at(into, places[known], values[known])


def _sum_by_customer(facts: Columns, accounts: Accounts) -> dict[str, Integers]:
    """Return the facts of customers, of those alone that a month says something of."""
    order = np.argsort(accounts.ids, kind="stable")
    owners = accounts.customers[order]
    says = np.any([facts[name] != 0 for name in (*NAMES, "is_billed")], axis=0)
    customers, places = np.unique(owners[says], return_inverse=True)
    found: dict[str, Integers] = {"customer": customers}
    for name in (*NAMES, "is_billed"):
        summed = np.zeros(customers.size, dtype=np.int64)
        if name in ("voltage_group", "standard_e4", "is_billed"):
            np.maximum.at(summed, places, facts[name][says])
        else:
            np.add.at(summed, places, facts[name][says])
        found[name] = summed
    return found
