"""The reconciliation of a bank account at the end of a day: both balances, what explains them, and what is left."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import bank_channels
from dianke.domain.channels.models import Bank
from dianke.domain.channels.queries import balance as queries
from dianke.domain.channels.queries import withholding as banks
from dianke.domain.channels.rules.balance import Balance, Item
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.bank import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel import masks
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.preferences.types import FileFormat

_EXPORT = "archive.export"


@dataclass(frozen=True, slots=True)
class _Asked:
    bank: Bank
    day: date

    @property
    def query(self) -> str:
        return urlencode({"bank": self.bank.code, "day": self.day.isoformat()})


@require_GET
@page_right(bank_channels.VIEW)
def show_balance(request: StaffRequest) -> HttpResponse:
    """Show the reconciliation of an account at the end of a day."""
    asked, known = _read(request)
    values: dict[str, Any] = {"banks": known, "asked": asked, "today": _find_today()}
    if asked is None:
        values["page"] = _head(None, None)
        return render(request, "bank/balance.html", values)
    balance = queries.reconcile_balance(actor=request.actor, bank=asked.bank, day=asked.day)
    values |= {
        "page": _head(asked, balance),
        "balance": balance,
        "figures": _list_figures(balance),
        "sides": _list_sides(balance),
        "gaps": balance.gaps,
        "homeless": [_draw(one) for one in queries.list_homeless(actor=request.actor, day=asked.day)],
        "waiting": queries.count_waiting(actor=request.actor, bank=asked.bank, day=asked.day),
        "waiting_url": f"{reverse('web:bank_entries')}?{urlencode({'state': 'SUSPENSE', 'bank': asked.bank.code})}",
        "may_export": request.actor.may(_EXPORT),
        "export_url": f"{reverse('web:bank_balance_export')}?{asked.query}",
        "may_work": request.actor.may(bank_channels.RECONCILE) and balance.closing_fen is not None,
    }
    return render(request, "bank/balance.html", values)


@require_POST
@page_right(bank_channels.VIEW)
def export_balance(request: StaffRequest) -> HttpResponseBase:
    """Give the reconciliation of an account out as a file."""
    asked, _known = _read(request)
    if asked is None:
        raise Http404
    balance = queries.reconcile_balance(actor=request.actor, bank=asked.bank, day=asked.day)
    rows: list[list[Any]] = []
    for side in _list_sides(balance):
        rows += [["", str(side["title"]), "", side["start_yuan"]]]
        rows += [[str(one["name"]), str(one["text"]), one["day"], one["yuan"]] for one in side["items"]]
        rows += [["", str(side["end"]), "", side["end_yuan"]]]
    rows.append(["", _now("Left unexplained"), "", _to_yuan(balance.difference_fen)])
    return export_table(
        actor=request.actor,
        page="bank.balance",
        name="bank-balance",
        about=f"{asked.bank.name} {asked.day.isoformat()}",
        query=asked.query,
        columns=[
            ("key", _now("Reference")),
            ("text", _now("Text")),
            ("day", _now("Day")),
            ("yuan", _now("Amount (yuan)")),
        ],
        rows=rows,
        file_format=FileFormat.CSV if request.POST.get("format") == "CSV" else FileFormat.XLSX,
    )


@require_POST
@page_right(bank_channels.RECONCILE)
def compare_balance(request: StaffRequest) -> HttpResponse:
    """Keep the reconciliation of a day: what explains the difference becomes work."""
    asked, _known = _read(request)
    if asked is None:
        raise Http404
    try:
        day = bank_channels.compare_balance(
            actor=request.actor, bank_code=asked.bank.code, day=asked.day, at=SystemClock().now()
        )
    except PermissionRefused:
        raise
    except DomainError as refusal:
        messages.error(request, explain(refusal))
        return redirect(f"{reverse('web:bank_balance')}?{asked.query}")
    return redirect("web:bank_day", day.pk)


def _read(request: StaffRequest) -> tuple[_Asked | None, list[Bank]]:
    """Return the account and day that are asked for, without them the first account and its last day."""
    known = list(banks.list_banks(actor=request.actor))
    code = str(request.GET.get("bank", ""))
    bank = next((one for one in known if one.code == code or not code), None)
    if bank is None and code:
        raise Http404
    if bank is None:
        return None, known
    try:
        day = date.fromisoformat(str(request.GET.get("day", "")))
    except ValueError:
        day = queries.find_last_day(bank=bank) or _find_today()
    return _Asked(bank, day), known


def _find_today() -> date:
    return to_shanghai(SystemClock().now()).date()


def _list_sides(balance: Balance) -> list[dict[str, Any]]:
    """Return both sides of the sheet: where each begins, what is added to it, and where it ends."""
    base = [
        {"name": "", "text": _now("On the account before our books"), "day": None, "url": "",
         "fen": formats.signed_fen(-balance.base_fen), "yuan": _to_yuan(-balance.base_fen)}
    ] if balance.base_fen else []  # fmt: skip
    return [
        {
            "title": _now("Balance by the bank's statement"),
            "start": formats.fen(balance.closing_fen),
            "start_yuan": _to_yuan(balance.closing_fen),
            "caption": _now("what we booked and the bank did not"),
            "items": [*base, *[_draw(one) for one in balance.ours_only]],
            "end": _now("Balance of the bank, put right"),
            "end_fen": formats.fen(balance.adjusted_theirs_fen),
            "end_yuan": _to_yuan(balance.adjusted_theirs_fen),
        },
        {
            "title": _now("Balance in our books"),
            "start": formats.fen(balance.ours_fen),
            "start_yuan": _to_yuan(balance.ours_fen),
            "caption": _now("what the bank booked and we did not"),
            "items": [_draw(one) for one in balance.theirs_only],
            "end": _now("Balance of our books, put right"),
            "end_fen": formats.fen(balance.adjusted_ours_fen),
            "end_yuan": _to_yuan(balance.adjusted_ours_fen),
        },
    ]


def _draw(one: Item) -> dict[str, Any]:
    fen = one.theirs_fen - one.ours_fen if one.theirs_fen else one.ours_fen
    what, _colon, key = one.key.partition(":")
    is_booking = what == "entry"
    return {
        "name": words.name_difference(f"{what}:{one.name if is_booking else key}"),
        "text": one.text,
        "day": one.day,
        "fen": formats.signed_fen(fen),
        "yuan": fen_to_yuan(fen),
        "url": reverse("web:bank_entry", args=[int(key)]) if is_booking else "",
    }


def _to_yuan(fen: int | None) -> Any:
    return None if fen is None else fen_to_yuan(fen)


def _list_figures(balance: Balance) -> list[Figure]:
    left = balance.difference_fen
    return [
        Figure(
            caption=_now("By the bank's statement (yuan)"),
            value=formats.fen(balance.closing_fen),
            context=balance.closing_name,
        ),
        Figure(caption=_now("In our books (yuan)"), value=formats.fen(balance.ours_fen)),
        Figure(caption=_now("Items between them"), value=f"{len(balance.items):,}"),
        Figure(caption=_now("Left unexplained (yuan)"), value="–" if left is None else formats.signed_fen(left)),
    ]


def _head(asked: _Asked | None, balance: Balance | None) -> Page:
    chips = []
    if balance is not None:
        left = balance.difference_fen
        chips = [
            Chip("idle", _("No balance told"))
            if left is None
            else Chip("bad", _("Unexplained"))
            if left
            else Chip("ok", _("Proved to the fen"))
        ]
    facts = (
        [asked.bank.name, masks.mask_bank_account(asked.bank.account_number), asked.day.isoformat()] if asked else []
    )
    return Page(
        title=_("Balances of banks"),
        facts=facts,
        crumbs=[Crumb(_("Channels and reconciliation"))],
        chips=chips,
        menu_url=reverse("web:bank_balance"),
        help=[
            _("The balance that the bank's statement says is held against the account 1002.01 of this bank."),
            _("What one side has and the other has not explains the difference; nothing else may be left."),
            _("Bookings of the bank that were never loaded are what is left unexplained: load the statement."),
            _("Keep it as work: each item gets an owner, and what changes the books takes two persons."),
        ],
    )
