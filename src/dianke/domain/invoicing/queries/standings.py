"""What of a bill is invoiced, what is left, and why it may not be invoiced now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Q, QuerySet, Sum

from dianke.domain.billing.models import Bill, CorrectedBill
from dianke.domain.billing.types import LINES_PER_BILL
from dianke.domain.invoicing.models import InvoiceLine, InvoiceRequest
from dianke.domain.invoicing.types import BilledCharge, Colour, DeliveryState, RequestState
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

# Whether a bill is invoiced already does not depend on who asks.
_ANYBODY = Actor.system("telling what of a bill is invoiced")
_PENALTIES = """
select own.id, coalesce(sum(round(l.amount_e6 / 10000.0)::bigint), 0)
  from unnest(%(bills)s::bigint[]) as own(id)
  join billing_billline l on l.id >= own.id * %(a_bill)s and l.id < (own.id + 1) * %(a_bill)s
  join billing_billlinekind kind on kind.id = l.kind_id
 where kind.code like 'penalty.%%' and not kind.included
 group by own.id
"""


@dataclass(frozen=True)
class Standing:
    """How a bill stands: what its invoices come to, and why no other may be made; no reason when one may."""

    amount_fen: int
    invoiced_fen: int
    obstacle: str
    is_reversed: bool = False

    @property
    def left_fen(self) -> int:
        """Return what is left to be invoiced; of a reversed bill less than nothing, while an invoice stands."""
        return (0 if self.is_reversed else self.amount_fen) - self.invoiced_fen


def list_standings(*, bills: Sequence[Bill], but_request: int | None = None) -> dict[int, Standing]:
    """Return how bills stand, by key; a request that is just being made does not stand in its own way."""
    keys = [bill.pk for bill in bills]
    invoiced = _sum_invoiced(keys)
    reversing, reversed_ = _list_reversed(keys)
    asked = _list_asked(keys, but_request)
    found = {}
    for bill in bills:
        has_been, amount = invoiced.get(bill.pk, 0), int(bill.amount_fen)
        obstacle = ""
        if bill.pk in reversing:
            obstacle, amount = "it takes another bill back", 0
        elif bill.pk in reversed_:
            obstacle = "it was reversed by a correction"
        elif amount <= 0:
            obstacle = "its amount is not above zero"
        elif has_been:
            obstacle = "it is invoiced already" if has_been == amount else "a part of it is invoiced: no bill in parts"
        elif bill.pk in asked:
            obstacle = "its invoice is asked for already"
        found[bill.pk] = Standing(amount, has_been, obstacle, is_reversed=bill.pk in reversed_)
    return found


def list_charges(*, bills: Sequence[Bill]) -> list[BilledCharge]:
    """Return bills as invoices read them."""
    with connection.cursor() as cursor:
        cursor.execute(_PENALTIES, {"bills": [bill.pk for bill in bills], "a_bill": LINES_PER_BILL})
        penalties = dict(cursor.fetchall())
    liable = _list_first_issues([bill.pk for bill in bills])
    return [
        BilledCharge(
            bill_id=bill.pk,
            bill_number=bill.number,
            month=bill.month,
            usage_class=bill.usage_class,
            liable_on=to_shanghai(liable.get(bill.pk, bill.issued_at)).date(),
            energy_kwh_e2=bill.energy_kwh_e2,
            amount_fen=bill.amount_fen,
            penalty_fen=int(penalties.get(bill.pk, 0)),
        )
        for bill in bills
    ]


def list_invoices_of(*, actor: Scope, bill_id: int) -> list[InvoiceLine]:
    """Return the lines of invoices that a bill stands on, the oldest first, with their invoices."""
    rows = InvoiceLine.objects.for_actor(actor).filter(bill_id=bill_id)
    return list(rows.select_related("invoice__delivery").order_by("id"))


def narrow_to_open(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Return the bills of a set that may be invoiced: above nothing, not reversed, without an invoice that stands."""
    standing = InvoiceLine.objects.for_actor(_ANYBODY).exclude(invoice__delivery__state=DeliveryState.REFUSED.value)
    sums = standing.values("bill_id").annotate(sum=Sum("total_fen")).filter(~Q(sum=0)).values("bill_id")
    gone = CorrectedBill.objects.for_actor(_ANYBODY).filter(reversal_id__isnull=False).values("bill_id")
    return bills.filter(amount_fen__gt=0).exclude(id__in=sums).exclude(id__in=gone)


def narrow_to_invoiced(bills: QuerySet[Bill]) -> QuerySet[Bill]:
    """Return the bills of a set that an invoice stands on."""
    standing = InvoiceLine.objects.for_actor(_ANYBODY).exclude(invoice__delivery__state=DeliveryState.REFUSED.value)
    sums = standing.values("bill_id").annotate(sum=Sum("total_fen")).filter(~Q(sum=0)).values("bill_id")
    return bills.filter(id__in=sums)


def _sum_invoiced(keys: Sequence[int]) -> dict[int, int]:
    rows = InvoiceLine.objects.for_actor(_ANYBODY).filter(bill_id__in=keys)
    rows = rows.exclude(invoice__delivery__state=DeliveryState.REFUSED.value)
    return dict(rows.values("bill_id").annotate(sum=Sum("total_fen")).values_list("bill_id", "sum").order_by())


def _list_reversed(keys: Sequence[int]) -> tuple[set[int], set[int]]:
    """Return which bills take another one back, and which were taken back."""
    rows = CorrectedBill.objects.for_actor(_ANYBODY).filter(reversal_id__isnull=False)
    pairs = rows.filter(Q(bill_id__in=keys) | Q(reversal_id__in=keys)).values_list("bill_id", "reversal_id")
    found = list(pairs)
    return {reversal for _bill, reversal in found}, {bill for bill, _reversal in found}


def _list_first_issues(keys: Sequence[int]) -> dict[int, datetime]:
    """Return when the bills were issued that others have taken the place of, by the key of the other."""
    rows = CorrectedBill.objects.for_actor(_ANYBODY).filter(replacement_id__in=keys, reversal_id__isnull=False)
    first = dict(rows.values_list("replacement_id", "bill_id"))
    issued = dict(Bill.objects.for_actor(_ANYBODY).filter(pk__in=first.values()).values_list("pk", "issued_at"))
    return {replacement: issued[bill] for replacement, bill in first.items() if bill in issued}


def _list_asked(keys: Sequence[int], but_request: int | None) -> set[int]:
    rows = InvoiceRequest.objects.for_actor(_ANYBODY).filter(
        colour=Colour.BLUE.value, state=RequestState.ASKED.value, bill_ids__overlap=list(keys)
    )
    return {key for bill_ids in rows.exclude(pk=but_request).values_list("bill_ids", flat=True) for key in bill_ids}
