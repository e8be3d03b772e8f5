"""What an account was billed, month by month: a bill for each of its points, and corrections besides."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max, Sum

from dianke.domain.billing.models import Bill
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True)
class BilledMonth:
    """The bills of a month together; `last_bill_id` is the one that was numbered last."""

    month: date
    energy_kwh_e2: int
    amount_fen: int
    bill_count: int
    last_bill_id: int


def list_billed_months(*, actor: Actor, account_id: int, count: int) -> list[BilledMonth]:
    """Return the newest months that an account was billed for, newest first."""
    rows = (
        Bill.objects.for_actor(actor)
        .filter(account_id=account_id)
        .values("month")
        .annotate(energy=Sum("energy_kwh_e2"), amount=Sum("amount_fen"), bills=Count("id"), last=Max("id"))
        .order_by("-month")[:count]
    )
    return [
        BilledMonth(row["month"], int(row["energy"]), int(row["amount"]), row["bills"], row["last"]) for row in rows
    ]
