"""
Lines of an invoice: of a bill one for electricity, and one for its penalty where it has one.

Funds stand inside the price and are taxed with it (TR-13). The lines of a bill add up to its amount to the fen.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from dianke.domain.invoicing.rules.taxes import find_goods, find_rate, split_total
from dianke.domain.invoicing.types import BilledCharge, Charge, DraftLine, InvoicedLine, RedLine
from dianke.kernel.errors import DomainError
from dianke.kernel.money import round_half_up

PRICE_DECIMALS = 13


class UnableToTakeBack(DomainError):
    """An invoice cannot be taken back by what was asked."""

    code = "invoicing.unable_to_take_back"
    message = "the invoice cannot be taken back: {reason}"


def draft_lines(bills: Sequence[BilledCharge]) -> list[DraftLine]:
    """
    Return the lines that bills make, in their order.

    :raises NoTaxRate: if no rate is recorded for a bill
    """
    return [line for bill in bills for line in _draft_bill(bill)]


def _draft_bill(bill: BilledCharge) -> list[DraftLine]:
    parts = [(Charge.ELECTRICITY, bill.amount_fen - bill.penalty_fen), (Charge.PENALTY, bill.penalty_fen)]
    return [_draft(bill, charge, total) for charge, total in parts if total]


def _draft(bill: BilledCharge, charge: Charge, total_fen: int) -> DraftLine:
    rate = find_rate(usage_class=bill.usage_class, charge=charge, on=bill.liable_on)
    goods = find_goods(charge=charge, on=bill.liable_on)
    net, tax = split_total(total_fen, rate.rate_e4)
    quantity = bill.energy_kwh_e2 if charge is Charge.ELECTRICITY and bill.energy_kwh_e2 > 0 else None
    return DraftLine(
        bill_id=bill.bill_id,
        bill_number=bill.bill_number,
        month=bill.month,
        charge=charge,
        goods_code=goods.code,
        goods_group=goods.group,
        name=goods.name,
        quantity_kwh_e2=quantity,
        # Both are hundredths, of a yuan and of a kWh.
        unit_price=None if quantity is None else round_half_up(Decimal(net) / quantity, decimals=PRICE_DECIMALS),
        net_fen=net,
        rate_e4=rate.rate_e4,
        tax_fen=tax,
        regulation=rate.regulation,
    )


def draft_red_lines(lines: Sequence[InvoicedLine], *, parts: Mapping[int, int]) -> list[RedLine]:
    """
    Return what a red letter takes back: of each line the fen that `parts` says by its key.

    A line that is taken back whole gives its quantity back; a part of it is an allowance and has none. However many
    parts a line is taken back in, their taxes come to its tax.

    :raises UnableToTakeBack: if a part is not above zero, more than is left, or of another invoice
    """
    known = {line.line_id: line for line in lines}
    if not parts:
        raise UnableToTakeBack(field="parts", reason="no amount is given")
    if not parts.keys() <= known.keys():
        raise UnableToTakeBack(field="parts", reason="a line belongs to another invoice")
    return [_draft_red(line, parts[line.line_id]) for line in lines if line.line_id in parts]


def _draft_red(line: InvoicedLine, part_fen: int) -> RedLine:
    if part_fen <= 0:
        raise UnableToTakeBack(field="parts", reason="an amount is not above zero")
    if part_fen > line.left_fen:
        raise UnableToTakeBack(field="parts", reason="an amount is more than is left of its line")
    left_net, _left_tax = split_total(line.left_fen - part_fen, line.rate_e4)
    net = line.net_fen - line.taken_net_fen - left_net
    is_whole = part_fen == line.net_fen + line.tax_fen
    return RedLine(
        line_id=line.line_id,
        quantity_kwh_e2=-line.quantity_kwh_e2 if is_whole and line.quantity_kwh_e2 is not None else None,
        unit_price=line.unit_price if is_whole else None,
        net_fen=-net,
        tax_fen=net - part_fen,
    )
