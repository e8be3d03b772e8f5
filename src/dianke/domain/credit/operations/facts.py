"""Facts about customers: entered, decided by a second person, withdrawn; loaded from files. Never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from dianke.domain.credit.models import CustomerFact
from dianke.domain.credit.types import NEEDS_SECOND_PERSON, VALUE_RANGES, FactSource, FactState, FactType
from dianke.kernel.errors import DomainError
from dianke.platform.database.bulk import insert_rows


class UnableToEnterFact(DomainError):
    """A fact cannot be as it was said."""

    code = "credit.unable_to_enter_fact"
    message = "the fact cannot be entered: {reason}"


class FactOutOfState(DomainError):
    """The fact is not where the act needs it."""

    code = "credit.fact_out_of_state"
    message = "fact {number} is {state}"


class ReasonMissing(DomainError):
    """Nothing says why."""

    code = "credit.reason_missing"
    message = "say why"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFact:
    """A fact to be entered."""

    unit_id: int
    customer_id: int
    type: FactType
    on_date: date
    until_date: date | None = None
    value: Decimal | None = None
    note: str = ""
    customer_account_id: int | None = None


def check_fact(new: NewFact, *, today: date) -> None:
    """
    Refuse what no fact can be.

    :raises UnableToEnterFact: if it lies ahead, ends before it begins, or its value cannot be
    """
    if new.on_date > today:
        raise UnableToEnterFact(field="on_date", reason="the day lies ahead")
    if new.until_date is not None and new.until_date < new.on_date:
        raise UnableToEnterFact(field="until_date", reason="it ends before it begins")
    bounds = VALUE_RANGES.get(new.type)
    if bounds is None:
        return
    if new.value is None or not bounds[0] <= new.value <= bounds[1]:
        raise UnableToEnterFact(field="value", reason=f"the value goes from {bounds[0]} to {bounds[1]}")


def enter_fact(*, new: NewFact, source: FactSource, login: str, at: datetime, today: date) -> CustomerFact:
    """
    Enter a fact; one that moves the score waits for a second person where a person enters it.

    :raises UnableToEnterFact: if it cannot be
    """
    if source is FactSource.PERSON and new.type is FactType.ARREAR:
        raise UnableToEnterFact(field="type", reason="arrears come from the books by themselves")
    check_fact(new, today=today)
    waits = source is FactSource.PERSON and new.type in NEEDS_SECOND_PERSON
    row = _make(new, source, FactState.PROPOSED if waits else FactState.STANDING, login, at)
    row.save()
    return row


def load_facts(*, new: Sequence[NewFact], login: str, at: datetime) -> list[CustomerFact]:
    """Store facts of a file, which stand at once; they were checked before."""
    return insert_rows([_make(one, FactSource.FILE, FactState.STANDING, login, at) for one in new])


def confirm_fact(*, fact: CustomerFact, login: str, at: datetime) -> CustomerFact:
    """
    Let a proposed fact count.

    :raises FactOutOfState: if it does not wait
    """
    _require(fact, FactState.PROPOSED)
    return _decide(fact, FactState.STANDING, "", login, at)


def refuse_fact(*, fact: CustomerFact, reason: str, login: str, at: datetime) -> CustomerFact:
    """
    Refuse a proposed fact.

    :raises FactOutOfState: if it does not wait
    :raises ReasonMissing: if nothing says why
    """
    _require(fact, FactState.PROPOSED)
    return _decide(fact, FactState.REFUSED, _say(reason), login, at)


def ask_withdrawal(*, fact: CustomerFact, reason: str, login: str, at: datetime) -> CustomerFact:
    """
    Ask for a fact to be withdrawn; one that moves no score is withdrawn at once.

    :raises FactOutOfState: if it does not stand, or somebody asked already
    :raises ReasonMissing: if nothing says why
    """
    _require(fact, FactState.STANDING)
    if fact.withdrawal_asked_by:
        raise FactOutOfState(field="state", number=fact.number, state="WITHDRAWAL_ASKED")
    fact.withdrawal_reason = _say(reason)
    if FactType(fact.type) in NEEDS_SECOND_PERSON:
        fact.withdrawal_asked_by, fact.withdrawal_asked_at = login, at
    else:
        fact.state, fact.withdrawn_by, fact.withdrawn_at = FactState.WITHDRAWN.value, login, at
    fact.save()
    return fact


def keep_fact(*, fact: CustomerFact) -> CustomerFact:
    """
    Let a fact stand whose withdrawal was asked for.

    :raises FactOutOfState: if nobody asked
    """
    require_asked(fact)
    fact.withdrawal_asked_by, fact.withdrawal_asked_at, fact.withdrawal_reason = "", None, ""
    fact.save()
    return fact


def withdraw_fact(*, fact: CustomerFact, login: str, at: datetime, reason: str = "") -> CustomerFact:
    """
    Withdraw a fact, as somebody asked or as an objection was upheld; it stays readable and counts no more.

    :raises FactOutOfState: if it does not stand
    """
    _require(fact, FactState.STANDING)
    fact.withdrawal_reason = reason or fact.withdrawal_reason
    fact.state, fact.withdrawn_by, fact.withdrawn_at = FactState.WITHDRAWN.value, login, at
    fact.save()
    return fact


def require_asked(fact: CustomerFact) -> None:
    """
    Refuse unless somebody asked for the withdrawal.

    :raises FactOutOfState: if nobody did
    """
    _require(fact, FactState.STANDING)
    if not fact.withdrawal_asked_by:
        raise FactOutOfState(field="state", number=fact.number, state=fact.state)


def _make(new: NewFact, source: FactSource, state: FactState, login: str, at: datetime) -> CustomerFact:
    return CustomerFact(
        unit_id=new.unit_id,
        customer_id=new.customer_id,
        customer_account_id=new.customer_account_id,
        type=new.type.value,
        on_date=new.on_date,
        until_date=new.until_date,
        value=new.value,
        note=new.note.strip(),
        source=source.value,
        state=state.value,
        entered_by=login,
        entered_at=at,
    )


def _decide(fact: CustomerFact, state: FactState, reason: str, login: str, at: datetime) -> CustomerFact:
    fact.state, fact.decided_by, fact.decided_at, fact.decision_reason = state.value, login, at, reason
    fact.save()
    return fact


def _require(fact: CustomerFact, state: FactState) -> None:
    if fact.state != state.value:
        raise FactOutOfState(field="state", number=fact.number, state=fact.state)


def _say(reason: str) -> str:
    if not reason.strip():
        raise ReasonMissing(field="reason")
    return reason.strip()
