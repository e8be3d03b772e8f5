"""Statements of our bank accounts: loaded, their bookings listed, each matched by hand where no rule was sure."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET, require_POST

from dianke.application import bank_channels
from dianke.domain.channels.models import EntryState, StatementEntry
from dianke.domain.channels.operations.clearing import UnableToSettle
from dianke.domain.channels.queries import statements as queries
from dianke.domain.channels.queries import withholding as banks
from dianke.domain.channels.queries.acquirers import list_acquirers
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.payers import filter_payers
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.bank import fault_words, words
from dianke.interfaces.web.bank.undo_views import describe_undo, explain_change
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.counter.fields import YuanField
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel import masks
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

_MOST_BYTES = 8 * 1024 * 1024
_FAULTS_SHOWN = 20
_REFUSED = 422
# A settlement asks for its days first: it has a form of its own.
_ACTS = {
    "ACCOUNT": "account", "PAYER": "account", "SETTLEMENT": "", "DEPOSIT": "deposit", "CHEQUE": "cheque",
    "CLAIM": "claim",
    "TRANSFER": "transfer", "BOUNCE": "bounce", "FEE": "fee",
}  # fmt: skip
_STATES = [
    (EntryState.OPEN.value, _("Not dealt with")),
    (EntryState.SUSPENSE.value, _("In suspense")),
    (EntryState.BOOKED.value, pgettext_lazy("bank", "Booked")),
    (EntryState.SETTLED.value, _("Money of a batch")),
    (EntryState.RETURNED.value, _("Taken back by the bank")),
    (EntryState.CLEARED.value, _("Settlement of a gateway or agent")),
    (EntryState.DEPOSITED.value, _("Cash of a counter")),
    (EntryState.HONOURED.value, _("Cheque of a counter")),
    (EntryState.CLAIMED.value, _("Money of a claim")),
    (EntryState.BOUNCED.value, _("Cheque taken back")),
    (EntryState.CHARGED.value, _("Fee of the bank")),
    (EntryState.ELSEWHERE.value, _("No matter of customers")),
]


@require_GET
@page_right(bank_channels.VIEW)
def list_entries(request: StaffRequest) -> HttpResponse:
    """List bookings of our bank accounts, newest first."""
    values = {
        "may_load": request.actor.may(bank_channels.RECONCILE),
        "banks": banks.list_banks(actor=request.actor),
    }
    return render_list(request, ENTRIES, template="bank/statements.html", values=values)


@require_POST
@page_right(bank_channels.RECONCILE)
def load_statement(request: StaffRequest) -> HttpResponse:
    """Load a statement; one with faults is shown with them and nothing of it is taken."""
    upload = request.FILES.get("file")
    content = upload.read(min(settings.FILE_UPLOAD_MAX_BYTES, _MOST_BYTES) + 1) if upload else b""
    if upload is None or len(content) > _MOST_BYTES:
        messages.error(request, _now("Choose a file of at most 8 MiB."))
        return redirect("web:bank_entries")
    code = str(request.POST.get("bank", ""))
    bank = next((one for one in banks.list_banks(actor=request.actor) if one.code == code), None)
    if bank is None:
        raise Http404
    read = bank_channels.read_statement(content=content, account=bank.account_number)
    if not read.is_whole:
        return _draw_faults(request, upload.name or "", read.faults)
    try:
        statement = bank_channels.load_statement(
            actor=request.actor, bank_code=code, file_name=upload.name or "", content=content, at=SystemClock().now()
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect("web:bank_entries")
    facts = {"new": f"{statement.entry_count:,}", "known": f"{statement.known_count:,}"}
    messages.success(request, _now("%(new)s bookings are loaded, %(known)s were known.") % facts)
    return redirect("web:bank_entries")


@require_GET
@page_right(bank_channels.VIEW)
def show_entry(request: StaffRequest, key: int) -> HttpResponse:
    """Show a booking with what it may be."""
    entry, actor = _find(request, key), request.actor
    may_work = actor.may(bank_channels.RECONCILE)
    values = {
        "page": _head(entry),
        "entry": entry,
        "counterparty_account": masks.mask_bank_account(entry.counterparty_account),
        "reason": words.REASONS.get(entry.match_reason, ""),
        "decided_by": Names([entry.decided_by]).of(entry.decided_by),
        "proposals": _draw_proposals(actor, entry),
        "acquirers": list_acquirers(actor=actor) if may_work else [],
        "proposed": next((one["target"] for one in entry.proposals if one["kind"] == "SETTLEMENT"), ""),
        "proposed_transfer": next((one["target"] for one in entry.proposals if one["kind"] == "TRANSFER"), ""),
        "may_assign": may_work and entry.state == EntryState.SUSPENSE.value and entry.amount_fen > 0,
        "may_explain": may_work and entry.state in queries.WAITING and entry.amount_fen < 0,
        **describe_undo(actor, entry),
        "next": _find_next(actor, entry),
    }
    return render(request, "bank/entry.html", values)


@require_POST
@page_right(bank_channels.RECONCILE)
def decide_entry(request: StaffRequest, key: int) -> HttpResponse:
    """Give a booking to an account or a batch, or set it aside; then go on with the next that waits."""
    entry, now = _find(request, key), SystemClock().now()
    following = _find_next(request.actor, entry)
    act, value = request.POST.get("act", ""), str(request.POST.get("value", ""))
    try:
        if act == "settlement":
            _settle(request, key, value, now)
        else:
            _DECISIONS.get(act, _assign)(request.actor, key, value, now)
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain_change(refusal))
        return redirect("web:bank_entry", key)
    messages.success(request, _now("The booking is dealt with."))
    return redirect("web:bank_entry", following.pk) if following else redirect("web:bank_entries")


def _assign(actor: Actor, key: int, value: str, at: datetime) -> StatementEntry:
    return bank_channels.assign_entry(actor=actor, key=key, account_number=value, at=at)


_DECISIONS: dict[str, Callable[[Actor, int, str, datetime], StatementEntry]] = {
    "batch": lambda actor, key, value, at: bank_channels.settle_entry(actor=actor, key=key, batch_number=value, at=at),
    "deposit": lambda actor, key, value, at: bank_channels.match_deposit(
        actor=actor, key=key, slip_number=value, at=at
    ),
    "cheque": lambda actor, key, value, at: bank_channels.match_cheque(actor=actor, key=key, number=value, at=at),
    "claim": lambda actor, key, value, at: bank_channels.claim_entry(actor=actor, key=key, number=value, at=at),
    "transfer": lambda actor, key, value, at: bank_channels.give_transfer_back(
        actor=actor, key=key, reference=value, at=at
    ),
    "bounce": lambda actor, key, value, at: bank_channels.bounce_cheque(actor=actor, key=key, number=value, at=at),
    "fee": lambda actor, key, _value, at: bank_channels.charge_fee(actor=actor, key=key, at=at),
    "aside": lambda actor, key, value, at: bank_channels.set_entry_aside(actor=actor, key=key, note=value, at=at),
}


def _settle(request: StaffRequest, key: int, code: str, now: datetime) -> None:
    """Read days and commission of a settlement, and clear them."""
    try:
        first_day, last_day = (
            date.fromisoformat(str(request.POST.get(name, ""))) for name in ("first_day", "last_day")
        )
        fee_fen = YuanField(required=False).clean(str(request.POST.get("fee", ""))) or 0
    except (ValueError, ValidationError) as error:
        raise UnableToSettle(field="days", reference=str(key), reason="days or commission cannot be read") from error
    bank_channels.clear_entry(
        actor=request.actor,
        key=key,
        acquirer_code=code,
        first_day=first_day,
        last_day=last_day,
        fee_fen=fee_fen,
        at=now,
    )


def _find(request: StaffRequest, key: int) -> StatementEntry:
    entry = queries.get_entry(actor=request.actor, key=key)
    if entry is None:
        raise Http404
    return entry


def _find_next(actor: Actor, entry: StatementEntry) -> StatementEntry | None:
    rows = queries.filter_entries(actor=actor).filter(state__in=queries.WAITING).exclude(pk=entry.pk)
    found: StatementEntry | None = rows.order_by("booked_on", "id").first()
    return found


def _draw_proposals(actor: Actor, entry: StatementEntry) -> list[dict[str, Any]]:
    numbers = [one["target"] for one in entry.proposals]
    rows = CustomerAccount.objects.for_actor(actor).filter(number__in=numbers).select_related("customer")
    names = {account.number: account.customer.name for account in rows}
    names |= {payer.number: payer.name for payer in filter_payers(actor=actor).filter(number__in=numbers)}
    return [
        {
            **one,
            "act": _ACTS.get(one["kind"], "batch"),
            "name": names.get(one["target"], ""),
            "word": words.REASONS.get(one["reason"], one["reason"]),
        }
        for one in entry.proposals
    ]


def _draw_faults(request: StaffRequest, name: str, faults: Any) -> HttpResponse:
    shown = [
        fault_words.describe_fault(
            {"code": one.code, "line": one.line, "column": one.column, "value": one.value, "facts": one.facts}
        )
        for one in faults[:_FAULTS_SHOWN]
    ]
    page = Page(
        title=_("Statement with faults"),
        number=name,
        crumbs=[Crumb(_("Channels and reconciliation")), Crumb(_("Bank statements"), reverse("web:bank_entries"))],
        menu_url=reverse("web:bank_entries"),
    )
    return render(request, "bank/faulty_statement.html", {"page": page, "faults": shown}, status=_REFUSED)


def _head(entry: StatementEntry) -> Page:
    return Page(
        title=entry.counterparty or _now("Booking of the bank"),
        number=entry.reference,
        facts=[entry.bank.name, entry.booked_on.isoformat()],
        crumbs=[Crumb(_("Channels and reconciliation")), Crumb(_("Bank statements"), reverse("web:bank_entries"))],
        chips=[state_chip("bank.entry", entry.state)],
        menu_url=reverse("web:bank_entries"),
        help=[
            _("Money that came is in the books on its day: what no rule was sure of waits in suspense."),
            _("So is money that left: a transfer given back, a refund, a fee; the rest is not yet known."),
            _("Given to an account it pays its debts as of the day that it came."),
            _("After each decision the next booking that waits is opened."),
            _("A match that was wrong is undone by two persons; the booking then waits again."),
        ],
    )


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(Q(reference=text) | Q(target=text) | Q(counterparty__startswith=text)), False


ENTRIES = register(
    ListSpec(
        name="bank.entries",
        title=_("Bank statements"),
        url_name="web:bank_entries",
        right=bank_channels.VIEW,
        crumbs=[Crumb(_("Channels and reconciliation"))],
        rows=lambda actor: queries.filter_entries(actor=actor),
        row_url=lambda one: reverse("web:bank_entry", args=[one.pk]),
        sort="-booked",
        columns=[
            Column("reference", _("Booking"), lambda one: one.reference, css="n"),
            Column("state", _("State"), lambda one: state_chip("bank.entry", one.state)),
            Column("booked", _("Booked on"), lambda one: one.booked_on, order=("booked_on",), css="n"),
            Column("amount", _("Amount (yuan)"), lambda one: fen_to_yuan(one.amount_fen),
                   show=lambda one: formats.signed_fen(one.amount_fen), css="num"),
            Column("counterparty", _("Other side"), lambda one: one.counterparty or None),
            Column("text", _("Text"), lambda one: one.remittance or None, width=40),
            Column("target", _("Whose"), lambda one: one.target or None, css="n"),
            Column("reason", _("By rule"), lambda one: words.REASONS.get(one.match_reason)),
            Column("bank", _("Bank"), lambda one: one.bank.name, css="nw", is_shown=False),
        ],
        filters=[
            ChoiceFilter("state", _("State"), _STATES),
            DateRangeFilter("booked", _("Booked on"), lookup="booked_on"),
            ChoiceFilter("bank", _("Bank"),
                         lambda actor: [(one.code, one.name) for one in banks.list_banks(actor=actor)],
                         lookup="bank__code"),
        ],
        search=_search,
        search_hint=_("Booking, account, batch or name"),
        count=lambda count: _now("%(count)s bookings") % {"count": count},
        empty_title=_("No booking yet"),
        empty_text=_("Load a statement of one of our bank accounts, CAMT.053 or CSV."),
        empty_found_title=_("No booking fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[_("A booking is loaded once, however often its statement comes.")],
        brief=("state", "booked", "amount", "counterparty"),
        export_name="bank-entries",
    )
)  # fmt: skip
