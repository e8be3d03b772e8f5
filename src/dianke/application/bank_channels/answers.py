"""Answers of banks: brought, checked, booked in parts of which each is one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from dianke.domain.channels.models import AnswerFile
from dianke.domain.channels.operations import answers
from dianke.domain.channels.operations.answers import AnswerOutOfState, Booked
from dianke.domain.channels.queries import withholding as queries
from dianke.domain.channels.rules.bank_files.types import AnswerLine
from dianke.domain.channels.rules.withholding import AnswerState
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.database.durability import commit_without_waiting
from dianke.platform.identity.types import Actor
from dianke.platform.import_batches import files
from dianke.platform.org import queries as org

_RECONCILE = "payments.reconcile"
LINES_AT_ONCE = 10_000
# A file up to this size is checked and booked while the page waits.
INLINE_BYTES = 128 * 1024

Progress = Callable[[int], None]


@use_case(right=_RECONCILE)
def bring_answer(*, actor: Actor, file_name: str, content: bytes, at: datetime, data_dir: Path) -> AnswerFile:
    """Keep a file that a bank answered with; it is checked by `carry_out_check`."""
    utility = org.get_utility(actor=actor)
    if utility is None:
        raise PermissionRefused(field="actor", login=actor.login, right=_RECONCILE)
    kept = files.keep_file(data_dir=data_dir, name=file_name, content=content)
    return answers.add_answer(unit=utility, file=kept, login=actor.login, at=at)


def carry_out_check(*, actor: Actor, key: int, at: datetime, data_dir: Path) -> AnswerFile:
    """Check an answer that was brought; one that was checked before is left as it is."""
    answer = _get(actor, key)
    if answer.state != AnswerState.BROUGHT.value:
        return answer
    content = files.open_file(data_dir=data_dir, place=answer.place, number=answer.file_name)
    return _check(actor=actor, key=key, content=content, at=at)


def carry_out_booking(
    *, actor: Actor, key: int, at: datetime, data_dir: Path, progress: Progress | None = None
) -> AnswerFile:
    """
    Book the good rows of an answer that was checked; after a crash it goes on where the last part ended.

    :raises AnswerOutOfState: if it was not checked, was booked, or its batch was taken back
    """
    answer = _begin(actor=actor, key=key, at=at)
    content = files.open_file(data_dir=data_dir, place=answer.place, number=answer.file_name)
    today = to_shanghai(at).date()
    good = answers.list_good(actor=actor.within(_RECONCILE), answer=answer, content=content, today=today)
    for start in range(0, len(good), LINES_AT_ONCE):
        _book_part(actor=actor, key=key, first=start, lines=good[start : start + LINES_AT_ONCE], at=at)
        if progress:
            progress(min(100, (start + LINES_AT_ONCE) * 100 // len(good)))
    return _finish(actor=actor, key=key)


@use_case(right=_RECONCILE)
def _check(*, actor: Actor, key: int, content: bytes, at: datetime) -> AnswerFile:
    """Check an answer whole."""
    answer = _get(actor, key, lock=True)
    return answers.check_answer_file(actor=actor, answer=answer, content=content, today=to_shanghai(at).date())


@use_case(right=_RECONCILE)
def _begin(*, actor: Actor, key: int, at: datetime) -> AnswerFile:
    """Take an answer to be booked."""
    return answers.begin_booking(answer=_get(actor, key, lock=True), login=actor.login, at=at)


@use_case(right=_RECONCILE)
def _book_part(*, actor: Actor, key: int, first: int, lines: Sequence[AnswerLine], at: datetime) -> Booked:
    """Book some rows of an answer."""
    # The end of the booking waits for the disk, and with it for every part.
    commit_without_waiting()
    return answers.book_part(actor=actor, answer=_get(actor, key, lock=True), lines=lines, login=actor.login, at=at)


@use_case(right=_RECONCILE)
def _finish(*, actor: Actor, key: int) -> AnswerFile:
    """Mark an answer booked."""
    return answers.finish_booking(answer=_get(actor, key, lock=True))


def _get(actor: Actor, key: int, *, lock: bool = False) -> AnswerFile:
    answer = queries.get_answer(actor=actor.within(_RECONCILE), key=key, lock=lock)
    if answer is None:
        raise AnswerOutOfState(field="key", number=str(key), reason="there is none")
    return answer
