"""A clerk takes an application."""

from datetime import datetime

from dianke.application.service_orders.leaving import ask_key_data
from dianke.application.service_orders.notices import tell_customer
from dianke.application.service_orders.rights import ACCEPT, SURVEY
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import KeyField
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations import accepting, moving
from dianke.domain.service_orders.operations.accepting import Application, KindNotOffered
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_FIRST = 1


class AccountOutOfReach(DomainError):
    """No account of the actor's units has the number."""

    code = "service_orders.no_account"
    message = "there is no account {account} within your units"


@use_case(right=ACCEPT)
def accept_order(*, actor: Actor, account_number: str, application: Application, at: datetime) -> ServiceOrder:
    """
    Accept an application, or refuse it with every reason; whoever accepts has done the first step.

    :raises KindNotOffered: of a forced closing, for which nobody applies
    """
    if application.kind is OrderKind.CLOSE_FORCED:
        raise KindNotOffered(field="kind", kind=application.kind)
    order = _accept(actor, account_number, application, at)
    if application.kind is OrderKind.RENAME:
        ask_key_data(order, field=KeyField.NAME, value={"name": application.new_name}, actor=actor, at=at)
    if application.kind is OrderKind.MANY_PERSONS:
        value = {"persons": f"{application.persons}"}
        ask_key_data(order, field=KeyField.HOUSEHOLD_SIZE, value=value, actor=actor, at=at)
    return order


@use_case(right=SURVEY)
def propose_closing(*, actor: Actor, account_number: str, application: Application, at: datetime) -> ServiceOrder:
    """Propose to close a supply that nobody uses, or refuse it with every reason; nobody has to apply for it."""
    if application.kind is not OrderKind.CLOSE_FORCED:
        raise KindNotOffered(field="kind", kind=application.kind)
    return _accept(actor, account_number, application, at)


def _accept(actor: Actor, account_number: str, application: Application, at: datetime) -> ServiceOrder:
    rows = CustomerAccount.objects.for_actor(actor).select_related("customer__unit")
    # The lock makes two clerks who take orders of one account wait for each other.
    account: CustomerAccount | None = rows.select_for_update(of=("self",)).filter(number=account_number).first()
    if account is None:
        raise AccountOutOfReach(field="account", account=account_number)
    order = accepting.accept(actor=actor, account=account, application=application, at=at)
    moving.complete(order=order, serial=_FIRST, outcome="", text="", actor=actor, at=at)
    tell_customer(order=order, login=actor.login, at=at)
    return order
