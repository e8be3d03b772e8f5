"""Allocation of money to debts (销账顺序) by dated policy: every fen lands on a part of a debt or is left over."""

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

from dianke.domain.receivables.types import Channel, Component, Tender

EVERY_OTHER = "*"
EACH_DEBT, ALL_DEBTS = "EACH_DEBT", "ALL_DEBTS"


@dataclass(frozen=True, slots=True)
class AllocationPolicy:
    """In which order money settles the parts of debts; the oldest debt comes first."""

    valid_from: date
    within: tuple[Component, ...]
    by: str


@dataclass(frozen=True, slots=True)
class OpenDebt:
    """What is left to pay of a bill, as of a day; `oldest_by` is the day that puts it before others."""

    item_id: int
    oldest_by: date
    principal_fen: int = 0
    penalty_fen: int = 0
    late_fee_fen: int = 0
    # Debts of a lower rank come first whatever their age: a payer's members in the order of the payer.
    rank: int = 0

    def get_fen(self, component: Component) -> int:
        """Return what is left of one of its parts."""
        if component is Component.PRINCIPAL:
            return self.principal_fen
        return self.penalty_fen if component is Component.PENALTY else self.late_fee_fen


@dataclass(frozen=True, slots=True)
class Share:
    """What of an amount settles one part of a debt."""

    item_id: int
    component: Component
    amount_fen: int


def allocate(
    *, amount_fen: int, debts: Sequence[OpenDebt], policy: AllocationPolicy, named_items: Collection[int] = ()
) -> tuple[list[Share], int]:
    """Return how an amount settles debts and what is left of it; bills that the payer named come first."""
    shares: list[Share] = []
    left_fen = amount_fen
    for debt, component in _list_in_order(debts, policy, frozenset(named_items)):
        if left_fen <= 0:
            break
        taken_fen = min(left_fen, debt.get_fen(component))
        if taken_fen > 0:
            shares.append(Share(debt.item_id, component, taken_fen))
            left_fen -= taken_fen
    return shares, left_fen


@cache
def get_policy(*, day: date, terms_order: str = "") -> AllocationPolicy:
    """Return the policy in force on a day, with the order of its parts that an account's own terms ask for."""
    known, of_terms = _read_policies()
    policy = next((one for one in reversed(known) if one.valid_from <= day), known[0])
    if not terms_order:
        return policy
    return AllocationPolicy(policy.valid_from, of_terms[terms_order], policy.by)


@cache
def find_money_code(*, channel: Channel, tender: Tender) -> str:
    """Return the code of the account that money of a channel and tender lands on."""
    known = _read_money()
    for wanted in (channel.value, EVERY_OTHER):
        code = known.get((wanted, tender.value)) or known.get((wanted, EVERY_OTHER))
        if code:
            return code
    raise LookupError(channel, tender)


def _list_in_order(
    debts: Sequence[OpenDebt], policy: AllocationPolicy, named: frozenset[int]
) -> Iterator[tuple[OpenDebt, Component]]:
    if len(debts) == 1:
        yield from ((debts[0], component) for component in policy.within)
        return
    ordered = sorted(debts, key=lambda debt: (debt.rank, debt.oldest_by, debt.item_id))
    for group in (
        [one for one in ordered if one.item_id in named],
        [one for one in ordered if one.item_id not in named],
    ):
        if policy.by == EACH_DEBT:
            yield from ((debt, component) for debt in group for component in policy.within)
        else:
            yield from ((debt, component) for component in policy.within for debt in group)


@cache
def _read() -> Mapping[str, object]:
    text = resources.files("dianke.domain.receivables").joinpath("data", "allocation.toml").read_text("utf-8")
    return tomllib.loads(text)


@cache
def _read_policies() -> tuple[tuple[AllocationPolicy, ...], dict[str, tuple[Component, ...]]]:
    data: Mapping[str, object] = _read()
    rows, orders = data["policy"], data["order_of_terms"]
    assert isinstance(rows, list) and isinstance(orders, dict)  # noqa: S101, PT018 - our own file
    policies = [
        AllocationPolicy(row["valid_from"], tuple(Component(part) for part in row["within"]), row["by"]) for row in rows
    ]
    of_terms = {name: tuple(Component(part) for part in parts) for name, parts in orders.items()}
    return tuple(sorted(policies, key=lambda policy: policy.valid_from)), of_terms


@cache
def _read_money() -> dict[tuple[str, str], str]:
    rows = _read()["money"]
    assert isinstance(rows, list)  # noqa: S101 - our own file
    return {(row["channel"], tender): code for row in rows for tender, code in row["code"].items()}
