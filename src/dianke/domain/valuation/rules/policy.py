"""What the rating goes by from a day on: dated data, read once."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Any

from dianke.domain.customers.types import ValueClass
from dianke.domain.valuation.types import (
    CLASSES,
    ApprovalPath,
    Basis,
    Criterion,
    Indicator,
    PolicyPriced,
    Service,
    ServiceChannel,
)
from dianke.engine.value.future import Assumptions

_CRITERIA = {
    Indicator.ENERGY: Criterion.CURRENT,
    Indicator.REVENUE: Criterion.CURRENT,
    Indicator.MARGIN: Criterion.CURRENT,
    Indicator.ON_TIME: Criterion.PAYMENT,
    Indicator.DAYS_LATE: Criterion.PAYMENT,
    Indicator.ARREARS: Criterion.PAYMENT,
    Indicator.LOAD_FACTOR: Criterion.LOAD,
    Indicator.VALLEY: Criterion.LOAD,
    Indicator.POWER_FACTOR: Criterion.LOAD,
    Indicator.GROWTH: Criterion.FUTURE,
    Indicator.CAPACITY_USE: Criterion.FUTURE,
    Indicator.TRADE: Criterion.FUTURE,
}


@dataclass(frozen=True, slots=True)
class Brake:
    """How long another candidate must stand, or how far beyond the border it must lie."""

    up_months: int
    down_months: int
    up_beyond_percent: int
    down_beyond_percent: int


@dataclass(frozen=True, slots=True)
class LifeTerms:
    """What the stages of life are told by."""

    new_months: int
    dormant_months: int
    growing_e4: int
    declining_e4: int
    least_pairs: int


@dataclass(frozen=True, slots=True)
class MarginTerms:
    """What a month's margin is reckoned with, by voltage group."""

    network_e4: Sequence[int]
    policy_network_e4: Sequence[int]
    purchase_e4: int
    loss_e4: Sequence[int]
    serve_fen: Sequence[int]


@dataclass(frozen=True, slots=True)
class GridTerms:
    """What counts as high in the grid of value and credit."""

    high_classes: frozenset[str]
    high_grades: frozenset[str]


@dataclass(frozen=True, slots=True)
class Policy:
    """What is in force from a day on."""

    code: str
    valid_from: date
    matrix: Sequence[Sequence[str]]
    basis: Basis
    policy_priced: PolicyPriced
    policy_classes: tuple[str, ...]
    rate_from_day: int
    history_months: int
    year_months: int
    block_customers: int
    cuts: Mapping[Basis, tuple[int, ...]]
    shares: Mapping[Indicator, Decimal]
    brake: Brake
    life: LifeTerms
    future: Assumptions
    grid: GridTerms
    answer_days: int
    most_held_months: int
    margin: MarginTerms


def get_policy(*, on: date) -> Policy:
    """Return the policy in force on a day; before the first one, that one."""
    versions = _read_file()[0]
    return max((one for one in versions if one.valid_from <= on), key=lambda one: one.valid_from, default=versions[0])


def get_criterion(indicator: Indicator) -> Criterion:
    """Return the criterion that an indicator belongs to."""
    return _CRITERIA[indicator]


def get_delivered_table(*, on: date) -> tuple[Service, ...]:
    """Return the service table that is delivered with the programme, which holds until a utility approves its own."""
    tables = _read_file()[1]
    fitting = [one for one in tables if one[0] <= on] or [tables[0]]
    return max(fitting, key=lambda one: one[0])[1]


@cache
def _read_file() -> tuple[tuple[Policy, ...], tuple[tuple[date, tuple[Service, ...]], ...]]:
    path = resources.files("dianke.domain.valuation") / "data" / "policy.toml"
    content = tomllib.loads(path.read_text("utf-8"))
    return tuple(_read(one) for one in content["version"]), tuple(
        (one["valid_from"], tuple(read_service(one["code"], code, one[code.value]) for code in CLASSES))
        for one in content["service"]
    )


def read_service(table: str, value_class: ValueClass, content: Mapping[str, Any]) -> Service:
    """Return a row of a service table as it is stored."""
    return Service(
        table=table,
        value_class=value_class,
        queue_place=int(content["queue_place"]),
        has_manager=bool(content["has_manager"]),
        call_back_minutes=int(content["call_back_minutes"]),
        visit_days=int(content["visit_days"]),
        channel=ServiceChannel(content["channel"]),
        offers=str(content["offers"]),
        approval=ApprovalPath(content["approval"]),
    )


def _read(content: Mapping[str, Any]) -> Policy:
    future, appeal = content["future"], content["appeal"]
    plain = ("code", "valid_from", "matrix", "rate_from_day", "history_months", "year_months", "block_customers")
    return Policy(
        **{name: content[name] for name in plain},
        basis=Basis(content["basis"]),
        policy_priced=PolicyPriced(content["policy_priced"]),
        policy_classes=tuple(content["policy_classes"]),
        cuts={Basis(name): tuple(cuts) for name, cuts in content["cuts"].items()},
        shares={one: Decimal(content["shares"][one.name]) for one in Indicator},
        brake=Brake(**content["brake"]),
        life=LifeTerms(**content["life"]),
        future=Assumptions(
            years=future["years"],
            discount=Decimal(future["discount"]),
            most_growth_e4=future["most_growth_e4"],
            retention={code: Decimal(share) for code, share in future["retention"].items()},
        ),
        grid=GridTerms(frozenset(content["grid"]["high_classes"]), frozenset(content["grid"]["high_grades"])),
        answer_days=appeal["answer_days"],
        most_held_months=appeal["most_held_months"],
        margin=MarginTerms(**content["margin"]),
    )
