"""What was asked for: red letters are confirmed by a second person, blue invoices made by whoever has the right."""

from collections.abc import Mapping
from datetime import datetime

from dianke.application.invoices.rights import APPROVE, MAKE, VIEW
from dianke.domain.invoicing.models import Invoice, InvoiceRequest
from dianke.domain.invoicing.operations import requests
from dianke.domain.invoicing.queries import invoices as queries
from dianke.domain.invoicing.types import Colour, RedReason
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor


class NotYourRequest(DomainError):
    """Only who asked for an invoice takes the request back."""

    code = "invoicing.not_your_request"
    message = "only {operator}, who asked, may take the request back"


class WrongColour(DomainError):
    """A request is decided by the right of its colour."""

    code = "invoicing.wrong_colour"
    message = "a red letter is confirmed, an invoice is made"


@use_case(right=MAKE)
def ask_red_letter(
    *, actor: Actor, number: str, red_reason: RedReason, reason: str, parts: Mapping[int, int], at: datetime
) -> InvoiceRequest:
    """Ask that an invoice be taken back, of each line the fen that `parts` says by its key."""
    blue = queries.get_invoice(actor=actor, number=number)
    return requests.ask_red_letter(
        actor=actor, blue=blue, red_reason=red_reason, reason=reason, parts=parts, login=actor.login, at=at
    )


@use_case(right=APPROVE)
def confirm_red_letter(*, actor: Actor, key: int, at: datetime) -> Invoice:
    """
    Make the red invoice that another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    request = _get(actor, key, Colour.RED)
    _require_another(actor, request)
    return requests.make_requested(actor=actor, request=request, login=actor.login, at=at)


@use_case(right=APPROVE)
def refuse_red_letter(*, actor: Actor, key: int, reason: str, at: datetime) -> InvoiceRequest:
    """
    Refuse the red letter that another person asked for.

    :raises SamePerson: if the actor asked for it, or stands in for who did
    """
    request = _get(actor, key, Colour.RED)
    _require_another(actor, request)
    return requests.refuse_request(request=request, reason=reason, login=actor.login, at=at)


@use_case(right=MAKE)
def make_requested(*, actor: Actor, key: int, at: datetime) -> Invoice:
    """Make the invoice that somebody asked for."""
    request = _get(actor, key, Colour.BLUE)
    return requests.make_requested(actor=actor, request=request, login=actor.login, at=at)


@use_case(right=MAKE)
def refuse_requested(*, actor: Actor, key: int, reason: str, at: datetime) -> InvoiceRequest:
    """Refuse the invoice that somebody asked for."""
    request = _get(actor, key, Colour.BLUE)
    return requests.refuse_request(request=request, reason=reason, login=actor.login, at=at)


@use_case(right=VIEW)
def withdraw_request(*, actor: Actor, key: int, at: datetime, reason: str = "") -> InvoiceRequest:
    """
    Take a request of one's own back.

    :raises NotYourRequest: if somebody else asked
    """
    request = queries.get_request(actor=actor, key=key, lock=True)
    if request.asked_by != actor.login:
        raise NotYourRequest(field="request", operator=request.asked_by)
    return requests.withdraw_request(request=request, reason=reason, login=actor.login, at=at)


def _get(actor: Actor, key: int, colour: Colour) -> InvoiceRequest:
    request = queries.get_request(actor=actor, key=key, lock=True)
    requests.require_open(request)
    if request.colour != colour.value:
        raise WrongColour(field="request")
    right = APPROVE if colour is Colour.RED else MAKE
    if not actor.may(right, request.unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=right)
    return request


def _require_another(actor: Actor, request: InvoiceRequest) -> None:
    require_another_person(
        actor=actor, operator_login=request.asked_by, operated_on=to_shanghai(request.asked_at).date()
    )
