"""Versions of a contract: their term, what may follow what, what changed, and what was signed."""

import calendar
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from dianke.domain.contracts.types import ChangeKind, Clause, ClauseChange, Term, VersionState

_NEXT: dict[VersionState, frozenset[VersionState]] = {
    VersionState.DRAFT: frozenset({VersionState.PROPOSED, VersionState.WITHDRAWN}),
    VersionState.PROPOSED: frozenset({VersionState.APPROVED, VersionState.REFUSED, VersionState.WITHDRAWN}),
    # What was refused is mended and proposed again.
    VersionState.REFUSED: frozenset({VersionState.DRAFT, VersionState.WITHDRAWN}),
    VersionState.APPROVED: frozenset({VersionState.SIGNED, VersionState.WITHDRAWN}),
    VersionState.SIGNED: frozenset({VersionState.FILED}),
    VersionState.FILED: frozenset(),
    VersionState.WITHDRAWN: frozenset(),
}


def may_become(state: VersionState, then: VersionState) -> bool:
    """Tell whether a version may go from one state to another."""
    return then in _NEXT[state]


def find_term(*, start: date, months: int) -> Term:
    """Return the term of a contract; nought months have no end, and a day that a month lacks is its last one."""
    if months == 0:
        return Term(start, None)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return Term(start, date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1])))


def find_notice_day(*, until: date, notice_days: int) -> date:
    """Return the first day on which an end is pointed out."""
    return until - timedelta(days=notice_days)


def compare(before: Sequence[Clause], after: Sequence[Clause]) -> list[ClauseChange]:
    """Return two versions clause by clause in the order of the later one; what was removed stands where it was."""
    old, new = {one.code: one for one in before}, {one.code: one for one in after}
    order = [one.code for one in after]
    for place, clause in enumerate(before):
        if clause.code not in new:
            ahead = [one.code for one in before[:place] if one.code in order]
            order.insert(order.index(ahead[-1]) + 1 if ahead else 0, clause.code)
    return [_compare_one(old.get(code), new.get(code)) for code in order]


def hash_content(*, title: str, parameters: Mapping[str, str], clauses: Sequence[Clause]) -> str:
    """Return the SHA-256 of all that a version says, in hex; the order of parameters does not matter."""
    content = {
        "title": title,
        "parameters": dict(parameters),
        "clauses": [[one.code, one.heading, one.text, list(one.basis)] for one in clauses],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _compare_one(before: Clause | None, after: Clause | None) -> ClauseChange:
    if before is None or after is None:
        kind = ChangeKind.ADDED if before is None else ChangeKind.REMOVED
    else:
        is_same = (before.heading, before.text) == (after.heading, after.text)
        kind = ChangeKind.SAME if is_same else ChangeKind.CHANGED
    return ClauseChange(kind, before, after)
