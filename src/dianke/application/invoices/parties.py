"""Who sells, and what a customer's invoices say of the buyer."""

from datetime import datetime

from dianke.application.invoices.rights import APPROVE, MAKE
from dianke.domain.customers import queries as customers
from dianke.domain.invoicing.models import InvoiceProfile, InvoiceSeller
from dianke.domain.invoicing.operations import parties
from dianke.domain.invoicing.rules.parties import Party
from dianke.domain.invoicing.types import InvoiceKind
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org


class BuyerNotFound(DomainError):
    """No customer of that number is within reach."""

    code = "invoicing.buyer_not_found"
    message = "no customer {number} was found"


@use_case(right=MAKE)
def set_profile(*, actor: Actor, customer_number: str, kind: InvoiceKind, party: Party, at: datetime) -> InvoiceProfile:
    """
    Record what a customer's invoices say of the buyer.

    :raises PartyIncomplete: if something is missing or wrong
    """
    customer = customers.get_customer(actor=actor, number=customer_number)
    if customer is None:
        raise BuyerNotFound(field="customer", number=customer_number)
    return parties.set_profile(actor=actor, customer=customer, kind=kind, party=party, login=actor.login, at=at)


@use_case(right=APPROVE)
def set_seller(*, actor: Actor, unit_code: str, party: Party, at: datetime) -> InvoiceSeller:
    """
    Record who sells for a unit and those below it.

    :raises PartyIncomplete: if name or tax number is missing or wrong
    """
    unit = org.get_unit(actor=actor, code=unit_code)
    if not actor.may(APPROVE, unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=APPROVE)
    return parties.set_seller(actor=actor, unit=unit, party=party, login=actor.login, at=at)
