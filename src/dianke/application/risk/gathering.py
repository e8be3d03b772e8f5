"""Facts of all accounts, block by block: the books with what channels know."""

from collections.abc import Iterator
from datetime import date

from dianke.domain.channels.queries.conduct import list_mandates
from dianke.domain.collection.queries.risk_facts import AccountBlock, list_ranges, load_block
from dianke.domain.collection.rules.risk_history import Snapshot, take_snapshot
from dianke.domain.collection.rules.risk_rules import RiskRules

BLOCK = 50_000


def list_blocks(*, until: date, months: int, every: int = 1) -> Iterator[AccountBlock]:
    """Return the facts of all accounts that became known before a day, in blocks that memory holds."""
    for first, last in list_ranges(size=BLOCK * every):
        yield gather(first=first, last=last, until=until, months=months, every=every)


def gather(*, first: int, last: int, until: date, months: int, every: int = 1) -> AccountBlock:
    """Return the facts of a range of accounts."""
    mandates = list_mandates(first_account=first, last_account=last)
    return load_block(first=first, last=last, until=until, months=months, mandates=mandates, every=every)


def look_back(block: AccountBlock, *, on: date, rules: RiskRules) -> Snapshot:
    """Return what was known of a block at the end of a day."""
    return take_snapshot(
        block.facts, on=on, months=rules.history_months, law_months=int(rules.score.law["months"]),
        most_unbilled_days=rules.most_unbilled_days,
    )  # fmt: skip
