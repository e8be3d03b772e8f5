"""Reads of collective payers: whom they pay for, and what others asked to be changed."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from dianke.domain.receivables.models import Payer, PayerChange, PayerMember
from dianke.domain.receivables.types import PayerChangeState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope


class PayerChangeUnknown(DomainError):
    """There is no such wish within the actor's units."""

    code = "receivables.payer_change_unknown"
    message = "there is no wish {key}"


def filter_payers(*, actor: Scope) -> QuerySet[Any]:
    """Return the payers of the actor's units; no order."""
    rows: QuerySet[Any] = Payer.objects.for_actor(actor).select_related("unit", "customer_account__customer")
    return rows


def filter_changes(*, actor: Scope) -> QuerySet[Any]:
    """Return what was asked of payers of the actor's units; no order."""
    rows: QuerySet[Any] = PayerChange.objects.for_actor(actor)
    return rows.select_related("unit", "payer", "customer_account__customer")


def get_change(*, actor: Scope, key: int, lock: bool = False) -> PayerChange:
    """
    Return a wish.

    :raises PayerChangeUnknown: if there is none within the actor's units
    """
    rows = filter_changes(actor=actor).filter(pk=key)
    found: PayerChange | None = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if found is None:
        raise PayerChangeUnknown(field="change", key=key)
    return found


def list_waiting_changes(*, actor: Scope) -> list[PayerChange]:
    """Return the wishes that nobody has decided, the oldest first."""
    return list(filter_changes(actor=actor).filter(state=PayerChangeState.ASKED.value).order_by("id"))


def list_members(*, actor: Scope, payer: Payer) -> list[PayerMember]:
    """Return every membership of a payer, also those that are over, in the order of entry."""
    rows = PayerMember.objects.for_actor(actor).filter(payer=payer)
    return list(rows.select_related("customer_account__customer").order_by("id"))


def count_members(*, actor: Scope, payer_ids: Collection[int], on: date) -> dict[int, int]:
    """Return for how many accounts payers pay on a day, their own one not counted."""
    rows = PayerMember.objects.for_actor(actor).filter(payer_id__in=payer_ids, since_date__lte=on)
    pairs = set(rows.exclude(until_date__lte=on).values_list("payer_id", "customer_account_id"))
    return {key: sum(payer_id == key for payer_id, _account in pairs) for key in payer_ids}


def map_payers(*, actor: Scope, account_ids: Collection[int], on: date) -> dict[int, list[Payer]]:
    """Return who pays for accounts on a day or a later one, as members or as the payer's own account, by account."""
    members = PayerMember.objects.for_actor(actor).filter(customer_account_id__in=account_ids)
    in_force = members.exclude(until_date__lte=on).select_related("payer").order_by("id")
    own = Payer.objects.for_actor(actor).filter(customer_account_id__in=account_ids)
    found: dict[int, list[Payer]] = {}
    pairs = [(one.customer_account_id, one) for one in own.filter(Q(until_date=None) | Q(until_date__gt=on))]
    for account_id, payer in pairs + [(one.customer_account_id, one.payer) for one in in_force]:
        payers = found.setdefault(account_id, [])
        if payer not in payers:
            payers.append(payer)
    return found
