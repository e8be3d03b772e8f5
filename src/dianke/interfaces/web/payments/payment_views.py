"""One payment: what it settles fen by fen, its vouchers, what became of it; reversing, moving, assigning."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from dianke.application import counter
from dianke.application.counter.settled import list_settled
from dianke.application.listings.search import search_archive
from dianke.domain.channels.models import ShiftEntry
from dianke.domain.channels.queries import shifts as queries
from dianke.domain.channels.types import ChangeState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.models import Payment, PaymentEvent
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.payments import PaymentUnknown, get_payment, list_events
from dianke.domain.receivables.types import Tender
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.payments.receipt_views import name_settled
from dianke.interfaces.web.payments.words import CHANGES, CHANNELS, EVENTS, TENDERS, explain_refusal
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.money import spell_yuan

_HITS = 8


@require_GET
@page_right(counter.VIEW)
def show_payment(request: StaffRequest, number: str) -> HttpResponse:
    """Show a payment."""
    payment = _find(request, number)
    actor = request.actor
    events = list_events(actor=actor, payment=payment)
    changes = queries.list_changes(actor=actor, payment_id=payment.pk)
    entry = queries.find_taking(actor=actor, payment_id=payment.pk)
    people = [one.made_by for one in events] + [one.asked_by for one in changes] + [one.decided_by for one in changes]
    names = Names([payment.received_by, *people])
    values = {
        "page": _head(payment),
        "payment": payment,
        "account": _find_account(request, payment.current_account_id),
        "entry": entry,
        "facts": _list_facts(payment, entry, names),
        "spelled": spell_yuan(payment.amount_fen),
        "vouchers": _list_vouchers(request, payment, events, names),
        "changes": [
            {
                "change": one,
                "kind": CHANGES[one.kind],
                "chip": state_chip("payment.change", one.state),
                "asked_by": names.of(one.asked_by),
                "decided_by": names.of(one.decided_by),
                "may_decide": one.state == ChangeState.ASKED.value
                and actor.may(counter.APPROVE)
                and one.asked_by != actor.login,
                "may_withdraw": one.state == ChangeState.ASKED.value
                and actor.may(counter.ASK)
                and one.asked_by == actor.login,
            }
            for one in changes
        ],
        **_list_acts(request, payment, entry, has_open=any(one.state == ChangeState.ASKED.value for one in changes)),
    }
    return render(request, "payments/payment.html", values)


def _list_acts(request: StaffRequest, payment: Any, entry: ShiftEntry | None, *, has_open: bool) -> dict[str, bool]:
    """Return what the reader may do to a payment now."""
    actor, is_open = request.actor, not payment.is_reversed and not has_open
    is_own = entry is not None and entry.shift.cashier == actor.login
    today = to_shanghai(SystemClock().now()).date()
    is_today = entry is not None and entry.shift.state == "OPEN" and entry.shift.opened_on == today
    may_return = is_open and is_own and is_today and actor.may(counter.REVERSE)
    is_known = payment.current_account_id is not None or payment.payer_id is not None
    return {
        "may_return": may_return,
        "may_ask": is_open and not may_return and actor.may(counter.ASK),
        "may_bounce": is_open and payment.tender == Tender.CHEQUE.value and actor.may(counter.ASK),
        "may_move": is_open and payment.current_account_id is not None and actor.may(counter.ASK),
        "may_assign": is_open and not is_known and actor.may(counter.ASSIGN),
        "has_drawer": payment.tender == Tender.CASH.value,
    }


@require_POST
@page_right(counter.REVERSE)
def return_payment(request: StaffRequest, number: str) -> HttpResponse:
    """Reverse a payment of one's own open shift."""
    reason, at = request.POST.get("reason", ""), SystemClock().now()
    return _carry_out(
        request,
        number,
        lambda: counter.return_payment(actor=request.actor, number=number, reason=reason, at=at),
        _now("The payment is reversed; give the money back."),
    )


