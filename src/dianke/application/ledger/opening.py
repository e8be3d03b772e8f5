"""Book what was issued before there were books, once; every shard and every order in a transaction of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from dianke.domain.receivables.operations import bills
from dianke.domain.receivables.queries.unbooked import UnbookedGroup, list_unbooked
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Opened:
    """How much was booked."""

    vouchers: int
    postings: int


def book_issued_bills(*, actor: Actor, progress: Progress | None = None) -> Opened:
    """Book every issued bill that is not in the books; safe to call again after a crash."""
    vouchers = postings = 0
    for group in list_unbooked():
        if progress:
            progress(group.summary)
        postings += _book(actor=actor, source=group.source, group=group)
        vouchers += 1
    return Opened(vouchers, postings)


@use_case(right="ledger.keep")
def _book(*, actor: Actor, source: str, group: UnbookedGroup) -> int:
    """Book the bills of one shard or order."""
    return bills.post_group(actor=actor, group=group).postings
