"""Reads of banks, agreements, batches and their lines; what a batch would ask for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from dianke.domain.channels.models import AnswerFile, Bank, Mandate, WithholdingBatch, WithholdingLine
from dianke.domain.channels.rules.bank_files.codes import list_codes
from dianke.domain.channels.rules.bank_files.faults import Asked
from dianke.domain.channels.rules.withholding import OPEN_STATES, Exclusion, LineState, Owed, choose_debts
from dianke.domain.customers.models import BankAccount
from dianke.domain.receivables.queries.debts import list_debts
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_AT_ONCE = 2_000
_EXAMPLES = 5
_SYSTEM = Actor.system("looking who is in an open batch")


class BankUnknown(DomainError):
    """There is no such bank within the actor's units."""

    code = "channels.bank_unknown"
    message = "no bank {code}"


class BatchUnknown(DomainError):
    """There is no such batch within the actor's units."""

    code = "channels.batch_unknown"
    message = "no batch {number}"


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line that a batch would have."""

    mandate_id: int
    account_id: int
    user_number: str
    item_ids: tuple[int, ...]
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch would ask for, and why how many accounts are left out, with some of them."""

    lines: Sequence[PlannedLine]
    exclusions: Mapping[str, int]
    examples: Mapping[str, Sequence[str]]

    @property
    def amount_fen(self) -> int:
        """Return what would be asked for in all."""
        return sum(line.amount_fen for line in self.lines)


def list_banks(*, actor: Scope) -> list[Bank]:
    """Return the banks of the actor's units, by code."""
    return list(Bank.objects.for_actor(actor).order_by("code"))


def get_bank(*, actor: Scope, code: str, lock: bool = False) -> Bank:
    """
    Return a bank by its code.

    :raises BankUnknown: if there is none within the actor's units
    """
    rows = Bank.objects.for_actor(actor).select_related("unit").filter(code=code)
    found: Bank | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise BankUnknown(field="bank", code=code)
    return found


def filter_mandates(*, actor: Scope) -> QuerySet[Any]:
    """Return the agreements of the actor's accounts; no order."""
    rows: QuerySet[Any] = Mandate.objects.for_actor(actor).select_related("account__customer", "bank")
    return rows


def filter_batches(*, actor: Scope) -> QuerySet[Any]:
    """Return the batches of the actor's units; no order."""
    rows: QuerySet[Any] = WithholdingBatch.objects.for_actor(actor).select_related("bank", "again_of")
    return rows


def get_batch(*, actor: Scope, number: str, lock: bool = False) -> WithholdingBatch:
    """
    Return a batch by its number.

    :raises BatchUnknown: if there is none within the actor's units
    """
    rows = WithholdingBatch.objects.for_actor(actor).select_related("bank", "unit", "again_of").filter(number=number)
    found: WithholdingBatch | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise BatchUnknown(field="number", number=number)
    return found


def filter_lines(*, actor: Scope, batch: WithholdingBatch) -> QuerySet[Any]:
    """Return the lines of a batch; no order."""
    rows: QuerySet[Any] = WithholdingLine.objects.for_actor(actor).filter(batch=batch)
    return rows


def sum_codes(*, actor: Scope, batch: WithholdingBatch) -> list[dict[str, Any]]:
    """Return count, asked and paid amount of a batch's lines by state and answer."""
    rows = filter_lines(actor=actor, batch=batch).values("state", "code").order_by("state", "code")
    return list(rows.annotate(count=Count("id"), asked_fen=Sum("amount_fen"), came_fen=Sum("paid_fen")))


def list_answers(*, actor: Scope, batch: WithholdingBatch) -> list[AnswerFile]:
    """Return the files that a batch was answered with, newest first."""
    return list(AnswerFile.objects.for_actor(actor).filter(batch=batch).order_by("-id"))


def get_answer(*, actor: Scope, key: int, lock: bool = False) -> AnswerFile | None:
    """Return a file of a bank within the actor's units, or None."""
    rows = AnswerFile.objects.for_actor(actor).select_related("batch__bank", "unit").filter(pk=key)
    found: AnswerFile | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    return found


