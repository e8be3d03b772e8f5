"""The agreement as paper: what is owed, by which plan it is paid, what follows when it is not, and who signs."""

from importlib import resources
from typing import Any

from dianke.domain.receivables.models import Agreement
from dianke.domain.receivables.queries import agreements as queries
from dianke.domain.receivables.queries.standing import load_bills
from dianke.domain.receivables.types import FeesAfterBreak, FeesMeanwhile
from dianke.kernel.money import fen_to_yuan, spell_yuan
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents.typesetting import set_pdf
from dianke.platform.identity.types import Actor

_MEANWHILE = {
    FeesMeanwhile.FROZEN.value: "乙方按期履行本协议期间，协议所列欠费停止计收电费违约金。",
    FeesMeanwhile.RUNNING.value: "协议履行期间，所列欠费的电费违约金仍按规定计收，不含在上述分期金额之内，另行缴纳。",
}
_AFTER_BREAK = {
    FeesAfterBreak.FROM_START.value: "停止计收期间的电费违约金按规定恢复计收",
    FeesAfterBreak.FROM_BREAK.value: "电费违约金自协议终止次日起恢复计收",
}


@use_case(right="payments.view")
def write_agreement(*, actor: Actor, key: int) -> bytes:
    """Return an agreement as PDF, for both sides to sign."""
    agreement = queries.get_agreement(actor=actor, key=key)
    template = (resources.files("dianke.application.agreements") / "agreement.typ").read_bytes()
    return set_pdf(template=template, content=_write_content(actor, agreement))


def _write_content(actor: Actor, agreement: Agreement) -> dict[str, Any]:
    items = queries.list_items(actor=actor, agreement=agreement)
    bills = load_bills(item_ids=[item.item_id for item in items])
    account = agreement.account
    return {
        "title": "电费分期还款协议",
        "number": agreement.number,
        "sides": [
            ["甲方（供电人）", account.unit.name],
            ["乙方（用电人）", account.customer.name],
            ["户　　号", account.number],
        ],
        "opening": (
            f"截至{_write_day(agreement.as_of_date)}，乙方欠缴下列电费，合计人民币"
            f"{_write(agreement.amount_fen)}元（{spell_yuan(agreement.amount_fen)}）。双方约定分期还款如下："
        ),
        "debt_heads": ["账单", "缴费截止日", "电费（元）", "违约使用电费（元）", "违约金（元）", "小计（元）"],
        "debts": [
            [
                bills[one.item_id].number, f"{bills[one.item_id].due_date or '－'}", _write(one.principal_fen),
                _write(one.penalty_fen), _write(one.late_fee_fen), _write(one.amount_fen),
            ]
            for one in items
        ],
        "plan_heads": ["期次", "缴费截止日", "金额（元）"],
        "plan": [
            [str(one.number), one.due_date.isoformat(), _write(one.amount_fen)]
            for one in queries.list_plan(actor=actor, agreement=agreement)
        ],
        "total_name": "合计",
        "total": _write(agreement.amount_fen),
        "clauses": _write_clauses(agreement),
        "signatures": ["甲方（盖章）：", "乙方（签章）："],
        "signed": f"签订日期：{_write_day(agreement.signed_on)}",
    }  # fmt: skip


def _write_clauses(agreement: Agreement) -> list[str]:
    fees = _AFTER_BREAK[agreement.after_break] if agreement.late_fees == FeesMeanwhile.FROZEN.value else ""
    clauses = [
        "乙方所缴款项按甲方销账规则依次冲抵协议所列欠费，先到期的分期视为先缴清；新发生的电费不在本协议之内，仍应按期缴纳。",
        _MEANWHILE[agreement.late_fees],
        f"任何一期逾期超过{agreement.grace_days}日仍未缴清的，本协议自行终止，"
        + (f"{fees}，" if fees else "")
        + "甲方有权依法继续催收并采取后续措施。",
    ]
    if agreement.guarantee:
        clauses.append(f"担保：{agreement.guarantee}")
    return clauses


def _write(amount_fen: int) -> str:
    return f"{fen_to_yuan(amount_fen):,.2f}"


def _write_day(day: Any) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
