"""Idle capacity: what a customer could draw and has not drawn for months."""

from dataclasses import dataclass

import numpy as np

from dianke.domain.watching.rules.flagging import flag
from dianke.domain.watching.rules.policy import WatchPolicy
from dianke.domain.watching.types import Bools, Flags, Floats, Integers, Reason, ReasonCode, WatchList

UNKNOWN = -1
_LIST = WatchList.IDLE_CAPACITY


@dataclass(frozen=True, slots=True)
class CapacityFacts:
    """
    Capacity and what was drawn of it in the last months.

    Shapes: capacity_va (n,), volt-amperes that run, 0 where there is none; energy_kwh_e2 (n, m), 1e-2 kWh by month,
    UNKNOWN where not billed; demand_w (n,), the highest mean power of these months, UNKNOWN where not measured;
    hours (m,) of each month.
    """

    capacity_va: Integers
    energy_kwh_e2: Integers
    demand_w: Integers
    hours: Integers


def find_idle(facts: CapacityFacts, *, policy: WatchPolicy, is_living: Bools) -> Flags:
    """Return whose capacity stood mostly unused for all the months; by demand where it was measured, else by energy."""
    demand, energy = measure_use(facts)
    limits = {name: _pick(policy, name, is_living) for name in ("demand", "energy")}
    has_demand = ~np.isnan(demand)
    used = np.where(has_demand, demand, energy)
    most = np.where(has_demand, limits["demand"], limits["energy"])
    alarm = np.where(has_demand, _get(policy, "alarm_demand_percent"), _get(policy, "alarm_energy_percent"))
    is_large = facts.capacity_va >= _get(policy, "least_kva") * 1000
    is_flagged = is_large & ~np.isnan(used) & (np.round(used * 100, 6) < most)
    unused_va = np.where(np.isnan(used), 0.0, facts.capacity_va * (1 - np.minimum(np.nan_to_num(used), 1.0)))
    months = facts.energy_kwh_e2.shape[1]

    def write_demand(row: int) -> Reason:
        figures = {"demand_w": int(facts.demand_w[row]), "capacity_va": int(facts.capacity_va[row])}
        return Reason(ReasonCode.DEMAND_OF_CAPACITY, {**figures, "share_e4": round(float(demand[row]) * 10_000)})

    def write_energy(row: int) -> Reason:
        figures = {"energy_kwh_e2": int(facts.energy_kwh_e2[row].sum()), "share_e4": round(float(energy[row]) * 10_000)}
        return Reason(ReasonCode.ENERGY_OF_CAPACITY, figures)

    def write_unused(row: int) -> Reason:
        return Reason(ReasonCode.CAPACITY_UNUSED, {"unused_va": int(unused_va[row]), "months": months})

    return flag(
        is_flagged=is_flagged,
        is_alarm=is_flagged & (np.round(used * 100, 6) < alarm),
        weight=unused_va,
        candidates=[
            (np.where(has_demand, 3.0, 0.0), write_demand),
            (np.where(np.isnan(energy), 0.0, 2.0), write_energy),
            (np.ones(used.size), write_unused),
        ],
    )


def measure_use(facts: CapacityFacts) -> tuple[Floats, Floats]:
    """Return demand of capacity, and energy of capacity times hours, as shares (n,); NaN where not known."""
    has_capacity = facts.capacity_va > 0
    capacity = np.where(has_capacity, facts.capacity_va, 1).astype(float)
    demand = np.where(has_capacity & (facts.demand_w >= 0), facts.demand_w / capacity, np.nan)
    is_whole = has_capacity & (facts.energy_kwh_e2 >= 0).all(axis=1)
    # 1e-2 kWh is 10 Wh.
    energy = np.where(is_whole, facts.energy_kwh_e2.sum(axis=1) * 10 / (capacity * facts.hours.sum()), np.nan)
    return demand, energy


def _pick(policy: WatchPolicy, name: str, is_living: Bools) -> Integers:
    return np.where(is_living, _get(policy, f"keep_{name}_percent"), _get(policy, f"watch_{name}_percent"))


def _get(policy: WatchPolicy, name: str) -> int:
    return policy.get(_LIST, name)
