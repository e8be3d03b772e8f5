"""Reads of agreements and exemptions."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db.models import QuerySet

from dianke.domain.fee_control.models import ControlAgreement, ControlExemption
from dianke.domain.fee_control.types import ProposalState
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.scoping import Scope

_SYSTEM = Actor.system("finding who is exempt and what was agreed")


class ProposalUnknown(DomainError):
    """There is no such agreement or exemption within the actor's units."""

    code = "fee_control.proposal_unknown"
    message = "there is no proposal {key}"


def filter_agreements(*, actor: Scope) -> QuerySet[Any]:
    """Return the agreements of the actor's units with account and customer; no order."""
    rows: QuerySet[Any] = ControlAgreement.objects.for_actor(actor).select_related("account__customer", "unit")
    return rows


def get_agreement(*, actor: Scope, key: int, lock: bool = False) -> ControlAgreement:
    """
    Return an agreement, locked if asked.

    :raises ProposalUnknown: if there is none within the actor's units
    """
    rows = filter_agreements(actor=actor)
    found: ControlAgreement | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise ProposalUnknown(field="agreement", key=key)
    return found


def list_agreements(*, actor: Scope, account_id: int) -> list[ControlAgreement]:
    """Return the agreements of an account, the latest first."""
    return list(filter_agreements(actor=actor).filter(account_id=account_id).order_by("-id"))


def get_exemption(*, actor: Scope, key: int, lock: bool = False) -> ControlExemption:
    """
    Return an exemption, locked if asked.

    :raises ProposalUnknown: if there is none within the actor's units
    """
    rows = ControlExemption.objects.for_actor(actor).select_related("account__customer", "unit", "evidence")
    found: ControlExemption | None = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=key).first()
    if found is None:
        raise ProposalUnknown(field="exemption", key=key)
    return found


def list_exemptions(*, actor: Scope, account_id: int) -> list[ControlExemption]:
    """Return the exemptions of an account, the latest first."""
    rows = ControlExemption.objects.for_actor(actor).filter(account_id=account_id).select_related("evidence")
    return list(rows.order_by("-id"))


def map_exemptions(*, account_ids: Collection[int], on: date) -> dict[int, str]:
    """Return the kind of the exemption of each account that has one on a day."""
    rows = ControlExemption.objects.for_actor(_SYSTEM).filter(
        account_id__in=account_ids, state=ProposalState.APPROVED.value, period__contains=on
    )
    return dict(rows.order_by("id").values_list("account_id", "kind"))
