"""Tables of the customer archive."""

from dianke.domain.customers.models.care import CareRecord, Visit
from dianke.domain.customers.models.changes import CustomerMerge, DuplicateSuspicion, KeyChange
from dianke.domain.customers.models.managers import AccountManagement, ManagerHandOver, ManagerHandOverItem
from dianke.domain.customers.models.papers import CustomerDocument, SpecialMark
from dianke.domain.customers.models.people import Consent, Contact
from dianke.domain.customers.models.places import CustomerEquipment, ServiceLocation
from dianke.domain.customers.models.relations import CustomerRelation
from dianke.domain.customers.models.subjects import AccountAlias, BankAccount, Customer, CustomerAccount

__all__ = [
    "AccountAlias",
    "AccountManagement",
    "BankAccount",
    "CareRecord",
    "Consent",
    "Contact",
    "Customer",
    "CustomerAccount",
    "CustomerDocument",
    "CustomerEquipment",
    "CustomerMerge",
    "CustomerRelation",
    "DuplicateSuspicion",
    "KeyChange",
    "ManagerHandOver",
    "ManagerHandOverItem",
    "ServiceLocation",
    "SpecialMark",
    "Visit",
]
