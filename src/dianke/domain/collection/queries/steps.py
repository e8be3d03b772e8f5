"""Reads of dunning: steps, promises, pauses, and what was paid after steps."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from dianke.domain.collection.models import DunningPause, DunningStep, PaymentPromise
from dianke.domain.collection.types import StepState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

WAITING = (StepState.OPEN.value, StepState.HELD.value)
EFFECT_DAYS = 7
_LAST_DAYS = 365
# Paid: credits on the account's bills from the day of the step to the seventh after it, without what was given up.
_EFFECT = """
select s.code, s.kind, count(*), count(*) filter (where p.fen > 0), count(*) filter (where p.fen >= s.overdue_fen),
       coalesce(sum(s.overdue_fen), 0)::bigint, coalesce(sum(greatest(p.fen, 0)), 0)::bigint
  from collection_dunningstep s
  join lateral (
       select coalesce(sum(q.credit_fen), 0) as fen
         from receivables_posting q
         join receivables_voucher v on v.id = q.voucher_id
        where q.customer_account_id = s.account_id and q.ledger_account_id = any(%(ledgers)s)
          and q.booked_on between s.done_on and s.done_on + %(days)s
          and v.kind not in ('WRITE_OFF', 'BAD_DEBT_RETURN')) p on true
 where s.state = 'DONE' and s.done_on between %(first)s and %(last)s and s.unit_id = any(%(units)s)
 group by s.code, s.kind order by min(s.days_overdue), s.code
"""
# The same, step by step; the totals are those of all of them, on whatever page they stand.
_EFFECT_STEPS = """
select * from (
    select t.*, sum(t.overdue_fen) over ()::bigint as all_overdue, sum(t.paid_fen) over ()::bigint as all_paid from (
        select s.id, s.account_id, s.done_on, s.overdue_fen, greatest(p.fen, 0)::bigint as paid_fen
          from collection_dunningstep s
          join lateral (
               select coalesce(sum(q.credit_fen), 0) as fen
                 from receivables_posting q
                 join receivables_voucher v on v.id = q.voucher_id
                where q.customer_account_id = s.account_id and q.ledger_account_id = any(%(ledgers)s)
                  and q.booked_on between s.done_on and s.done_on + %(days)s
                  and v.kind not in ('WRITE_OFF', 'BAD_DEBT_RETURN')) p on true
         where s.state = 'DONE' and s.done_on between %(first)s and %(last)s and s.unit_id = any(%(units)s)
           and s.code = %(code)s and s.kind = %(kind)s
           and (%(paid)s = '' or p.fen >= case when %(paid)s = 'ALL' then s.overdue_fen else 1 end)) t) found
 where id > %(after)s order by id limit %(limit)s
"""


class StepUnknown(DomainError):
    """There is no such step within the actor's units."""

    code = "collection.step_unknown"
    message = "there is no step {key}"


@dataclass(frozen=True, slots=True)
class StepEffect:
    """What was paid within some days after steps of a kind; the customers may have paid anyway."""

    code: str
    kind: str
    steps: int
    paid_something: int
    paid_all: int
    overdue_fen: int
    paid_fen: int


@dataclass(frozen=True, slots=True)
class StepPaid:
    """A step that was done, and what was paid within seven days after it."""

    key: int
    account_id: int
    done_on: date
    overdue_fen: int
    paid_fen: int


def filter_steps(*, actor: Scope) -> QuerySet[Any]:
    """Return the steps of the actor's units with account and customer; no order."""
    rows: QuerySet[Any] = DunningStep.objects.for_actor(actor).select_related("account__customer", "unit")
    return rows


def get_step(*, actor: Scope, key: int, lock: bool = False) -> DunningStep:
    """
    Return a step, locked if asked.

    :raises StepUnknown: if there is none within the actor's units
    """
    rows = filter_steps(actor=actor).select_related("account__location", "message")
    found: DunningStep | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise StepUnknown(field="step", key=key)
    return found


def list_steps_of_account(*, actor: Scope, account_id: int) -> list[DunningStep]:
    """Return the steps of an account, the latest first."""
    rows = DunningStep.objects.for_actor(actor).filter(account_id=account_id).select_related("promise", "message")
    return list(rows.order_by("-proposed_on", "-id"))


def list_pauses(*, actor: Scope, account_id: int) -> list[DunningPause]:
    """Return when an account was not dunned, the latest first."""
    return list(DunningPause.objects.for_actor(actor).filter(account_id=account_id).order_by("-since_date", "-id"))


def get_pause(*, actor: Scope, key: int) -> DunningPause:
    """
    Return a pause.

    :raises StepUnknown: if there is none within the actor's units
    """
    found: DunningPause | None = DunningPause.objects.for_actor(actor).filter(pk=key).first()
    if found is None:
        raise StepUnknown(field="pause", key=key)
    return found


def list_promises(*, actor: Scope, limit: int = 200) -> list[PaymentPromise]:
    """Return what was promised, the latest day first."""
    rows = PaymentPromise.objects.for_actor(actor).select_related("account__customer", "step")
    return list(rows.order_by("-until_date", "-id")[:limit])


def list_effects(*, on: date, units: list[int], ledgers: list[int]) -> list[StepEffect]:
    """Return what was paid after the steps of a year whose seven days are over, by step."""
    with connection.cursor() as cursor:
        cursor.execute(_EFFECT, _ask_effects(on, units, ledgers))
        return [StepEffect(*row) for row in cursor.fetchall()]


def list_effect_steps(
    *, on: date, units: list[int], ledgers: list[int], code: str, kind: str, paid: str = "", after: int = -1,
    limit: int = 50,
) -> tuple[list[StepPaid], tuple[int, int], bool]:  # fmt: skip
    """
    Return the steps behind an effect, what all of them came to (overdue, paid), and whether more follow.

    :param paid: SOME or ALL for those after which some or all was paid
    """
    asked: dict[str, Any] = {"code": code, "kind": kind, "paid": paid, "after": after, "limit": limit + 1}
    with connection.cursor() as cursor:
        cursor.execute(_EFFECT_STEPS, {**_ask_effects(on, units, ledgers), **asked})
        found = cursor.fetchall()
    rows = [StepPaid(*row[:5]) for row in found]
    totals = (int(found[0][5]), int(found[0][6])) if found else (0, 0)
    return rows[:limit], totals, len(rows) > limit


def _ask_effects(on: date, units: list[int], ledgers: list[int]) -> dict[str, Any]:
    return {
        "days": EFFECT_DAYS,
        "first": on - timedelta(days=_LAST_DAYS),
        "last": on - timedelta(days=EFFECT_DAYS + 1),
        "units": units,
        "ledgers": ledgers,
    }
