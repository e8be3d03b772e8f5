"""Reads of staged settlement: terms, requests, what covers them, and how near the forecasts came."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from dianke.domain.receivables.models import HeldMoney, StagedTerms, StageRequest
from dianke.domain.receivables.queries.arrays import write_integers
from dianke.domain.receivables.rules.stages import OpenStage, cover
from dianke.domain.receivables.types import HeldKind, StagedTermsState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("reading staged settlement")

# A month is closed for its stages when its first bill is issued: prepayment is then used for that bill.
_OPEN = """
select r.account_id, r.id, r.due_date, r.amount_fen from receivables_stagerequest r
 where r.account_id = any(%s::bigint[])
   and not exists (select from billing_bill b
                    where b.account_id = r.account_id and b.month = r.month and b.correction_id is null)
"""
# Red bills are below zero, so this is what stands for the month now.
_BILLED = """
select b.account_id, b.month, sum(b.amount_fen)::bigint from billing_bill b
 where b.account_id = any(%s::bigint[]) and b.month >= %s and b.month < %s
 group by 1, 2
"""


class StagedTermsUnknown(DomainError):
    """There are no such terms within the actor's units."""

    code = "receivables.staged_terms_unknown"
    message = "there are no terms of staged settlement {terms}"


@dataclass(frozen=True, slots=True)
class MonthOfStages:
    """What was asked for in advance for a month, and what its bills came to."""

    month: date
    requested_fen: int
    billed_fen: int | None

    @property
    def error_fen(self) -> int | None:
        """Return by how much more was asked for than was billed."""
        return None if self.billed_fen is None else self.requested_fen - self.billed_fen


@dataclass(frozen=True, slots=True)
class LateAdvance:
    """A stage whose day is over and that the prepayment does not cover."""

    account_id: int
    month: date
    number: int
    due_date: date
    open_fen: int


def filter_terms(*, actor: Scope) -> QuerySet[Any]:
    """Return the terms of the actor's units with their accounts; no order."""
    rows: QuerySet[Any] = StagedTerms.objects.for_actor(actor)
    return rows.select_related("account__customer", "account__unit")


def get_terms(*, actor: Scope, key: int) -> StagedTerms:
    """
    Return terms.

    :raises StagedTermsUnknown: if there are none within the actor's units
    """
    found: StagedTerms | None = filter_terms(actor=actor).filter(pk=key).first()
    if found is None:
        raise StagedTermsUnknown(field="terms", terms=key)
    return found


def in_force(month: date) -> Q:
    """Return the condition of terms that hold for a month."""
    return Q(state=StagedTermsState.APPROVED.value, from_month__lte=month) & (
        Q(until_month=None) | Q(until_month__gt=month)
    )


def filter_requests(*, actor: Scope) -> QuerySet[Any]:
    """Return the stages that were asked for in the actor's units; no order."""
    rows: QuerySet[Any] = StageRequest.objects.for_actor(actor)
    return rows.select_related("account__customer", "account__unit", "terms")


def list_covered(*, account_ids: Collection[int]) -> dict[int, int]:
    """
    Return what of each open stage of accounts is covered by their prepayment now; closed ones are left out.

    A stage is open until its month is billed; the prepayment of an account covers the stage that is due first.
    """
    if not account_ids:
        return {}
    stages: dict[int, list[OpenStage]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [write_integers(account_ids)])
        for account_id, key, due_date, amount_fen in cursor.fetchall():
            stages.setdefault(account_id, []).append(OpenStage(key, due_date, amount_fen))
    rows = HeldMoney.objects.for_actor(_SYSTEM).filter(
        customer_account_id__in=list(stages), kind=HeldKind.PREPAYMENT.value
    )
    prepaid = dict(rows.values_list("customer_account_id", "amount_fen"))
    found: dict[int, int] = {}
    for account_id, of_account in stages.items():
        found |= cover(stages=of_account, prepaid_fen=prepaid.get(account_id, 0))
    return found


def list_late_advances(*, account_ids: Collection[int], on: date) -> list[LateAdvance]:
    """Return the stages of accounts that should have come before a day and did not, the one due first first."""
    covered = list_covered(account_ids=account_ids)
    late = StageRequest.objects.for_actor(_SYSTEM).filter(pk__in=list(covered), due_date__lt=on)
    return [
        LateAdvance(one.account_id, one.month, one.number, one.due_date, open_fen)
        for one in late.order_by("due_date", "id")
        if (open_fen := one.amount_fen - covered[one.pk])
    ]


def sum_late_advances(*, account_ids: Collection[int], on: date) -> dict[int, int]:
    """Return what of the stages of accounts should have come before a day and did not, in fen; without who is even."""
    found: dict[int, int] = {}
    for one in list_late_advances(account_ids=account_ids, on=on):
        found[one.account_id] = found.get(one.account_id, 0) + one.open_fen
    return found


def list_billed(*, account_ids: Collection[int], since: date, until: date) -> dict[int, dict[date, int]]:
    """Return what the bills of accounts come to by month, from the first of a month until that of another."""
    found: dict[int, dict[date, int]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BILLED, [write_integers(account_ids), since, until])
        for account_id, month, fen in cursor.fetchall():
            found.setdefault(account_id, {})[month] = fen
    return found


def list_months(*, actor: Scope, account_id: int, limit: int = 12) -> list[MonthOfStages]:
    """Return the last months of an account that something was asked for, against their bills, the newest first."""
    rows = StageRequest.objects.for_actor(actor).filter(account_id=account_id).order_by("-month", "number")
    asked: dict[date, int] = {}
    for month, fen in rows.values_list("month", "amount_fen"):
        asked[month] = asked.get(month, 0) + fen
    months: Sequence[date] = list(asked)[:limit]
    if not months:
        return []
    until = date(months[0].year + months[0].month // 12, months[0].month % 12 + 1, 1)
    billed = list_billed(account_ids=[account_id], since=months[-1], until=until).get(account_id, {})
    return [MonthOfStages(month, asked[month], billed.get(month)) for month in months]
