"""Reads of guarantees."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from dianke.domain.receivables.models import Guarantee, GuaranteePaper
from dianke.domain.receivables.types import GuaranteeKind, GuaranteeState
from dianke.kernel.errors import DomainError
from dianke.platform.org.scoping import Scope

# [P] How long before its last day a guarantee is pointed out.
ALARM_DAYS = 30


class GuaranteeUnknown(DomainError):
    """There is no such guarantee within the actor's units."""

    code = "receivables.guarantee_unknown"
    message = "there is no guarantee {guarantee}"


def filter_guarantees(*, actor: Scope) -> QuerySet[Any]:
    """Return the guarantees of the actor's units with their accounts; no order."""
    rows: QuerySet[Any] = Guarantee.objects.for_actor(actor)
    return rows.select_related("account__customer", "account__unit")


def held_on(on: date) -> Q:
    """Return the condition of guarantees that may be called on a day."""
    return Q(state=GuaranteeState.HELD.value, valid_from_date__lte=on, valid_until_date__gte=on)


def ending_soon(on: date) -> Q:
    """Return the condition of guarantees whose last day is near."""
    return Q(
        state=GuaranteeState.HELD.value, valid_until_date__gte=on, valid_until_date__lte=on + timedelta(days=ALARM_DAYS)
    )


def over(on: date) -> Q:
    """Return the condition of guarantees that nobody released or called before their last day."""
    return Q(state=GuaranteeState.HELD.value, valid_until_date__lt=on)


def add_up_guarantees(
    *, actor: Scope, first_account: int, last_account: int, kinds: Collection[GuaranteeKind], on: date
) -> dict[int, int]:
    """Return what guarantees of some kinds may be called for on a day, in fen by account of a range of keys."""
    rows = Guarantee.objects.for_actor(actor).filter(
        held_on(on), account_id__gte=first_account, account_id__lte=last_account
    )
    return dict(rows.filter(kind__in=kinds).values_list("account_id").annotate(total=Sum("amount_fen")).order_by())


def get_guarantee(*, actor: Scope, key: int) -> Guarantee:
    """
    Return a guarantee.

    :raises GuaranteeUnknown: if there is none within the actor's units
    """
    found: Guarantee | None = filter_guarantees(actor=actor).filter(pk=key).first()
    if found is None:
        raise GuaranteeUnknown(field="guarantee", guarantee=key)
    return found


def list_papers(*, actor: Scope, guarantee: Guarantee) -> list[GuaranteePaper]:
    """Return the papers of a guarantee."""
    rows = GuaranteePaper.objects.for_actor(actor).filter(guarantee=guarantee)
    return list(rows.select_related("document").order_by("id"))


def get_paper(*, actor: Scope, key: int) -> GuaranteePaper:
    """
    Return a paper.

    :raises GuaranteeUnknown: if there is none within the actor's units
    """
    found: GuaranteePaper | None = (
        GuaranteePaper.objects.for_actor(actor).filter(pk=key).select_related("document").first()
    )
    if found is None:
        raise GuaranteeUnknown(field="guarantee", guarantee=key)
    return found
