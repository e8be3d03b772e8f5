"""Letters and notices of dunning as PDF: the step's own text, the bills, late advances, a receipt to be signed."""

from datetime import date, datetime
from importlib import resources
from typing import Any

from dianke.application.collection.dunning import find_subject
from dianke.domain.collection.queries import steps as queries
from dianke.domain.collection.queries.open_items import list_open_items
from dianke.domain.collection.types import BY_PAPER, StepKind
from dianke.domain.receivables.queries.agreements import find_items_under_agreement
from dianke.domain.receivables.queries.stages import list_late_advances
from dianke.domain.receivables.queries.standing import load_bills
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.kernel.money import fen_to_yuan
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents.typesetting import set_pdf
from dianke.platform.identity.types import Actor


class NoLetter(DomainError):
    """The step goes by another way than on paper."""

    code = "collection.no_letter"
    message = "step {step} is no letter"


@use_case(right="collection.work")
def write_letter(*, actor: Actor, key: int, at: datetime) -> bytes:
    """
    Return the letter of a step with the bills that are overdue now, and the stages of the month that did not come.

    :raises NoLetter: if the step goes by another way
    """
    step = queries.get_step(actor=actor, key=key)
    if StepKind(step.kind) not in BY_PAPER:
        raise NoLetter(field="step", step=step.number)
    today = to_shanghai(at).date()
    agreed = find_items_under_agreement(account_ids=[step.account_id])
    items = [
        one
        for one in list_open_items(actor=actor, customer_account_id=step.account_id, as_of=today)
        if one.open_fen > 0 and one.due_date is not None and one.due_date < today and one.item_id not in agreed
    ]
    bills = load_bills(item_ids=[one.item_id for one in items])
    content: dict[str, Any] = {
        "title": find_subject(step) or "电费催缴函",
        "number": step.number,
        "name": step.account.customer.name,
        "text": step.text,
        "unit": step.unit.name,
        "day": f"{today.year}年{today.month}月{today.day}日",
        "heads": ["账单", "缴费截止日", "逾期天数", "未缴金额（元）"],
        "rows": [
            [bills[one.item_id].number, f"{one.due_date}", str((today - one.due_date).days), _write(one.open_fen)]
            for one in items
            if one.due_date
        ],
        **_write_advances(step.account_id, today),
        "total_name": "合计",
        "total": _write(sum(one.open_fen for one in items)),
        "receipt": f"送达回执　编号 {step.number}　户号 {step.account.number}",
        "signature": "签收人：＿＿＿＿＿＿　日期：＿＿＿＿＿＿",
    }
    template = (resources.files("dianke.application.collection") / "letter.typ").read_bytes()
    return set_pdf(template=template, content=content)


def _write_advances(account_id: int, today: date) -> dict[str, Any]:
    """Return the stages that are late, apart from the bills: an advance is no debt yet and bears no late fee."""
    late = list_late_advances(account_ids=[account_id], on=today)
    return {
        "advance_title": "另有下列分次结算电费未按期预付，请一并缴纳：",
        "advance_heads": ["分次结算", "应付日", "逾期天数", "未付金额（元）"],
        "advances": [
            [
                f"{one.month.year}年{one.month.month}月第{one.number}次", f"{one.due_date}",
                str((today - one.due_date).days), _write(one.open_fen),
            ]
            for one in late
        ],
        "advance_total": _write(sum(one.open_fen for one in late)),
    }  # fmt: skip


def _write(amount_fen: int) -> str:
    return f"{fen_to_yuan(amount_fen):,.2f}"
