"""The penalty as a multiple of what is recovered (违约使用电费)."""

from decimal import Decimal

from dianke.domain.billing.rules.recover.types import PenaltyBase, Step
from dianke.kernel.errors import DomainError
from dianke.kernel.money import round_half_up


class MultipleAboveMaximum(DomainError):
    """The rules let the contract fix a lower multiple, not a higher one."""

    code = "multiple_above_maximum"
    message = "{multiple} times is more than the {maximum} times the rules allow"


def choose_multiple(*, wanted: Decimal | None, regular: Decimal, is_cap: bool) -> Decimal:
    """
    Return the multiple to apply: the one asked for, else the one of the rules.

    :raises MultipleAboveMaximum: if the rules say "not more than" and it is more
    """
    if wanted is None:
        return regular
    if is_cap and wanted > regular:
        raise MultipleAboveMaximum(field="multiple", multiple=wanted, maximum=regular)
    return wanted


def multiply_recovery(
    *, exact: Decimal, multiple: Decimal, penalty_on: PenaltyBase
) -> tuple[Decimal, Decimal, tuple[Step, ...]]:
    """Return the recovered amount and the penalty, each rounded half up once, and the steps to them."""
    recovered = round_half_up(exact, decimals=2)
    base = recovered if penalty_on is PenaltyBase.ROUNDED else exact
    penalty = round_half_up(base * multiple, decimals=2)
    steps = (
        Step(name="recovered_unrounded", value=exact, unit="yuan"),
        Step(name="recovered", value=recovered, unit="yuan"),
        Step(name="multiple", value=multiple, unit=""),
        Step(name="penalty_base", value=base, unit="yuan"),
        Step(name="penalty", value=penalty, unit="yuan"),
    )
    return recovered, penalty, steps
