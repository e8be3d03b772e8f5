"""The customer's money: what is owed with late fees until today, what is held, what was paid."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from dianke.domain.billing.models import Bill
from dianke.domain.channels.queries.shifts import list_moved_to
from dianke.domain.receivables.queries import payments as payment_queries
from dianke.domain.receivables.queries.debts import get_position, list_debts
from dianke.domain.receivables.types import Debt, Position
from dianke.interfaces.web.agreements.account_panel import describe_promises
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Chip
from dianke.interfaces.web.components.paging import page_by_key
from dianke.interfaces.web.components.states import register_states, state_chip
from dianke.interfaces.web.customers.account_frame import Viewed, account_page, get_tab, refuse_tab, show_tab
from dianke.interfaces.web.payments.payer_panel import list_payers_of
from dianke.interfaces.web.payments.words import CHANNELS, TENDERS
from dianke.interfaces.web.requests import StaffRequest

_VIEW, _RECEIVE, _ORDER, _BOOKS = "payments.view", "payments.receive", "payments.order", "ledger.view"

register_states(
    "bill.payment",
    {
        "PAID": ("ok", pgettext_lazy("bill", "Paid")),
        "OPEN": ("run", pgettext_lazy("bill", "To be paid")),
        "PART": ("warn", pgettext_lazy("bill", "Paid in part")),
        "OVERDUE": ("bad", pgettext_lazy("bill", "Overdue")),
    },
)


@account_page
def show_money(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show what an account owes and holds, and what was paid for it."""
    if not viewed.actor.may(get_tab("money").right):
        return refuse_tab(request, viewed, "money")
    actor, account = viewed.actor.within(_VIEW), viewed.get_account()
    position = get_position(actor=actor, customer_account_id=account.pk, on=viewed.today)
    rows = payment_queries.filter_payments(actor=actor).filter(
        Q(customer_account_id=account.pk) | Q(pk__in=list_moved_to(actor=actor, account_ids=[account.pk]))
    )
    page = page_by_key(rows, order=["-id"], at=request.GET.get("at", ""))
    values = {
        "figures": _list_figures(position, _open_books(viewed)),
        "debts": [(debt, state_chip("bill.payment", _find_state(debt, None), quiet=True)) for debt in position.debts],
        "owed_fen": position.owed_fen,
        "payers": list_payers_of(actor=actor, account=account, today=viewed.today),
        "promises": describe_promises(actor=actor, account=account, today=viewed.today),
        "paged": page,
        "payments": [(one, _describe(one, account.pk)) for one in page.rows],
        "channels": CHANNELS,
        "tenders": TENDERS,
        "may_see_bills": viewed.actor.may("billing.view"),
        "take_url": f"{reverse('web:counter_desk')}?{urlencode({'account': account.number})}"
        if viewed.actor.may(_RECEIVE)
        else "",
        "order_url": f"{reverse('web:payment_order_new')}?{urlencode({'account': account.number})}"
        if viewed.actor.may(_ORDER)
        else "",
        "books_url": _open_books(viewed),
        "control_url": reverse("web:fee_control_account", args=[account.number])
        if viewed.actor.may("fee_control.view")
        else "",
    }
    return show_tab(request, viewed, "money", "customers/account_money.html", values)


def find_bill_states(viewed: Viewed, bills: Sequence[Bill]) -> dict[int, Chip]:
    """Return for bills of the account whether they are paid, open or overdue; nothing for who may not see payments."""
    if not viewed.actor.may(_VIEW) or not bills:
        return {}
    account = viewed.get_account()
    open_debts = list_debts(actor=viewed.actor.within(_VIEW), customer_account_ids=[account.pk], on=viewed.today)
    debts = {debt.item_id: debt for debt in open_debts.get(account.pk, [])}
    return {
        bill.pk: state_chip("bill.payment", _find_state(debts.get(bill.pk), bill.amount_fen), quiet=True)
        for bill in bills
        if bill.amount_fen > 0
    }


def _find_state(debt: Debt | None, amount_fen: int | None) -> str:
    if debt is None:
        return "PAID"
    if debt.days_overdue:
        return "OVERDUE"
    is_part = amount_fen is not None and debt.principal_fen + debt.penalty_fen < amount_fen
    return "PART" if is_part else "OPEN"


def _describe(payment: Any, account_id: int) -> Chip:
    if payment.is_reversed:
        return state_chip("payment", "REVERSED", quiet=True)
    if payment.current_account_id != account_id:
        return Chip("idle", _("Moved to another account"), quiet=True)
    return state_chip("payment", "SETTLED", quiet=True)


def _open_books(viewed: Viewed) -> str:
    if not viewed.actor.may(_BOOKS):
        return ""
    asked = {"q": viewed.get_account().number, "account": "1122"}
    return f"{reverse('web:ledger_postings')}?{urlencode(asked)}"


def _list_figures(position: Position, books_url: str) -> list[Figure]:
    overdue = [debt for debt in position.debts if debt.days_overdue]
    late = sum(debt.late_fee_fen for debt in position.debts)
    count = len(position.debts)
    figures = [
        Figure(
            caption=gettext_lazy("Owed (yuan)"),
            value=formats.fen(position.owed_fen),
            context=ngettext("%(count)d open bill", "%(count)d open bills", count) % {"count": count},
            url=books_url,
        ),
        Figure(
            caption=gettext_lazy("Overdue (yuan)"),
            value=formats.fen(sum(debt.total_fen for debt in overdue)),
            context=_("since %(day)s") % {"day": formats.day(_find_first_due(overdue))} if overdue else "",
        ),
        Figure(caption=gettext_lazy("Late fees until today (yuan)"), value=formats.fen(late), context=""),
        Figure(caption=gettext_lazy("Prepayment (yuan)"), value=formats.fen(position.prepaid_fen)),
    ]
    if position.deposit_fen:
        figures.append(Figure(caption=gettext_lazy("Deposit (yuan)"), value=formats.fen(position.deposit_fen)))
    return figures


def _find_first_due(debts: Sequence[Debt]) -> date | None:
    return min((debt.due_date for debt in debts if debt.due_date), default=None)
