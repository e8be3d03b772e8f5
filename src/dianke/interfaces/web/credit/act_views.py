"""What is done on the pages of credit: facts entered and decided, customers told, objections taken and answered."""

from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_POST

from dianke.application import credit
from dianke.application.credit.facts import CustomerUnknown
from dianke.domain.credit.operations.facts import UnableToEnterFact
from dianke.domain.credit.queries.facts import FactUnknown
from dianke.domain.credit.queries.scores import NoticeUnknown, ObjectionUnknown, get_notice
from dianke.domain.credit.types import FactState, FactType
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.credit import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, parse_date


@require_POST
@page_right(credit.ENTER)
def enter_fact(request: StaffRequest, number: str) -> HttpResponse:
    """Enter a fact about a customer."""
    type_ = str(request.POST.get("type", ""))
    # Who may not see a kind of fact may still know of one; it is masked from the moment it stands.
    if type_ not in words.FACTS:
        raise Http404

    def act() -> object:
        return credit.enter_fact(
            actor=request.actor,
            number=number,
            type=FactType(type_),
            on_date=parse_date(str(request.POST.get("on", "")), field="on_date"),
            until_date=_read_day(request, "until"),
            value=_read_value(request),
            note=str(request.POST.get("note", ""))[:300],
            at=SystemClock().now(),
        )

    def tell(fact: object) -> str:
        waits = getattr(fact, "state", "") == FactState.PROPOSED.value
        return _now("Another person confirms it now.") if waits else _now("The fact is recorded.")

    return carry_out(request, act, done=tell, back=_back(number), missing=CustomerUnknown)


@require_POST
@page_right(credit.DECIDE)
def decide_fact(request: StaffRequest, key: int) -> HttpResponse:
    """Confirm or refuse a fact that somebody else entered."""
    is_refused = request.POST.get("decision") == "refuse"
    reason, at = str(request.POST.get("reason", ""))[:300], SystemClock().now()
    act = (
        partial(credit.refuse_fact, actor=request.actor, key=key, reason=reason, at=at)
        if is_refused
        else partial(credit.confirm_fact, actor=request.actor, key=key, at=at)
    )
    return carry_out(
        request,
        act,
        done=_now("Refused.") if is_refused else _now("The fact counts now; the score was computed again."),
        back=reverse("web:credit_fact", args=[key]),
        missing=FactUnknown,
    )


@require_POST
@page_right(credit.ENTER)
def ask_withdrawal(request: StaffRequest, key: int) -> HttpResponse:
    """Ask for a fact to be withdrawn."""
    reason, at = str(request.POST.get("reason", ""))[:300], SystemClock().now()
    return carry_out(
        request,
        partial(credit.ask_withdrawal, actor=request.actor, key=key, reason=reason, at=at),
        done=_now("The withdrawal is recorded; what moves a score waits for another person."),
        back=reverse("web:credit_fact", args=[key]),
        missing=FactUnknown,
    )


@require_POST
@page_right(credit.DECIDE)
def decide_withdrawal(request: StaffRequest, key: int) -> HttpResponse:
    """Withdraw a fact as somebody else asked, or let it stand."""
    is_withdrawn, at = request.POST.get("decision") == "withdraw", SystemClock().now()
    return carry_out(
        request,
        partial(credit.decide_withdrawal, actor=request.actor, key=key, is_withdrawn=is_withdrawn, at=at),
        done=_now("The fact is withdrawn; the score was computed again.") if is_withdrawn else _now("The fact stands."),
        back=reverse("web:credit_fact", args=[key]),
        missing=FactUnknown,
    )


@require_POST
@page_right(credit.MANAGE)
def record_told(request: StaffRequest, key: int) -> HttpResponse:
    """Record that a customer was told of its lower grade."""

    def act() -> object:
        # Whose notice it is comes before what was typed.
        get_notice(actor=request.actor, key=key)
        return credit.record_told(
            actor=request.actor,
            key=key,
            told_on=parse_date(str(request.POST.get("told_on", "")), field="told_on"),
            how=str(request.POST.get("how", ""))[:200],
            at=SystemClock().now(),
        )

    number = str(request.POST.get("number", ""))
    back = _back(number) if number else reverse("web:credit_notices")
    return carry_out(
        request, act, done=_now("Recorded; the time to object runs now."), back=back, missing=NoticeUnknown
    )


@require_POST
@page_right(credit.ENTER)
def file_objection(request: StaffRequest, number: str) -> HttpResponse:
    """Take the objection of a customer."""
    text, at = str(request.POST.get("text", ""))[:1000], SystemClock().now()
    return carry_out(
        request,
        partial(credit.file_objection, actor=request.actor, number=number, text=text, at=at),
        done=_now("The objection is taken; another person answers it."),
        back=_back(number),
        missing=CustomerUnknown,
    )


@require_POST
@page_right(credit.DECIDE)
def decide_objection(request: StaffRequest, key: int) -> HttpResponse:
    """Answer an objection."""
    is_upheld = request.POST.get("decision") == "uphold"
    withdraw = [int(one) for one in request.POST.getlist("withdraw") if one.isascii() and one.isdigit()][:200]
    act = partial(
        credit.decide_objection,
        actor=request.actor,
        key=key,
        is_upheld=is_upheld,
        reason=str(request.POST.get("reason", ""))[:300],
        withdraw=withdraw,
        at=SystemClock().now(),
    )
    return carry_out(
        request,
        act,
        done=_now("Upheld; the score was computed again.") if is_upheld else _now("Rejected."),
        back=reverse("web:credit_objection", args=[key]),
        missing=ObjectionUnknown,
    )


def _back(number: str) -> str:
    return reverse("web:credit_customer", args=[number])


def _read_day(request: StaffRequest, name: str) -> date | None:
    text = str(request.POST.get(name, ""))
    return parse_date(text, field=f"{name}_date") if text else None


def _read_value(request: StaffRequest) -> Decimal | None:
    text = str(request.POST.get("value", "")).strip()
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation as wrong:
        raise UnableToEnterFact(field="value", reason="the value is no number") from wrong
    if not value.is_finite() or abs(value) >= 10**9:
        raise UnableToEnterFact(field="value", reason="the value is no number")
    return value
