"""Back-billing: the bills that a case concerns, what they and the archive already tell, and what a case comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from dianke.domain.billing.models import Bill, BillCorrection, BillLine, CorrectedBill
from dianke.domain.billing.queries import correcting
from dianke.domain.billing.queries.bills import list_lines
from dianke.domain.billing.queries.correcting import UnableToCorrect
from dianke.domain.billing.queries.frozen import get_basis
from dianke.domain.billing.rules.back_bills import BackBill, work_back_bill
from dianke.domain.billing.types import get_bill_id_range
from dianke.kernel.clock import to_shanghai
from dianke.kernel.money import round_half_up
from dianke.platform.org.scoping import Scope

MOST_MONTHS = 36
_NORMAL_MONTHS = 3
_DWELLINGS = {"RESIDENTIAL", "RESIDENTIAL_SHARED"}
Row = dict[str, Any]


@dataclass(frozen=True)
class Computed:
    """An order of back-billing computed: the bills it concerns, the last month last, and the new bill's figures."""

    bills: list[Bill]
    found: BackBill


def list_concerned(*, actor: Scope, bill: Bill, from_month: date) -> list[Bill]:
    """
    Return the bills of a point that stand, from a month on up to the given one.

    :raises UnableToCorrect: if the bill itself no longer stands, or the last bill of its month settles it
    """
    correcting.require_living(actor=actor, bill=bill)
    if correcting.is_interim(bill):
        raise UnableToCorrect(field="bill", bill=bill.number, reason="the last bill of the month settles it")
    return [one for one in list_choices(actor=actor, bill=bill) if one.month >= from_month]


def list_choices(*, actor: Scope, bill: Bill) -> list[Bill]:
    """Return the bills that an order which ends with the given one may begin with, the oldest first."""
    months = bill.month.year * 12 + bill.month.month - MOST_MONTHS
    first, _ = get_bill_id_range(year=months // 12, month=months % 12 + 1)
    _, end = get_bill_id_range(year=bill.month.year, month=bill.month.month)
    living = correcting.list_living(
        actor=actor, usage_point_id=bill.usage_point_id, account_id=bill.account_id, first=first, end=end
    )
    return [one for one in living if not correcting.is_interim(one) and one.pk <= bill.pk]


def list_last_bills(*, actor: Scope, account_id: int) -> list[Bill]:
    """Return the newest bill that stands of every usage point of an account."""
    newest = (
        Bill.objects.for_actor(actor).filter(account_id=account_id).order_by("-month").values_list("month", flat=True)
    )
    month = newest.first()
    if month is None:
        return []
    points = Bill.objects.for_actor(actor).filter(account_id=account_id).values_list("usage_point_id", flat=True)
    first, _ = get_bill_id_range(year=month.year - 1, month=month.month)
    _, end = get_bill_id_range(year=month.year, month=month.month)
    found = []
    for point_id in sorted(set(points)):
        living = correcting.list_living(
            actor=actor, usage_point_id=point_id, account_id=account_id, first=first, end=end
        )
        found += [one for one in living if not correcting.is_interim(one)][-1:]
    return found


def prefill_case(*, actor: Scope, kind: str, bills: Sequence[Bill], day: date) -> dict[str, str]:
    """Return what the bills concerned and the archive frozen with them tell of a case, by field."""
    last = bills[-1]
    basis = get_basis(last)
    energy = _plain(Decimal(sum(bill.energy_kwh_e2 for bill in bills)).scaleb(-2))
    price = _find_price(actor, bills)
    is_home = last.usage_class in _DWELLINGS
    known: dict[str, str] = {"on": f"{day}"}
    match kind:
        case "meter_error" | "wrong_wiring":
            known |= {"recorded_kwh": energy, "price": price}
        case "wrong_multiplier":
            known |= {"kwh": energy, "used": _find_multiplier(basis), "price": price}
        case "fuse":
            known |= {"recorded_kwh": energy, "normal_kwh": _find_normal(actor, bills), "price": price}
        case "theft":
            known |= {"user": "lighting" if is_home else "power", "price": price}
        case "breach":
            known |= {
                "kwh": energy,
                "price_paid": price,
                "kva": _find_capacity(basis),
                "months": f"{len(bills)}",
                "basic_price": _find_basic_price(list_lines(actor=actor, bill_id=last.pk)),
                "residential": "true" if is_home else "",
            }
    return {name: value for name, value in known.items() if value}


def recompute_order(*, actor: Scope, order: BillCorrection) -> Computed:
    """
    Return an order computed again from its frozen case.

    :raises UnableToCorrect: if a bill that it concerns no longer stands
    """
    keys = CorrectedBill.objects.for_actor(actor).filter(correction=order).values_list("bill_id", flat=True)
    bills = list(Bill.objects.for_actor(actor).filter(pk__in=list(keys)).select_related("unit").order_by("id"))
    for bill in bills:
        correcting.require_living(actor=actor, bill=bill)
    return Computed(bills=bills, found=work_back_bill(order.case, today=to_shanghai(order.asked_at).date()))


def _find_price(actor: Scope, bills: Sequence[Bill]) -> str:
    """Return the one price of energy that all bills were billed at, else their average with the funds."""
    lines = [line for bill in bills for line in list_lines(actor=actor, bill_id=bill.pk)]
    prices = {line.price for line in lines if line.code.startswith("energy.") and not line.included}
    others = [line for line in lines if line.code.startswith(("fund.", "share.")) and not line.included]
    if len(prices) == 1 and not others:
        return _plain(prices.pop())
    energy_e2 = sum(bill.energy_kwh_e2 for bill in bills)
    amount_fen = sum(bill.energy_fen + bill.shares_fen + bill.funds_fen for bill in bills)
    return _plain(round_half_up(Decimal(amount_fen) / energy_e2, decimals=8)) if energy_e2 > 0 < amount_fen else ""


def _find_multiplier(basis: Row) -> str:
    found = {meter["multiplier"] for meter in basis["meters"]}
    return _plain(Decimal(found.pop())) if len(found) == 1 else ""


def _find_capacity(basis: Row) -> str:
    kva = sum((Decimal(own["kva"]) for own in basis["transformers"] if own["charged"]), Decimal(0))
    return _plain(kva) if kva else ""


def _find_basic_price(lines: Sequence[BillLine]) -> str:
    prices = [line.price for line in lines if line.code in {"basic.capacity", "basic.demand"}]
    return _plain(prices[0]) if prices else ""


def _find_normal(actor: Scope, bills: Sequence[Bill]) -> str:
    """Return the mean use of up to three months before the bills, for as many months as they are."""
    before = [one for one in list_choices(actor=actor, bill=bills[0]) if one.pk != bills[0].pk][-_NORMAL_MONTHS:]
    if not before:
        return ""
    mean = Decimal(sum(one.energy_kwh_e2 for one in before)).scaleb(-2) / len(before)
    return _plain(round_half_up(mean * len(bills), decimals=0))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
