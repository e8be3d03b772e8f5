"""What the review is measured by on a day, value by value, and who put it there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dianke.domain.billing.models import ReviewParameter, ReviewParameterProposal
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.rules.review.parameters import DatedValues, get_defaults, list_defaults
from dianke.domain.billing.types import ProposalState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

_DECIDED_SHOWN = 50


class NoSuchProposal(DomainError):
    """There is no such proposal, or it is of a unit out of reach."""

    code = "billing.no_such_proposal"
    message = "there is no such proposal"


@dataclass(frozen=True, slots=True)
class ValueInForce:
    """A value of a rule; `row` is what put it in the place of the default, or None where the default holds."""

    name: str
    value: Any
    is_of_class: bool
    row: ReviewParameter | None


@dataclass(frozen=True, slots=True)
class RuleInForce:
    """A rule on a day: the block of defaults that holds, its values, and the defaults that held before or will."""

    code: str
    block: DatedValues
    values: list[ValueInForce]
    others: list[DatedValues]


def list_parameters(*, unit: Unit) -> list[ReviewParameter]:
    """
    Return what a unit and those above it have put in place of the defaults, in the order in which it counts.

    What is set above binds whoever is below it, so that everybody below may see it.
    """
    rows = ReviewParameter.objects.for_actor(Actor.system("reading what binds a unit")).select_related("unit")
    ordered = rows.order_by("unit__path", "from_date", "id")
    return [row for row in ordered if unit.path.startswith(row.unit.path)]


def list_rules(*, rows: Sequence[ReviewParameter], usage_class: str, on: date) -> list[RuleInForce]:
    """Return every rule as it is measured for a class of use on a day, in the order of the causes."""
    return [_read_rule(code, rows, usage_class=usage_class, on=on) for code in CAUSES]


def _read_rule(code: str, rows: Sequence[ReviewParameter], *, usage_class: str, on: date) -> RuleInForce:
    block = get_defaults(code, on=on)
    own = [
        row
        for row in rows
        if row.code == code and row.usage_class in {"", usage_class} and row.from_date <= on
    ]  # fmt: skip
    values = []
    for name, default in block.values.items():
        special = block.by_class.get(usage_class, {})
        setter = next((row for row in reversed(own) if name in row.values), None)
        value = setter.values[name] if setter else special.get(name, default)
        values.append(ValueInForce(name, value, is_of_class=setter is None and name in special, row=setter))
    others = [other for other in list_defaults()[code] if other is not block]
    return RuleInForce(code=code, block=block, values=values, others=others)


def list_open_proposals(*, actor: Scope) -> list[ReviewParameterProposal]:
    """Return what waits for a second person in the actor's units, the oldest first."""
    rows = ReviewParameterProposal.objects.for_actor(actor).filter(state=ProposalState.PROPOSED.value)
    return list(rows.select_related("unit").order_by("id"))


def list_decided_proposals(*, actor: Scope) -> list[ReviewParameterProposal]:
    """Return the latest proposals of the actor's units that were decided or taken back, the newest first."""
    rows = ReviewParameterProposal.objects.for_actor(actor).exclude(state=ProposalState.PROPOSED.value)
    return list(rows.select_related("unit").order_by("-decided_at", "-id")[:_DECIDED_SHOWN])


def get_proposal(*, actor: Scope, key: int, lock: bool = False) -> ReviewParameterProposal:
    """
    Return a proposal of the actor's units; locked, nobody else decides it meanwhile.

    :raises NoSuchProposal: if there is none
    """
    rows = ReviewParameterProposal.objects.for_actor(actor).select_related("unit")
    found: ReviewParameterProposal | None = (
        (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    )
    if found is None:
        raise NoSuchProposal(field="key", key=key)
    return found
