"""Make blue invoices of issued bills."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries.bills import BillNotFound
from dianke.domain.invoicing.models import Invoice, InvoiceBuyer, InvoiceLine, InvoiceSeller
from dianke.domain.invoicing.operations.rows import InvoiceDraft, add_up, name_seller, write_invoices
from dianke.domain.invoicing.queries import parties, standings
from dianke.domain.invoicing.queries.parties import Buyer
from dianke.domain.invoicing.queries.standings import Standing
from dianke.domain.invoicing.rules.lines import draft_lines
from dianke.domain.invoicing.rules.parties import PartyIncomplete, check_buyer
from dianke.domain.invoicing.rules.taxes import NoTaxRate
from dianke.domain.invoicing.types import MOST_BILLS, BilledCharge, Colour, DraftLine, InvoiceKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

# Numbers run over all units of a seller.
NUMBERING = Actor.system("numbering invoices of a seller")


class UnableToInvoice(DomainError):
    """A bill cannot be invoiced as asked."""

    code = "invoicing.unable_to_invoice"
    message = "bill {bill} is not invoiced: {reason}"


@dataclass(frozen=True, slots=True)
class NewInvoice:
    """An invoice to be made of some bills of one buyer; without a kind as the buyer's invoice data says."""

    bill_ids: tuple[int, ...]
    kind: InvoiceKind | None = None
    remark: str = ""


@dataclass(frozen=True)
class _Known:
    """What is known of every bill that invoices are made of."""

    bills: Mapping[int, Bill]
    standings: Mapping[int, Standing]
    charges: Mapping[int, BilledCharge]
    buyers: Mapping[int, Buyer]
    sellers: Mapping[int, InvoiceSeller | None]


def make_invoice(
    *, actor: Scope, order: NewInvoice, login: str, at: datetime, but_request: int | None = None
) -> Invoice:
    """
    Make one invoice.

    :raises BillNotFound: if a bill is beyond the actor's units
    :raises UnableToInvoice: if a bill cannot be invoiced, or the bills do not go together
    """
    (made,) = make_invoices(actor=actor, orders=[order], login=login, at=at, but_request=but_request)
    if isinstance(made, UnableToInvoice):
        raise made
    return made


def make_invoices(
    *, actor: Scope, orders: Sequence[NewInvoice], login: str, at: datetime, but_request: int | None = None
) -> list[Invoice | UnableToInvoice]:
    """Make invoices and return each, or why it was not made."""
    known = _find_out(actor, orders, but_request)
    planned = [_plan(order, known, login, at) for order in orders]
    drafts = [one for one in planned if isinstance(one, InvoiceDraft)]
    write_invoices(actor=NUMBERING, drafts=drafts, at=at)
    return [one.invoice if isinstance(one, InvoiceDraft) else one for one in planned]


def preview_lines(*, bills: Sequence[Bill]) -> list[DraftLine]:
    """Return the lines that bills would make."""
    return draft_lines(standings.list_charges(bills=bills))


def _find_out(actor: Scope, orders: Sequence[NewInvoice], but_request: int | None) -> _Known:
    keys = sorted({key for order in orders for key in order.bill_ids})
    rows = Bill.objects.for_actor(actor).select_related("unit").filter(pk__in=keys)
    bills = {bill.pk: bill for bill in rows}
    for key in keys:
        if key not in bills:
            raise BillNotFound(field="number", number=key)
    # Whoever invoices for a seller waits here for whoever does so already, and only then looks at the bills.
    units = {bill.unit_id: bill.unit for bill in bills.values()}
    sellers = {key: parties.find_seller(unit=unit, lock=True) for key, unit in sorted(units.items())}
    found = list(bills.values())
    return _Known(
        bills=bills,
        standings=standings.list_standings(bills=found, but_request=but_request),
        charges={charge.bill_id: charge for charge in standings.list_charges(bills=found)},
        buyers=parties.list_buyers(bills=found),
        sellers=sellers,
    )


def _plan(order: NewInvoice, known: _Known, login: str, at: datetime) -> InvoiceDraft | UnableToInvoice:
    bills = [known.bills[key] for key in dict.fromkeys(order.bill_ids)]
    if refusal := _find_refusal(bills, known):
        return refusal
    buyer = known.buyers[bills[0].pk]
    kind = order.kind or buyer.kind
    try:
        party = check_buyer(buyer.party, kind=kind, is_person=buyer.is_person)
        lines = draft_lines([known.charges[bill.pk] for bill in bills])
    except (PartyIncomplete, NoTaxRate) as fault:
        reason = str(fault.facts.get("reason", "")) or "no tax rate is recorded for it"
        return UnableToInvoice(field=fault.field or "bills", bill=bills[0].number, reason=reason)
    if any(line.total_fen <= 0 for line in lines):
        return UnableToInvoice(field="bills", bill=bills[0].number, reason="a part of it is below zero")
    seller = known.sellers[bills[0].unit_id]
    assert seller is not None  # noqa: S101 - asked for among the refusals
    invoice = Invoice(
        unit=bills[0].unit, colour=Colour.BLUE.value, kind=kind.value, invoice_date=to_shanghai(at).date(),
        customer=buyer.customer, account_number=bills[0].account_number, buyer_name=party.name,
        buyer_tax_number=party.tax_number, remark=order.remark.strip(), made_by=login, made_at=at,
    )  # fmt: skip
    name_seller(invoice, seller)
    contact = InvoiceBuyer(
        address=party.address, phone=party.phone, bank_name=party.bank_name, bank_number=party.bank_number
    )
    draft = InvoiceDraft(
        invoice=invoice,
        lines=[_draw_line(line) for line in lines],
        buyer=contact if kind is InvoiceKind.SPECIAL else None,
    )
    add_up(draft)
    return draft


def _find_refusal(bills: Sequence[Bill], known: _Known) -> UnableToInvoice | None:
    if not bills:
        return UnableToInvoice(field="bills", bill="", reason="no bill is chosen")
    if len(bills) > MOST_BILLS:
        return UnableToInvoice(field="bills", bill=bills[0].number, reason="an invoice takes 100 bills at most")
    first = bills[0]
    if known.sellers[first.unit_id] is None:
        return UnableToInvoice(field="bills", bill=first.number, reason="nobody is recorded as seller for its unit")
    for bill in bills:
        reason = known.standings[bill.pk].obstacle
        if bill.unit_id != first.unit_id:
            reason = "it belongs to another unit than the first"
        elif known.buyers[bill.pk].customer.pk != known.buyers[first.pk].customer.pk:
            reason = "it is another customer's than the first"
        if reason:
            return UnableToInvoice(field="bills", bill=bill.number, reason=reason)
    return None


def _draw_line(line: DraftLine) -> InvoiceLine:
    return InvoiceLine(
        bill_id=line.bill_id, bill_number=line.bill_number, month=line.month, charge=line.charge.value,
        goods_code=line.goods_code, goods_group=line.goods_group, name=line.name,
        quantity_kwh_e2=line.quantity_kwh_e2, unit_price=line.unit_price, net_fen=line.net_fen,
        rate_e4=line.rate_e4, tax_fen=line.tax_fen, total_fen=line.total_fen, regulation=line.regulation,
    )  # fmt: skip