@require_POST
@page_right(counter.ASK)
def ask_change(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for a payment to be reversed, as a cheque that came back, or moved."""
    given, at, actor = request.POST, SystemClock().now(), request.actor
    reason = given.get("reason", "")
    acts: dict[str, Callable[[], Any]] = {
        "reversal": lambda: counter.ask_reversal(actor=actor, number=number, reason=reason, at=at),
        "bounce": lambda: counter.ask_bounce(
            actor=actor, number=number, notice_number=given.get("notice_number", ""), reason=reason, at=at
        ),
        "move": lambda: counter.ask_move(
            actor=actor, number=number, account_number=given.get("account", "").strip(), reason=reason, at=at
        ),
    }
    act = acts.get(given.get("kind", ""))
    if act is None:
        raise Http404
    return _carry_out(request, number, act, _now("Another person decides on it now."))


@require_POST
@page_right(counter.APPROVE)
def decide_change(request: StaffRequest, number: str, key: int) -> HttpResponse:
    """Carry out or refuse what somebody else asked for."""
    reason, at, actor = request.POST.get("reason", ""), SystemClock().now(), request.actor
    if request.POST.get("decision") == "refuse":
        return _carry_out(
            request,
            number,
            lambda: counter.refuse_change(actor=actor, key=key, reason=reason, at=at),
            _now("Refused; the payment stays as it is."),
        )
    return _carry_out(
        request,
        number,
        lambda: counter.approve_change(actor=actor, key=key, reason=reason, at=at),
        _now("Carried out."),
    )


@require_POST
@page_right(counter.ASK)
def withdraw_change(request: StaffRequest, number: str, key: int) -> HttpResponse:
    """Take one's own wish back."""
    at = SystemClock().now()
    return _carry_out(
        request,
        number,
        lambda: counter.withdraw_change(actor=request.actor, key=key, at=at),
        _now("It is taken back."),
    )


@require_GET
@page_right(counter.ASSIGN)
def find_accounts(request: StaffRequest) -> HttpResponse:
    """Offer the accounts that a text fits, to choose from."""
    text = " ".join(request.GET.get("account", "").split())[:80]
    hits = search_archive(actor=request.actor, text=text, limit=_HITS) if text else []
    numbers = [number for hit in hits for number in hit.account_numbers]
    values = {"text": text, "hits": hits, "only": numbers[0] if len(numbers) == 1 else ""}
    return render(request, "payments/accounts.html", values)


@require_POST
@page_right(counter.ASSIGN)
def assign_payment(request: StaffRequest, number: str) -> HttpResponse:
    """Give money that nobody knew to an account."""
    given, at = request.POST, SystemClock().now()
    # A choice among what was found goes before what was typed to find it.
    account = (given.get("chosen") or given.get("account", "")).strip()
    return _carry_out(
        request,
        number,
        lambda: counter.assign_payment(actor=request.actor, number=number, account_number=account, at=at),
        _now("The money is given to account %(account)s.") % {"account": account},
    )


def _carry_out(request: StaffRequest, number: str, act: Callable[[], Any], done: str) -> HttpResponse:
    _find(request, number)
    back = reverse("web:payment", kwargs={"number": number})
    return carry_out(request, act, done=done, back=back, explain=explain_refusal)


def _find(request: StaffRequest, number: str) -> Any:
    try:
        return get_payment(actor=request.actor, number=number)
    except PaymentUnknown as unknown:
        raise Http404 from unknown


def _find_account(request: StaffRequest, key: int | None) -> CustomerAccount | None:
    rows = CustomerAccount.objects.for_actor(request.actor).filter(pk=key).select_related("customer")
    found: CustomerAccount | None = rows.first() if key is not None else None
    return found


def _list_facts(payment: Payment, entry: ShiftEntry | None, names: Names) -> list[tuple[Any, str]]:
    slip = " ".join(part for part in (entry.bank_name, entry.slip_number) if part) if entry else ""
    facts = [
        (_("Channel"), str(CHANNELS[payment.channel])),
        (_("Paid by"), f"{TENDERS[payment.tender]} {slip}".strip()),
        (_("Paid on"), formats.day(payment.paid_on)),
        (_("Received at"), formats.moment(payment.received_at)),
        (_("Received by"), names.of(payment.received_by)),
        (_("Unit"), payment.unit.name),
        (_("Number at the channel"), payment.external_number),
        (_("Note"), payment.summary),
    ]
    if entry and entry.tendered_fen is not None:
        facts.append((_("Handed over (yuan)"), formats.fen(entry.tendered_fen)))
        facts.append((_("Change (yuan)"), formats.fen(entry.tendered_fen - payment.amount_fen)))
    return [(name, value) for name, value in facts if value]


def _list_vouchers(
    request: StaffRequest, payment: Payment, events: list[PaymentEvent], names: Names
) -> list[dict[str, Any]]:
    """Return the vouchers of a payment, each with what it settled; a figure opens its postings."""
    steps: list[tuple[int, Any, Any, str, str]] = [
        (payment.voucher_id, _("Received"), payment.received_at, payment.received_by, "")
    ]
    steps += [(one.voucher_id, EVENTS[one.kind], one.made_at, one.made_by, one.reason) for one in events]
    keys = [key for key, *_rest in steps]
    settled = list_settled(voucher_ids=keys)
    numbers = books.map_voucher_numbers(actor=request.actor, keys=keys)
    may_open = request.actor.may("ledger.view")
    return [
        {
            "number": numbers.get(key, ""),
            "may_open": may_open and key in numbers,
            "what": what,
            "at": at,
            "by": names.of(login),
            "reason": reason,
            "lines": [
                {
                    "line": line,
                    "what": name_settled(line.what, formats.month(line.bill_month) if line.bill_month else ""),
                    "url": _open(numbers[key], line.ledger_code, line.unit_code) if may_open and key in numbers else "",
                }
                for line in settled[key]
            ],
            "total_fen": sum(line.amount_fen for line in settled[key]),
        }
        for key, what, at, login, reason in steps
    ]


def _open(voucher: str, code: str, unit_code: str) -> str:
    return f"{reverse('web:ledger_postings')}?{urlencode({'voucher': voucher, 'account': code, 'unit': unit_code})}"


def find_state(payment: Any) -> str:
    """Return the code of where a payment stands."""
    if payment.is_reversed:
        return "REVERSED"
    return "SETTLED" if payment.current_account_id is not None or payment.payer_id is not None else "SUSPENSE"


def _head(payment: Any) -> Page:
    return Page(
        title=pgettext("payment", "Payment"),
        number=payment.number,
        facts=[payment.unit.name, formats.day(payment.paid_on)],
        crumbs=[Crumb(_("Payment collection")), Crumb(_("Payments"), reverse("web:payments"))],
        chips=[state_chip("payment", find_state(payment))],
        menu_url=reverse("web:payments"),
        help=[
            _("What a payment settles is read from its vouchers; nothing of it is ever changed, only added to."),
            _("Today the same cashier reverses it; later somebody asks and another person approves."),
            _("Money that nobody knows waits in suspense until it is given to an account."),
        ],
    )
