"""Book what was issued before there were books, once; every shard and every order in a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from dianke.domain.receivables.operations import bills, prepayments
from dianke.domain.receivables.queries.unbooked import UnbookedGroup, list_unbooked
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """How much was booked."""

    vouchers: int
    postings: int


def book_issued_bills(*, actor: Actor, progress: Progress | None = None) -> Opened:
    """
    Book every issued bill that is not in the books, and turn what stands below zero into prepayment.

    Safe to call again after a crash.
    """
    vouchers = postings = 0
    for group in list_unbooked():
        if progress:
            progress(group.summary)
        postings += _book(actor=actor, source=group.source, group=group)
        vouchers += 1
    _use_credits(actor=actor)
    return Opened(vouchers, postings)


@use_case(right="ledger.keep")
def _book(*, actor: Actor, source: str, group: UnbookedGroup) -> int:
    """Book the bills of one shard or order."""
    return bills.post_group(actor=actor, group=group).postings


@use_case(right="ledger.keep")
def _use_credits(*, actor: Actor) -> int:
    """Turn bills below zero into prepayment that pays the other debts of their accounts."""
    accounts = prepayments.list_accounts_in_credit()
    at = SystemClock().now()
    prepayments.use_prepayments(actor=actor, customer_account_ids=accounts, on=to_shanghai(at).date(), at=at)
    return len(accounts)
