"""The page of a correction, and what the customer is handed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill, BillCorrection, CorrectedBill
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import corrections as queries
from dianke.domain.billing.queries.correcting import recompute_order
from dianke.domain.billing.rules.corrections import ComparedLine, compare_lines, may_be
from dianke.domain.billing.rules.explain import Line
from dianke.domain.billing.types import CorrectionKind, CorrectionState
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing import bill_words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.corrections import back_billing_pages, words
from dianke.interfaces.web.corrections.changes import draw_changes, draw_rows_left
from dianke.interfaces.web.corrections.evidence_form import EvidenceForm
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.errors import DomainError
from dianke.kernel.money import spell_yuan
from dianke.platform.identity.types import Actor

_HELP_REBILL = [
    gettext_lazy("Left as billed, right as it is corrected. Whoever asked can neither approve nor issue."),
    gettext_lazy("Issue makes a reversal and a new bill for every bill listed; the old ones stay as they are."),
]
_HELP_BACK_BILLING = [
    gettext_lazy("Every line with its steps and the rule it follows. Whoever asked can neither approve nor issue."),
    gettext_lazy("Issue makes one new bill; the bills concerned stay as they are."),
]
_HELP_REVERSAL = [
    gettext_lazy("The bill is taken back and nothing is billed in its place; bills that follow from it are."),
    gettext_lazy("A paper shows why before anybody is asked. Whoever asked can neither approve nor issue."),
]
_HELP = {
    CorrectionKind.FULL_REBILL.value: _HELP_REBILL,
    CorrectionKind.REVERSAL.value: _HELP_REVERSAL,
    CorrectionKind.BACK_BILLING.value: _HELP_BACK_BILLING,
}
_TITLES = {
    CorrectionKind.FULL_REBILL.value: gettext_lazy("Correction of %(month)s"),
    CorrectionKind.REVERSAL.value: gettext_lazy("Reversal of %(month)s"),
    CorrectionKind.BACK_BILLING.value: gettext_lazy("Back-billing of %(month)s"),
}
_EXPLANATIONS = {
    CorrectionKind.FULL_REBILL.value: gettext_lazy("Explanation of the bill correction"),
    CorrectionKind.REVERSAL.value: gettext_lazy("Explanation of the bill's reversal"),
    CorrectionKind.BACK_BILLING.value: gettext_lazy("Explanation of the back-billing"),
}
_LIVING = {CorrectionState.DRAFT, CorrectionState.PENDING, CorrectionState.APPROVED}


@dataclass(frozen=True)
class DrawnLine:
    """A line of both bills in words."""

    name: str
    unit: str
    included: bool
    old_quantity: str
    new_quantity: str
    old_price: str
    new_price: str
    old_amount: str
    new_amount: str
    difference: str
    differs: bool
    other_price: bool


@dataclass(frozen=True)
class DrawnBill:
    """A bill of an order: as billed, as it will be or is, line by line, and the new bills once issued."""

    item: CorrectedBill
    bill: Bill
    is_cause: bool
    reversal: Bill | None
    replacement: Bill | None
    lines: list[DrawnLine]
    unchanged: str

    @property
    def is_billed_again(self) -> bool:
        """Tell whether nothing stood billed any more: the bill had been taken back for good."""
        return not self.item.old_amount_fen and bool(self.bill.amount_fen)

    @property
    def changed_lines(self) -> list[DrawnLine]:
        """Return the lines that tell the customer what changes."""
        return [line for line in self.lines if line.differs]


def get_order(request: StaffRequest, key: int) -> BillCorrection:
    """Return an order within reach, or answer that nothing is there."""
    try:
        return queries.get_correction(actor=request.actor, key=key)
    except queries.CorrectionNotFound as error:
        raise Http404 from error


@require_GET
@page_right("billing.view")
def show_correction(request: StaffRequest, key: int) -> HttpResponse:
    """Show an order: what was wrong, old and new line by line, its history, and what the reader may do."""
    order = get_order(request, key)
    values = _draw(request.actor, order)
    head = Page(
        title=str(_TITLES[order.kind]) % {"month": values.get("months") or formats.month(order.month)},
        number=order.number,
        facts=[order.customer_name, order.unit.name],
        crumbs=[Crumb(_("Billing")), Crumb(_("Corrections"), reverse("web:corrections"))],
        chips=[state_chip("correction", order.state)],
        menu_url=reverse("web:corrections"),
        help=_HELP[order.kind],
    )
    acts = _list_acts(request.actor, order)
    return render(request, "corrections/order.html", {**values, **acts, **_draw_evidence(request, order), "page": head})


@require_GET
@page_right("billing.view")
def show_explanation(request: StaffRequest, key: int) -> HttpResponse:
    """Show the one page that the customer is handed."""
    order = get_order(request, key)
    head = Page(
        title=str(_EXPLANATIONS[order.kind]),
        number=order.number,
        facts=[order.customer_name],
        crumbs=[
            Crumb(_("Corrections"), reverse("web:corrections")),
            Crumb(order.number, reverse("web:correction", args=[order.pk])),
        ],
        menu_url=reverse("web:corrections"),
    )
    return render(request, "corrections/explanation.html", {**_draw(request.actor, order), "page": head})


def _draw(actor: Actor, order: BillCorrection) -> dict[str, Any]:
    if order.kind == CorrectionKind.BACK_BILLING.value:
        is_living = CorrectionState(order.state) in _LIVING
        own = back_billing_pages.draw_order(actor, order, is_living=is_living)
        return {**_draw_head(order), **own, "is_back_billing": True}
    bills, refusal = _draw_bills(actor, order)
    return {
        **_draw_head(order),
        **draw_rows_left(actor, order),
        "is_back_billing": False,
        "is_reversal": order.kind == CorrectionKind.REVERSAL.value,
        "changes": draw_changes(actor, order),
        "is_rebill": any(one.is_cause and one.is_billed_again for one in bills),
        "bills": bills,
        "refusal": refusal,
        "old_fen": sum(drawn.item.old_amount_fen for drawn in bills),
        "new_fen": sum(drawn.item.new_amount_fen for drawn in bills),
    }


def _draw_head(order: BillCorrection) -> dict[str, Any]:
    names = Names([order.asked_by, order.decided_by, order.issued_by])
    due = abs(order.difference_fen)
    return {
        "order": order,
        "cause": words.CAUSES.get(order.cause, order.cause),
        "level": words.LEVELS.get(order.level, order.level),
        "asker": names.of(order.asked_by),
        "decider": names.of(order.decided_by),
        "issuer": names.of(order.issued_by),
        "due_fen": due,
        "spelled": spell_yuan(due),
        "is_refund": order.difference_fen < 0,
    }


def _draw_evidence(request: StaffRequest, order: BillCorrection) -> dict[str, Any]:
    papers = queries.list_evidence(actor=request.actor, order=order)
    names = Names(paper.document.added_by for paper in papers)
    may_ask = request.actor.may(bill_corrections.ASK, order.unit.path)
    return {
        "evidence": [(paper, names.of(paper.document.added_by)) for paper in papers],
        "may_attach": may_ask and may_be("attach", CorrectionState(order.state)),
        "evidence_form": EvidenceForm(),
    }


def _list_acts(actor: Actor, order: BillCorrection) -> dict[str, Any]:
    state, path = CorrectionState(order.state), order.unit.path
    is_own = order.asked_by == actor.login
    may_ask = is_own and actor.may(bill_corrections.ASK, path)
    facts = {
        _("Account"): f"{order.account_number} {order.customer_name}",
        _("Difference (yuan)"): formats.signed_fen(order.difference_fen),
    }
    return {
        "is_own": is_own,
        "is_waiting": state is CorrectionState.PENDING,
        "needs_evidence": order.kind == CorrectionKind.REVERSAL.value and may_be("ask", state),
        "may_change": may_ask and may_be("change", state),
        "may_withdraw": may_ask and may_be("withdraw", state),
        "may_approve": not is_own and may_be("approve", state) and bill_corrections.may_approve(actor, order),
        "may_reject": not is_own and may_be("reject", state) and actor.may(bill_corrections.APPROVE, path),
        "may_issue": not is_own and may_be("issue", state) and actor.may(bill_corrections.ISSUE, path),
        "act_facts": facts,
    }


def _draw_bills(actor: Actor, order: BillCorrection) -> tuple[list[DrawnBill], str]:
    """Return the bills of an order side by side; of a living one computed now, of an issued one as issued."""
    items = queries.list_corrected(actor=actor, order=order)
    keys = [key for item in items for key in (item.bill_id, item.reversal_id, item.replacement_id)]
    bills = queries.get_bills(actor=actor, keys=keys)
    compared: dict[int, list[ComparedLine]] = {}
    refusal = ""
    try:
        if CorrectionState(order.state) in _LIVING and order.bill_id in bills:
            found = recompute_order(actor=actor, order=order, bill=bills[order.bill_id])
            compared = {one.bill.pk: one.compared for one in found}
        elif order.state == CorrectionState.ISSUED.value:
            compared = {item.bill_id: _compare_issued(actor, item) for item in items}
    except DomainError as error:
        refusal = explain(error)
    drawn = [
        DrawnBill(
            item=item,
            bill=bills[item.bill_id],
            is_cause=item.bill_id == order.bill_id,
            reversal=bills.get(item.reversal_id or 0),
            replacement=bills.get(item.replacement_id or 0),
            lines=[_draw_line(line) for line in compared.get(item.bill_id, [])],
            unchanged=_sum_unchanged(compared.get(item.bill_id, [])),
        )
        for item in items
        if item.bill_id in bills
    ]
    return drawn, refusal


def _compare_issued(actor: Actor, item: CorrectedBill) -> list[ComparedLine]:
    old = bill_queries.list_lines(actor=actor, bill_id=item.bill_id) if item.reversal_id else []
    new = bill_queries.list_lines(actor=actor, bill_id=item.replacement_id) if item.replacement_id else []
    return compare_lines(old, new)


def _sum_unchanged(lines: list[ComparedLine]) -> str:
    return formats.number(
        sum((line.new.amount for line in lines if not line.differs and not line.included), start=Decimal(0)), 2
    )


def _draw_line(line: ComparedLine) -> DrawnLine:
    named = Line(
        code=line.code, name=line.name, quantity=line.new.quantity, unit=line.unit_name, price=line.new.price,
        amount=line.new.amount, included=line.included, rule="",
    )  # fmt: skip
    return DrawnLine(
        name=bill_words.name_line(named),
        unit=str(bill_words.UNITS.get(line.unit_name, line.unit_name)),
        included=line.included,
        old_quantity=_number(line.old.quantity),
        new_quantity=_number(line.new.quantity),
        old_price=_write_price(line.code, line.old.price),
        new_price=_write_price(line.code, line.new.price),
        old_amount=formats.number(line.old.amount, 2),
        new_amount=formats.number(line.new.amount, 2),
        difference=formats.signed_fen(int(line.difference.scaleb(2))),
        differs=line.differs,
        other_price=line.old.price != line.new.price,
    )


def _write_price(code: str, price: Decimal) -> str:
    """Return a price, or the adjustment of the power factor as the percentage that it is."""
    return f"{_number(price * 100)}%" if code.startswith("power_factor") else _number(price)


def _number(value: Decimal) -> str:
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")
