"""Firms are listed and taken off the list; an applicant chooses among them, or another, and signs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.utils import IntegrityError

from dianke.domain.service_orders.models import FirmChoice, ListedFirm, OrderAct, ServiceOrder
from dianke.domain.service_orders.operations.moving import add_note
from dianke.domain.service_orders.queries.firms import filter_firms, list_firms_for
from dianke.domain.service_orders.rules.case import BY_PLAN
from dianke.domain.service_orders.rules.plans import FirmKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


class FirmNotListed(DomainError):
    """The firm cannot be listed so."""

    code = "service_orders.firm_not_listed"
    message = "the firm cannot be listed: {reason}"


class FirmUnknown(DomainError):
    """No firm of the key is within reach."""

    code = "service_orders.firm_not_found"
    message = "there is no such firm"


class ChoiceRefused(DomainError):
    """The choice cannot stand."""

    code = "service_orders.choice_refused"
    message = "this cannot be chosen: {reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFirm:
    """A firm with its qualification; `valid_to` is the first day on which that no longer holds."""

    kind: FirmKind
    name: str
    qualification: str
    certificate: str
    valid_from: date
    valid_to: date | None = None
    phone: str = ""


def list_firm(*, actor: Actor, unit: Unit, new: NewFirm, at: datetime) -> ListedFirm:
    """
    Put a firm on the list of a unit.

    :raises FirmNotListed: if a part is missing, the days cross, or the certificate is listed
    """
    if not (new.name.strip() and new.qualification.strip() and new.certificate.strip()):
        raise FirmNotListed(field="name", reason="name, qualification and certificate are needed")
    if new.valid_to is not None and new.valid_to <= new.valid_from:
        raise FirmNotListed(field="valid_to", reason="it ends before it begins")
    row = ListedFirm(
        unit=unit, kind=new.kind.value, name=new.name.strip(), qualification=new.qualification.strip(),
        certificate=new.certificate.strip(), phone=new.phone.strip(), valid_from=new.valid_from,
        valid_to=new.valid_to, listed_by=actor.login, listed_at=at,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as fault:
        raise FirmNotListed(field="certificate", reason="the certificate is listed already") from fault
    return row


def end_firm(*, actor: Actor, key: int, on: date) -> ListedFirm:
    """
    Take a firm off the list from a day on.

    :raises FirmUnknown: if none of the actor's units listed it
    :raises FirmNotListed: if its listing ends before that day anyway
    """
    row: ListedFirm | None = filter_firms(actor=actor).select_for_update(of=("self",)).filter(pk=key).first()
    if row is None:
        raise FirmUnknown(field="firm")
    if on <= row.valid_from or (row.valid_to is not None and row.valid_to <= on):
        raise FirmNotListed(field="valid_to", reason="it ends before it begins")
    row.valid_to = on
    row.save(update_fields=["valid_to"])
    return row


def choose_firm(
    *,
    order: ServiceOrder,
    kind: FirmKind,
    firm_id: int | None,
    name: str,
    shown: Sequence[int],
    signed_name: str,
    actor: Actor,
    at: datetime,
) -> FirmChoice:
    """
    Write down what an applicant chose of a kind and signed, with the list as it was shown.

    :raises ChoiceRefused: if nobody signed, the firm is not qualified today, or no other one is named
    """
    if order.kind not in BY_PLAN:
        raise ChoiceRefused(field="kind", reason="there is nothing to be built by a firm")
    firms = {one.pk: one for one in list_firms_for(order=order, kind=kind, on=to_shanghai(at).date())}
    if len(signed_name.strip()) < 2:
        raise ChoiceRefused(field="signed_name", reason="sign with your name")
    if firm_id is not None and firm_id not in firms:
        raise ChoiceRefused(field="firm", reason="its qualification does not hold today")
    chosen = firms[firm_id].name if firm_id is not None else name.strip()
    if len(chosen) < 2:
        raise ChoiceRefused(field="firm", reason="choose a firm, or name another")
    row = FirmChoice(
        order=order, kind=kind.value, firm_id=firm_id, name=chosen[:120],
        shown=[key for key in shown if key in firms], signed_name=signed_name.strip()[:60], chosen_by=actor.login,
        chosen_at=at,
    )  # fmt: skip
    row.save()
    add_note(order=order, actor=actor, at=at, act=OrderAct.CHOSEN, subject=kind.value, text=chosen)
    return row
