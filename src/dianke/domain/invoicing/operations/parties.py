"""Record who sells and what a customer's invoices say of the buyer."""

from datetime import datetime

from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import CustomerKind
from dianke.domain.invoicing.models import InvoiceProfile, InvoiceSeller
from dianke.domain.invoicing.rules.parties import Party, check_buyer, check_seller
from dianke.domain.invoicing.types import InvoiceKind
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


def set_seller(*, actor: Scope, unit: Unit, party: Party, login: str, at: datetime) -> InvoiceSeller:
    """
    Record who sells for a unit and those below it, from now on; what was made before stays.

    :raises PartyIncomplete: if name or tax number is missing or wrong
    """
    checked = check_seller(party)
    found: InvoiceSeller | None = InvoiceSeller.objects.for_actor(actor).filter(unit=unit).first()
    seller = found or InvoiceSeller(unit=unit)
    for name in ("name", "tax_number", "address", "phone", "bank_name", "bank_number"):
        setattr(seller, name, getattr(checked, name))
    seller.changed_by, seller.changed_at = login, at
    seller.save()
    return seller


def set_profile(
    *, actor: Scope, customer: Customer, kind: InvoiceKind, party: Party, login: str, at: datetime
) -> InvoiceProfile:
    """
    Record what a customer's invoices say of the buyer, from now on.

    :raises PartyIncomplete: if something is missing or wrong, or a person asks for special invoices
    """
    checked = check_buyer(party, kind=kind, is_person=customer.kind == CustomerKind.PERSON.value)
    found: InvoiceProfile | None = InvoiceProfile.objects.for_actor(actor).filter(customer=customer).first()
    profile = found or InvoiceProfile(customer=customer)
    profile.kind, profile.title, profile.tax_number = kind.value, checked.name, checked.tax_number
    profile.address, profile.phone = checked.address, checked.phone
    profile.bank_name, profile.bank_number = checked.bank_name, checked.bank_number
    profile.changed_by, profile.changed_at = login, at
    profile.save()
    return profile
