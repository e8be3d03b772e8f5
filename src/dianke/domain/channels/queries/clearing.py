"""What gateways and agents hold of our money until they settle it: by day, with its age."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import Min, QuerySet, Sum

from dianke.domain.channels.models import Acquirer, AcquirerSettlement, CollectionFile
from dianke.domain.channels.queries.acquirers import list_acquirers
from dianke.domain.channels.queries.collections import sum_came
from dianke.domain.channels.rules.clearing import (
    DayLeft,
    Settled,
    find_card_days,
    find_settled_days,
    spread_settlements,
)
from dianke.domain.channels.rules.collections import FileState
from dianke.domain.channels.rules.shifts import find_card_fee_parts
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

UNDER_WAY = "1012.02"
# What is older was settled or is looked for on the account itself.
DAYS = 92
# After so many days without settlement somebody asks.
LATE_DAYS = 3
_SYSTEM = Actor.system("finding what gateways and agents hold")


@dataclass(frozen=True, slots=True)
class Standing:
    """A gateway or agent with the days that it has not settled."""

    acquirer: Acquirer
    days: tuple[DayLeft, ...]

    @property
    def left_fen(self) -> int:
        """Return what it holds of ours."""
        return sum(one.left_fen for one in self.days)


def filter_settlements(*, actor: Scope) -> QuerySet[Any]:
    """Return the settlements of the actor's units but those taken back; no order."""
    rows: QuerySet[Any] = AcquirerSettlement.objects.for_actor(actor).filter(undone_voucher_id=None)
    return rows.select_related("acquirer", "entry__bank")


def list_standings(*, actor: Scope, on: date) -> list[Standing]:
    """Return each gateway and agent with its days that are not settled on a day, by code."""
    return [
        Standing(one, tuple(day for day in list_days(acquirer=one, on=on) if day.left_fen))
        for one in list_acquirers(actor=actor)
    ]


def list_days(*, acquirer: Acquirer, on: date) -> list[DayLeft]:
    """Return the days of a gateway or agent until a day with what is left of each."""
    since = on - timedelta(days=DAYS)
    rows = AcquirerSettlement.objects.for_actor(_SYSTEM).filter(
        acquirer=acquirer, last_day__gte=since, undone_voucher_id=None
    )
    settled = [
        Settled(first, last, fen)
        for first, last, fen in rows.order_by("id").values_list("first_day", "last_day", "gross_fen")
    ]
    # A settlement that reaches beyond the first day brings the days along that it is for.
    start = min(since, rows.aggregate(first=Min("first_day"))["first"] or since)
    return spread_settlements(sum_came(acquirer=acquirer, first=start, last=on), settled)


def find_settlement(*, entry_id: int) -> AcquirerSettlement | None:
    """Return what a booking of the bank settled, or None."""
    rows = AcquirerSettlement.objects.for_actor(_SYSTEM).filter(entry_id=entry_id, undone_voucher_id=None)
    found: AcquirerSettlement | None = rows.select_related("acquirer").first()
    return found


def count_settlements(*, entry_id: int) -> int:
    """Return how often a booking of the bank settled, what was taken back too."""
    return int(AcquirerSettlement.objects.for_actor(_SYSTEM).filter(entry_id=entry_id).count())


def list_late_terminals(*, actor: Scope, on: date) -> list[Standing]:
    """Return the card terminals with the days whose money is late, or came to more than they took."""
    found = []
    for one in list_acquirers(actor=actor):
        if one.is_terminal:
            days = [day for day in list_days(acquirer=one, on=on) if day.left_fen]
            late = tuple(day for day in days if day.left_fen < 0 or (on - day.day).days > LATE_DAYS)
            found += [Standing(one, late)] if late else []
    return found


def find_days(*, acquirer: Acquirer, amount_fen: int, booked_on: date) -> tuple[date, date, int] | None:
    """Return first day, last day and commission of the open days that a booking pays for certain, or None."""
    days = list_days(acquirer=acquirer, on=booked_on)
    if acquirer.is_terminal:
        parts = find_card_fee_parts(on=booked_on)
        return find_card_days(days, amount_fen=amount_fen, most_fee_parts=parts, last_day=booked_on)
    fees = sum_fees(acquirer=acquirer, since=booked_on - timedelta(days=DAYS))
    return find_settled_days(days, amount_fen=amount_fen, fees=fees, last_day=booked_on)


def sum_fees(*, acquirer: Acquirer, since: date) -> Mapping[date, int]:
    """Return the commission of each day, as the files of the gateway or agent say."""
    rows = CollectionFile.objects.for_actor(_SYSTEM).filter(acquirer=acquirer, day__gte=since)
    taken = rows.exclude(state=FileState.REFUSED.value).values("day").annotate(fen=Sum("fee_fen"))
    return dict(taken.values_list("day", "fen"))


def compute_under_way(code: str = UNDER_WAY) -> int:
    """Return the balance of an account of money under way: of what gateways, agents and cards at counters owe."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(sum(p.debit_fen - p.credit_fen), 0)::bigint from receivables_posting p"
            " where p.ledger_account_id in (select id from receivables_ledgeraccount"
            " where code = %s or code like %s)",
            [code, f"{code}.%"],
        )
        return int(cursor.fetchone()[0])
