"""Reads of agreements on instalments: what they are about, and what the books say was paid of their plans."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from dianke.domain.receivables.models import Agreement, AgreementItem, Instalment
from dianke.domain.receivables.queries.arrays import write_integers
from dianke.domain.receivables.queries.standing import RECEIVABLES, load_ledger_codes, name_component
from dianke.domain.receivables.rules import agreements as rules
from dianke.domain.receivables.rules.agreements import Movement, PartState, PlannedPart, Settlement
from dianke.domain.receivables.types import AgreementState, Component
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

LIVE = (AgreementState.PROPOSED.value, AgreementState.IN_FORCE.value)
_SYSTEM = Actor.system("reading what is under an agreement")

# Vouchers since the agreement holds; a waiver moves late fees whether it had a voucher or not, and is read by itself.
_MOVED = """
select i.agreement_id, v.id, v.made_at, v.occurred_on, v.kind, p.item_id, p.ledger_account_id,
       sum(p.debit_fen)::bigint, sum(p.credit_fen)::bigint
  from receivables_agreement a
  join receivables_agreementitem i on i.agreement_id = a.id
  join receivables_posting p on p.customer_account_id = a.account_id and p.item_id = i.item_id
  join receivables_voucher v on v.id = p.voucher_id and v.made_at >= a.decided_at
 where a.id = any(%(agreements)s::bigint[]) and p.ledger_account_id = any(%(ledgers)s)
   and a.state in ('IN_FORCE', 'SETTLED', 'BROKEN', 'ENDED') and v.kind <> 'LATE_FEE_WAIVER'
 group by 1, 2, 3, 4, 5, 6, 7
union all
select i.agreement_id, -c.id, c.decided_at, (c.decided_at at time zone 'Asia/Shanghai')::date, 'LATE_FEE_WAIVER',
       i.item_id, null, 0, ci.amount_fen
  from receivables_agreement a
  join receivables_agreementitem i on i.agreement_id = a.id
  join receivables_claimitem ci on ci.item_id = i.item_id
  join receivables_claim c on c.id = ci.claim_id and c.kind = 'LATE_FEE_WAIVER' and c.state in ('APPROVED', 'PAID')
   and c.decided_at >= a.decided_at
 where a.id = any(%(agreements)s::bigint[]) and a.state in ('IN_FORCE', 'SETTLED', 'BROKEN', 'ENDED')
 order by 1, 3, 2, 6, 7
"""
_UNDER_AGREEMENT = """
select i.item_id, a.id, a.account_id
  from receivables_agreement a join receivables_agreementitem i on i.agreement_id = a.id
 where a.state = 'IN_FORCE' and a.account_id = any(%s::bigint[])
"""


class AgreementUnknown(DomainError):
    """There is no such agreement within the actor's units."""

    code = "receivables.agreement_unknown"
    message = "there is no agreement {agreement}"


@dataclass(frozen=True, slots=True)
class MoneySource:
    """A voucher that moved what is under an agreement, or the waiver of late fees that had none (key below zero)."""

    key: int
    occurred_on: date
    kind: str


@dataclass(frozen=True, slots=True)
class Progress:
    """A plan against what was paid: each instalment with its part, and each source of money with what it paid."""

    parts: tuple[PartState, ...]
    settlements: tuple[tuple[MoneySource, Settlement], ...]

    @property
    def amount_fen(self) -> int:
        """Return what the plan comes to."""
        return sum(part.amount_fen for part in self.parts)

    @property
    def paid_fen(self) -> int:
        """Return what of the plan is paid."""
        return sum(part.paid_fen for part in self.parts)

    @property
    def left_fen(self) -> int:
        """Return what of the plan is still to be paid."""
        return self.amount_fen - self.paid_fen

    @property
    def next_number(self) -> int | None:
        """Return the number of the first instalment that is not paid, or None."""
        return next((number for number, part in enumerate(self.parts, 1) if part.left_fen), None)

    @property
    def next_part(self) -> PartState | None:
        """Return the first instalment that is not paid, or None."""
        return next((part for part in self.parts if part.left_fen), None)

    def sum_overdue(self, on: date) -> int:
        """Return what should have been paid before a day and is not."""
        return sum(part.left_fen for part in self.parts if part.due_date < on)


def filter_agreements(*, actor: Scope) -> QuerySet[Any]:
    """Return the agreements of the actor's units with their accounts; no order."""
    rows: QuerySet[Any] = Agreement.objects.for_actor(actor)
    return rows.select_related("account__customer", "account__unit")