def load_asked(*, actor: Scope, batch: WithholdingBatch) -> dict[int, Asked]:
    """Return what a batch asked for, by serial."""
    rows = filter_lines(actor=actor, batch=batch).values_list("serial", "user_number", "amount_fen", "state")
    return {
        serial: Asked(user_number, amount_fen, state != LineState.WAITING.value)
        for serial, user_number, amount_fen, state in rows.iterator(chunk_size=20_000)
    }


def filter_again(*, actor: Scope, batch: WithholdingBatch) -> QuerySet[Any]:
    """Return the lines of a batch that may be asked for again: by the bank's answer, and not asked again yet."""
    codes = [one.code for one in list_codes().values() if one.may_resend]
    refused = [LineState.REFUSED.value, LineState.PARTLY.value]
    return filter_lines(actor=actor, batch=batch).filter(state__in=refused, code__in=codes)


def plan_batch(*, actor: Scope, bank: Bank, on: date, again_of: WithholdingBatch | None = None) -> Plan:
    """Return what a batch of a bank would ask for on a day; of another batch only what may be asked for again."""
    lines: list[PlannedLine] = []
    counts: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    for part in _list_mandates(actor, bank, on, again_of):
        open_accounts = _find_open_accounts([mandate.account_id for mandate in part])
        free = [one for one in part if one.account_id not in open_accounts and not _is_paused(one, on)]
        debts = list_debts(actor=actor, customer_account_ids=[one.account_id for one in free], on=on)
        for mandate in part:
            owed = [Owed(debt.item_id, debt.total_fen) for debt in debts.get(mandate.account_id, [])]
            exclusion = _find_exclusion(mandate, on, open_accounts)
            chosen = choose_debts(owed, limit_fen=mandate.limit_fen)
            exclusion = exclusion or chosen.exclusion
            if exclusion is None:
                lines.append(
                    PlannedLine(
                        mandate.pk, mandate.account_id, mandate.account.number, chosen.item_ids, chosen.amount_fen
                    )
                )
                continue
            counts[exclusion.value] += 1
            known = examples.setdefault(exclusion.value, [])
            if len(known) < _EXAMPLES:
                known.append(mandate.account.number)
    return Plan(lines, dict(counts), examples)


def count_without_mandate(*, actor: Scope, bank: Bank, on: date) -> int:
    """Return how many accounts gave an account at the bank for their bills, but no agreement."""
    with_mandate = Mandate.objects.for_actor(actor).filter(_in_force(on)).values("account_id")
    rows = BankAccount.objects.for_actor(actor).filter(bank_code__startswith=bank.code, period__contains=on)
    return int(rows.exclude(account_id__in=with_mandate).count())


def _list_mandates(actor: Scope, bank: Bank, on: date, again_of: WithholdingBatch | None) -> Iterator[list[Mandate]]:
    rows = Mandate.objects.for_actor(actor).filter(_in_force(on), bank=bank).select_related("account")
    rows = rows.annotate(has_bank_account=Q(bank_account__period__contains=on))
    if again_of is not None:
        rows = rows.filter(pk__in=filter_again(actor=actor, batch=again_of).values("mandate_id"))
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:_AT_ONCE]):
        yield part
        last = part[-1].pk


def _in_force(on: date) -> Q:
    return Q(since_date__lte=on) & (Q(until_date=None) | Q(until_date__gt=on))


def _find_open_accounts(account_ids: Sequence[int]) -> set[int]:
    """Return which accounts the bank is being asked for: nobody is asked for one debt twice at once."""
    rows = WithholdingLine.objects.for_actor(_SYSTEM).filter(
        account_id__in=account_ids, state=LineState.WAITING.value, batch__state__in=OPEN_STATES
    )
    return set(rows.values_list("account_id", flat=True))


def _is_paused(mandate: Mandate, on: date) -> bool:
    return mandate.paused_until_date is not None and on < mandate.paused_until_date


def _find_exclusion(mandate: Any, on: date, open_accounts: set[int]) -> Exclusion | None:
    if not mandate.has_bank_account:
        return Exclusion.BANK_ACCOUNT_ENDED
    if mandate.account_id in open_accounts:
        return Exclusion.IN_OPEN_BATCH
    return Exclusion.PAUSED if _is_paused(mandate, on) else None
