"""What a rating works on, put together from kept months, accounts, grades and the rating before."""

from dataclasses import dataclass

import numpy as np

from dianke.application.valuation.leaving import find_leaving
from dianke.domain.valuation.models import RatingRun
from dianke.domain.valuation.operations.runs import Rows
from dianke.domain.valuation.queries import facts as kept
from dianke.domain.valuation.queries import gathering
from dianke.domain.valuation.queries.appeals import list_held
from dianke.domain.valuation.queries.gathering import Accounts, Fleet
from dianke.domain.valuation.queries.ratings import fetch_standing, get_last_run
from dianke.domain.valuation.queries.trades import list_growth
from dianke.domain.valuation.rules.brake import Standing, begin_standing
from dianke.domain.valuation.rules.course import Signs
from dianke.domain.valuation.rules.facts import Integers, Year, add_month, begin_year, place
from dianke.domain.valuation.rules.policy import Policy
from dianke.domain.valuation.rules.rating import Material, Rated
from dianke.domain.valuation.types import Month
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("rating customers, of every unit")


@dataclass(frozen=True, slots=True)
class Loaded:
    """The customers that are rated, and what is written beside them. Shapes: fleet and rows (n,)."""

    material: Material
    fleet: Fleet
    dropped: Integers


def load(*, run: RatingRun, policy: Policy) -> Loaded:
    """Return what is known of every customer that was supplied in the month of a run."""
    month = Month(run.month)
    accounts = gathering.fetch_accounts(policy_classes=policy.policy_classes)
    fleet = gathering.fetch_fleet(service_table=run.service_table)
    is_supplied = _supplied(accounts, fleet.customers, month)
    dropped = fleet.customers[~is_supplied & (fleet.classes >= 0)]
    fleet = Fleet(*(getattr(fleet, name)[is_supplied] for name in Fleet.__slots__))
    customers = fleet.customers
    energy, billed = _load_energy(customers, month, policy)
    before, is_next = _load_before(customers, month)
    opened, closed, has_policy = _sum_accounts(accounts, customers)
    capacity = gathering.fetch_capacity()
    material = Material(
        year=_load_year(customers, month, policy),
        energy_e2=energy,
        is_billed=billed,
        capacity_kva=_sum_capacity(accounts, customers, capacity),
        trade_growth=list_growth(customers=customers, month=month),
        grades=fleet.grades.astype(np.int8),
        has_policy_account=has_policy,
        signs=Signs(
            months_supplied=_count_months(opened, month),
            is_closed=closed < _day(month),
            asks_to_leave=find_leaving(customers=customers, on=month.after),
        ),
        before=before,
        held=list_held(customers=customers, on=month.after),
        is_next_month=is_next,
    )
    return Loaded(material, fleet, dropped)


def find_rows(loaded: Loaded, rated: Rated) -> Rows:
    """Return whose column of the customer differs from what was rated."""
    fleet = loaded.fleet
    return Rows(fleet.units, (fleet.classes != rated.braked.standing.in_force) | (fleet.has_table == 0))


def _supplied(accounts: Accounts, customers: Integers, month: Month) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    first, after = (int(np.datetime64(one).astype(np.int64)) for one in (month.first, month.after))
    within = (accounts.opened < after) & (accounts.closed >= first)
    # Accounts stand by customer, and to search in them needs no table of a million keys.
    return place(accounts.customers[within], customers)[1]


def _load_energy(
    customers: Integers, month: Month, policy: Policy
) -> tuple[Integers, np.ndarray[tuple[int, ...], np.dtype[np.bool_]]]:
    energy = np.zeros((customers.size, policy.history_months), dtype=np.int64, order="F")
    billed = np.zeros(energy.shape, dtype=bool, order="F")
    for at in range(policy.history_months):
        for part in kept.read_energy(month=month.back(policy.history_months - 1 - at)):
            places, known = place(customers, part["customer"])
            energy[places[known], at] = part["energy_e2"][known]
            billed[places[known], at] = part["is_billed"][known] == 1
    return energy, billed


def _load_year(customers: Integers, month: Month, policy: Policy) -> Year:
    year = begin_year(customers)
    for back in range(policy.year_months):
        for part in kept.read_month(month=month.back(back)):
            add_month(year, part, is_last=back == 0)
    return year


def _load_before(customers: Integers, month: Month) -> tuple[Standing, bool]:
    run = get_last_run(actor=_SYSTEM, before=month.first)
    found = begin_standing(customers.size)
    if run is None:
        return found, True
    keys, standing = fetch_standing(run=run)
    places, known = place(customers, keys)
    for name in ("in_force", "stood_class", "stood_months"):
        getattr(found, name)[places[known]] = getattr(standing, name)[known]
    return found, run.month == month.back(1)


def _sum_accounts(
    accounts: Accounts, customers: Integers
) -> tuple[Integers, Integers, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Return for each customer when its first account was opened, its last one closed, and whether one is by policy."""
    places, known = place(customers, accounts.customers)
    rows = places[known]
    opened = np.full(customers.size, gathering.NEVER, dtype=np.int64)
    closed = np.zeros(customers.size, dtype=np.int64)
    has_policy = np.zeros(customers.size, dtype=bool)
    np.minimum.at(opened, rows, accounts.opened[known])
    np.maximum.at(closed, rows, accounts.closed[known])
    has_policy[rows[accounts.is_policy[known] == 1]] = True
    return opened, closed, has_policy


def _sum_capacity(
    accounts: Accounts, customers: Integers, capacity: dict[str, Integers]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    order = np.argsort(accounts.ids, kind="stable")
    ids, owners = accounts.ids[order], accounts.customers[order]
    at, known = place(ids, capacity["account"])
    places, fits = place(customers, owners[at[known]])
    found = np.zeros(customers.size)
    np.add.at(found, places[fits], capacity["va"][known][fits] / 1000)
    return found


def _count_months(opened: Integers, month: Month) -> Integers:
    """Return how many calendar months lie between the month of opening and the one that is rated."""
    months = opened.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    own = (month.first.year - 1970) * 12 + month.first.month - 1
    return np.maximum(own - months, 0)


def _day(month: Month) -> int:
    return int(np.datetime64(month.after).astype(np.int64))
