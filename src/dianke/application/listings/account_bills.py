"""What an account was billed, month by month: a bill for each of its points, and corrections besides."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, QuerySet, Sum

from dianke.domain.billing.models import Bill
from dianke.platform.identity.types import Actor
from dianke.platform.org.kept_statements import KeptStatements

_MONTHS = KeptStatements(is_prepared=True)
# A stand-in: no account has such a key.
_ACCOUNT = -1


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
    rows = _MONTHS.ask(
        actor=actor, shape=count, write=lambda scope: _write_months(scope, count), values={_ACCOUNT: account_id}
    )
    return [BilledMonth(month, int(energy), int(amount), bills, last) for month, energy, amount, bills, last in rows]


def _write_months(actor: Actor, count: int) -> QuerySet[Bill, Any]:
    rows: QuerySet[Bill] = Bill.objects.for_actor(actor).filter(account_id=_ACCOUNT)
    sums = rows.values("month").annotate(
        energy=Sum("energy_kwh_e2"), amount=Sum("amount_fen"), bills=Count("id"), last=Max("id")
    )
    return sums.order_by("-month")[:count]
