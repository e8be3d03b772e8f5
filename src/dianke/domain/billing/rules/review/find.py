"""All rules on the facts of a shard."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dianke.domain.billing.rules.review import capacity, meters, price, use
from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.rules.review.facts import Found, ReviewFacts
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.domain.billing.types import Severity, SuspicionState

Rule = Callable[[ReviewFacts, ParameterBook], Found]

RULES: tuple[Rule, ...] = (
    meters.register_backwards,
    meters.main_negative,
    meters.multiplier_mismatch,
    meters.exchange_without_ticket,
    use.use_over_capacity,
    capacity.demand_over_capacity,
    capacity.suspension_in_use,
    price.class_against_industry,
    capacity.two_part_not_charged,
    price.power_factor_standard,
    use.jump_last_month,
    use.jump_last_year,
    meters.periods_differ,
    use.zero_use,
    use.estimated_twice,
    meters.multiplier_changed,
    price.price_out_of_range,
    price.share_check_overdue,
    capacity.suspension_too_long,
    use.first_bill,
)

# An interim bill is a part of a month: what compares months, or looks at charges of the whole month, waits for the
# last stage, which is reviewed as the whole.
RULES_OF_INTERIM: tuple[Rule, ...] = (
    meters.register_backwards,
    meters.main_negative,
    meters.multiplier_mismatch,
    meters.exchange_without_ticket,
    use.use_over_capacity,
    meters.periods_differ,
    meters.multiplier_changed,
)


# A final bill covers some days of a month: comparing it with whole months, or its price per kWh with theirs, means
# nothing. What the archive says against how it was billed is looked at all the same.
RULES_OF_PART: tuple[Rule, ...] = (
    *RULES_OF_INTERIM,
    capacity.demand_over_capacity,
    capacity.suspension_in_use,
    price.class_against_industry,
    capacity.two_part_not_charged,
    price.power_factor_standard,
    use.estimated_twice,
)


def choose_rules(*, is_interim: bool, is_part: bool) -> tuple[Rule, ...]:
    """Return the rules for an interim bill, for a part of a month, or for a whole one."""
    if is_part:
        return RULES_OF_PART
    return RULES_OF_INTERIM if is_interim else RULES


@dataclass(frozen=True, slots=True)
class Suspicion:
    """One cause of one bill, with the numbers that show it."""

    point_id: int
    bill_id: int
    code: str
    severity: Severity
    evidence: dict[str, Any]

    @property
    def state(self) -> SuspicionState:
        """Return the state it begins in: information wants no decision."""
        return SuspicionState.NOTED if self.severity == Severity.LOW else SuspicionState.OPEN


def find_suspicious(facts: ReviewFacts, book: ParameterBook, *, rules: Sequence[Rule] = RULES) -> list[Found]:
    """Return what each rule finds, rules that found nothing left out."""
    if not facts.size:
        return []
    results = (_switch_off(facts, book, rule(facts, book)) for rule in rules)
    return [one for one in results if one.positions.size]


def _switch_off(facts: ReviewFacts, book: ParameterBook, one: Found) -> Found:
    is_on = book.column(facts, one.code, "is_on")[one.positions] > 0
    if is_on.all():
        return one
    return Found(
        code=one.code,
        positions=one.positions[is_on],
        evidence={name: values[is_on] for name, values in one.evidence.items()},
    )


def list_suspicions(facts: ReviewFacts, results: list[Found]) -> Iterator[Suspicion]:
    """Yield one suspicion after the other, with numbers as JSON holds them."""
    for one in results:
        cause = CAUSES[one.code]
        columns = {name: np.asarray(values).tolist() for name, values in one.evidence.items()}
        for at, position in enumerate(one.positions.tolist()):
            yield Suspicion(
                point_id=int(facts.point_ids[position]),
                bill_id=int(facts.bill_ids[position]),
                code=one.code,
                severity=cause.severity,
                evidence={name: values[at] for name, values in columns.items()},
            )
