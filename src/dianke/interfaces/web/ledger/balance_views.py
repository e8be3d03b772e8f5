"""The trial balance: a month, a unit, a level; every figure opens into its postings."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import ledger
from dianke.domain.receivables.models import LedgerAccount
from dianke.domain.receivables.queries import books
from dianke.domain.receivables.queries.chart import list_accounts
from dianke.domain.receivables.rules.chart import count_levels
from dianke.domain.receivables.rules.trial_balance import BalanceRow, TrialBalance
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.ledger import words
from dianke.interfaces.web.ledger.asking import Asked, read_address
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.preferences.types import FileFormat

EXPORT = "archive.export"
_PARTS = (
    ("opening_debit_fen", "opening"),
    ("opening_credit_fen", "opening"),
    ("debit_fen", "debit"),
    ("credit_fen", "credit"),
    ("closing_debit_fen", "closing"),
    ("closing_credit_fen", "closing"),
)


@dataclass(frozen=True)
class DrawnRow:
    """A line of the trial balance, written: each figure with the address that it opens."""

    code: str
    name: str
    level: int
    is_part: bool
    figures: tuple[tuple[str, str], ...]


@require_GET
@page_right(ledger.VIEW)
def show_trial_balance(request: StaffRequest) -> HttpResponse:
    """Show the trial balance that the address asks for."""
    asked, balance, accounts = _read(request)
    values = {
        "page": _head(asked, is_balanced=balance.is_balanced),
        "asked": asked,
        "rows": [_draw(asked, row, accounts) for row in balance.rows],
        "total": [formats.fen(getattr(balance.total, name)) for name, _part in _PARTS],
        "may_export": request.actor.may(EXPORT),
        "export_url": f"{reverse('web:ledger_balance_export')}?{asked.encode()}",
        "shows_level": True,
    }
    return render(request, "ledger/balance.html", values)


@require_POST
@page_right(ledger.VIEW)
def export_trial_balance(request: StaffRequest) -> HttpResponseBase:
    """Give the trial balance out as a file."""
    asked, balance, accounts = _read(request)
    rows: list[list[Any]] = [
        [row.code, words.name_account(accounts[row.code]), *_list_figures(row)] for row in balance.rows
    ]
    rows.append(["", _("Total"), *_list_figures(balance.total)])
    return export_table(
        actor=request.actor,
        page="ledger.balance",
        name="trial-balance",
        about=asked.describe(),
        query=asked.encode(),
        columns=[
            ("code", _("Account code")),
            ("name", _("Ledger account")),
            ("opening_debit", _("Opening debit (yuan)")),
            ("opening_credit", _("Opening credit (yuan)")),
            ("debit", _("Debit (yuan)")),
            ("credit", _("Credit (yuan)")),
            ("closing_debit", _("Closing debit (yuan)")),
            ("closing_credit", _("Closing credit (yuan)")),
        ],
        rows=rows,
        file_format=FileFormat.CSV if request.POST.get("format") == "CSV" else FileFormat.XLSX,
    )


def _read(request: StaffRequest) -> tuple[Asked, TrialBalance, dict[str, LedgerAccount]]:
    asked = read_address(request)
    balance = books.get_trial_balance(
        actor=request.actor, month=asked.month, level=asked.level, unit_path=asked.unit_path
    )
    return asked, balance, {account.code: account for account in list_accounts(actor=request.actor)}


def _list_figures(row: BalanceRow) -> list[Any]:
    return [fen_to_yuan(getattr(row, name)) for name, _part in _PARTS]


def _draw(asked: Asked, row: BalanceRow, accounts: dict[str, LedgerAccount]) -> DrawnRow:
    level = count_levels(row.code)
    amounts = [(getattr(row, name), part) for name, part in _PARTS]
    return DrawnRow(
        code=row.code,
        name=words.name_account(accounts[row.code]),
        level=level,
        is_part=level < asked.level,
        figures=tuple(
            (formats.fen(amount), asked.open(row.code, part=part)) if amount else ("", "") for amount, part in amounts
        ),
    )


def _head(asked: Asked, *, is_balanced: bool) -> Page:
    chip = Chip("ok", _("Debit and credit agree")) if is_balanced else Chip("bad", _("Debit and credit differ"))
    return Page(
        title=_("Trial balance"),
        facts=[f"{asked.month:%Y-%m}", asked.unit.name if asked.unit else _("all units")],
        crumbs=[Crumb(_("Receivables"))],
        chips=[chip],
        help=[
            _("Opening balance, debit, credit and closing balance of every account, of a month and a unit."),
            _("Each figure opens into the postings that it is the sum of; a posting opens its bill and its voucher."),
            _("Lines of upper levels hold the sums of those below; only the lowest level is in the total."),
            _("An entry below zero is a red entry: it takes back without adding to the other side."),
        ],
    )
