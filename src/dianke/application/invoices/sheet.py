"""A structured invoice as its paper shows it; invoices are Chinese whoever reads them."""

from decimal import Decimal
from typing import Any

from dianke.kernel.money import format_yuan
from dianke.platform.documents.typesetting import draw_qr

Row = dict[str, Any]
_KINDS = {"ORDINARY": ("电子发票（普通发票）", "32"), "SPECIAL": ("电子发票（增值税专用发票）", "31")}
_REASONS = {"WRONG_INVOICE": "开票有误", "RETURN": "销货退回", "SERVICE_ENDED": "服务中止", "ALLOWANCE": "销售折让"}
_STATES = {
    "MADE": "尚未报送税务平台，不作报销凭证",
    "SENT": "税务平台尚未确认，不作报销凭证",
    "REFUSED": "税务平台已拒绝，本票无效",
}
_SIMULATED = "由模拟平台赋号，仅供演练，不得报销、抵扣"


def lay_out(invoice: Row, *, is_simulated: bool) -> Row:
    """Return a structured invoice as texts, ready to be set."""
    title, code = _KINDS[invoice["kind"]]
    totals = invoice["totals"]
    year, month, day = invoice["invoice_date"].split("-")
    return {
        "title": title,
        "is_red": invoice["colour"] == "RED",
        "number": invoice["platform_number"] or "",
        "series": invoice["number"],
        "date": f"{year}年{month}月{day}日",
        "warning": _STATES.get(invoice["state"], _SIMULATED if is_simulated else ""),
        "buyer": _draw_party(invoice["buyer"]),
        "seller": _draw_party(invoice["seller"]),
        "lines": [_draw_line(line) for line in invoice["lines"]],
        "net": _money(totals["net_amount"]),
        "tax": _money(totals["tax_amount"]),
        "total": _money(totals["total_amount"]),
        "in_words": totals["total_in_words"],
        "remarks": _list_remarks(invoice),
        "drawer": invoice["drawer"] or "",
        "qr": draw_qr(_write_qr(invoice, code)),
    }


def _draw_party(party: Row) -> list[list[str]]:
    shown = [["名称", party["name"]], ["统一社会信用代码/纳税人识别号", party["tax_number"] or ""]]
    place = " ".join(text for text in (party["address"], party["phone"]) if text)
    bank = " ".join(text for text in (party["bank_name"], party["bank_number"]) if text)
    more = [["地址、电话", place], ["开户行及账号", bank]]
    return shown + [pair for pair in more if pair[1]]


def _draw_line(line: Row) -> list[str]:
    return [
        line["goods_name"],
        line["month"],
        line["unit"] or "",
        line["quantity"] or "",
        line["unit_price"] or "",
        _money(line["net_amount"]),
        f"{Decimal(line['tax_rate']) * 100:.0f}%",
        _money(line["tax_amount"]),
    ]


def _list_remarks(invoice: Row) -> list[str]:
    bills = list(dict.fromkeys(line["bill"] for line in invoice["lines"]))
    remarks = [f"户号：{invoice['account_number']}", f"账单：{'、'.join(bills)}"]
    red = invoice["red_letter"]
    if red:
        remarks.append(f"被红冲蓝字发票号码：{red['blue_platform_number'] or red['blue_number']}")
        remarks.append(f"红字发票原因：{_REASONS[red['reason']]}")
    return remarks + ([invoice["remark"]] if invoice["remark"] else [])


def _write_qr(invoice: Row, code: str) -> str:
    number = invoice["platform_number"] or invoice["number"]
    day = invoice["invoice_date"].replace("-", "")
    return f"01,{code},,{number},{invoice['totals']['total_amount']},{day},"


def _money(amount: str) -> str:
    return format_yuan(int(Decimal(amount).scaleb(2)))