def get_agreement(*, actor: Scope, key: int) -> Agreement:
    """
    Return an agreement.

    :raises AgreementUnknown: if there is none within the actor's units
    """
    found: Agreement | None = filter_agreements(actor=actor).filter(pk=key).first()
    if found is None:
        raise AgreementUnknown(field="agreement", agreement=key)
    return found


def list_items(*, actor: Scope, agreement: Agreement) -> list[AgreementItem]:
    """Return the bills of an agreement, the oldest first."""
    return list(AgreementItem.objects.for_actor(actor).filter(agreement=agreement).order_by("item_id"))


def list_plan(*, actor: Scope, agreement: Agreement) -> list[Instalment]:
    """Return the instalments of an agreement in their order."""
    return list(Instalment.objects.for_actor(actor).filter(agreement=agreement).order_by("number"))


def get_progress(*, agreement: Agreement) -> Progress:
    """Return a plan against what was paid."""
    return list_progress(agreements=[agreement])[agreement.pk]


def list_progress(*, agreements: Sequence[Agreement]) -> dict[int, Progress]:
    """Return plans against what the books say was paid since each holds, by key; of one that never held nothing."""
    keys = [one.pk for one in agreements]
    plans = _list_plans(keys)
    agreed = _list_agreed(keys)
    sources, movements = _load_movements(keys)
    found = {}
    for key in keys:
        plan = plans.get(key, [])
        settlements = rules.settle_plan(
            agreed=agreed.get(key, {}),
            amounts=[part.amount_fen for part in plan],
            movements=movements.get(key, ()),
        )
        found[key] = Progress(
            tuple(rules.spread(plan=plan, settlements=settlements)),
            tuple((sources[one.source], one) for one in settlements),
        )
    return found


def find_items_under_agreement(*, account_ids: Collection[int]) -> dict[int, int]:
    """Return the bills of accounts that an agreement in force is about, with the key of the agreement."""
    return {item_id: agreement_id for item_id, agreement_id, _account in _ask_under_agreement(account_ids)}


def find_accounts_under_agreement(*, account_ids: Collection[int]) -> set[int]:
    """Return which of some accounts have an agreement in force: they are not cut off for what it is about."""
    return {account_id for _item, _agreement, account_id in _ask_under_agreement(account_ids)}


def _ask_under_agreement(account_ids: Collection[int]) -> list[tuple[int, int, int]]:
    if not account_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_UNDER_AGREEMENT, [write_integers(account_ids)])
        return list(cursor.fetchall())


def _list_plans(keys: Sequence[int]) -> dict[int, list[PlannedPart]]:
    rows = Instalment.objects.for_actor(_SYSTEM).filter(agreement_id__in=keys).order_by("agreement_id", "number")
    found: dict[int, list[PlannedPart]] = {}
    for key, day, fen in rows.values_list("agreement_id", "due_date", "amount_fen"):
        found.setdefault(key, []).append(PlannedPart(day, fen))
    return found


def _list_agreed(keys: Sequence[int]) -> dict[int, dict[tuple[int, Component], int]]:
    found: dict[int, dict[tuple[int, Component], int]] = {}
    for item in AgreementItem.objects.for_actor(_SYSTEM).filter(agreement_id__in=keys):
        found.setdefault(item.agreement_id, {}).update(
            {
                (item.item_id, Component.PRINCIPAL): item.principal_fen,
                (item.item_id, Component.PENALTY): item.penalty_fen,
                (item.item_id, Component.LATE_FEE): item.late_fee_fen,
            }
        )
    return found


def _load_movements(keys: Sequence[int]) -> tuple[dict[int, MoneySource], dict[int, list[Movement]]]:
    codes = load_ledger_codes(RECEIVABLES)
    sources: dict[int, MoneySource] = {}
    found: dict[int, list[Movement]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_MOVED, {"agreements": write_integers(keys), "ledgers": list(codes)})
        for agreement_id, key, _made_at, occurred_on, kind, item_id, ledger_id, debit_fen, credit_fen in cursor:
            sources[key] = MoneySource(key, occurred_on, kind)
            component = name_component(codes[ledger_id]) if ledger_id else Component.LATE_FEE
            found.setdefault(agreement_id, []).append(Movement(key, item_id, component, debit_fen, credit_fen))
    return sources, found
