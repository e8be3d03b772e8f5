"""Prove that the totals of the statistics are the sums of the bills, and mend them where they are not."""

from collections.abc import Callable
from datetime import date

from dianke.domain.billing.operations import totals
from dianke.domain.billing.queries import statistics as queries
from dianke.domain.billing.types import TotalsCheck
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

Progress = Callable[[int, int], None]


def check_totals(
    *, actor: Actor, month: date | None = None, is_repaired: bool = False, progress: Progress | None = None
) -> list[TotalsCheck]:
    """Compare the totals with the bills, month by month: of one month, or of all that either is there of."""
    months = [month] if month else queries.list_billed_months()
    found = []
    for done, one in enumerate(months):
        if progress:
            progress(done, len(months))
        act = repair_month if is_repaired else check_month
        found.append(act(actor=actor, month=one))
    if progress:
        progress(len(months), len(months))
    return found


@use_case(right="billing.review")
def check_month(*, actor: Actor, month: date) -> TotalsCheck:
    """Compare the totals of a month with its bills."""
    return totals.check_month(month=month)


@use_case(right="billing.set_review")
def repair_month(*, actor: Actor, month: date) -> TotalsCheck:
    """Add to the totals of a month what its bills come to more or less."""
    return totals.check_month(month=month, is_repaired=True)
