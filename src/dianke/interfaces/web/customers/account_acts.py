"""The acts of the menu in a customer's head, each only for whoever holds its right."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from dianke.application.agreements import PROPOSE as PROPOSE_AGREEMENT
from dianke.application.claims import VIEW as SEE_PAYMENTS
from dianke.application.contracts.orders import DRAFT as DRAFT_CONTRACT
from dianke.application.final_bills import RIGHT as ASK_FINAL
from dianke.application.invoices import MAKE as KEEP_INVOICE_DATA
from dianke.application.protection.export_person import RIGHT as EXPORT_PERSON
from dianke.application.service_orders import ACCEPT as TAKE_ORDERS
from dianke.application.service_orders import SURVEY as CHECK
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import AccountStatus, CustomerKind
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.customers.archive_acts import list_archive_acts
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class Act:
    """An act and where it is done."""

    label: Text
    url: str


def list_acts(actor: Actor, customer: Customer, account: CustomerAccount | None) -> list[Act]:
    """Return what the reader may do with a customer."""
    acts = [Act(label, url) for label, url in list_archive_acts(actor, customer, account)]
    if account is not None and account.status != AccountStatus.CLOSED.value and actor.may(ASK_FINAL, account.unit.path):
        acts.append(Act(_("Final bill: close or hand over"), reverse("web:final_new", args=[account.number])))
    if account is not None and actor.may(TAKE_ORDERS, account.unit.path):
        acts.append(Act(_("Take an application"), reverse("web:service_order_new", args=[account.number])))
    if account is not None and account.status != AccountStatus.CLOSED.value and actor.may(CHECK, account.unit.path):
        acts.append(
            Act(_("Propose to close an unused supply"), reverse("web:service_order_propose", args=[account.number]))
        )
    if account is not None and actor.may(DRAFT_CONTRACT, account.unit.path):
        acts.append(Act(_("Draft a supply contract"), reverse("web:contract_new", args=[account.number])))
    if account is not None and actor.may(SEE_PAYMENTS, account.unit.path):
        acts.append(Act(_("Waiver, refund, deposit"), reverse("web:claims_account", args=[account.number])))
        acts.append(Act(_("Terms of payment"), reverse("web:account_terms", args=[account.number])))
    if account is not None and actor.may(PROPOSE_AGREEMENT, account.unit.path):
        acts.append(Act(_("Agree on instalments"), reverse("web:agreement_new", args=[account.number])))
        acts.append(Act(_("Staged settlement"), reverse("web:staged_terms", args=[account.number])))
        acts.append(Act(_("Record a guarantee"), reverse("web:guarantee_new", args=[account.number])))
    if actor.may(KEEP_INVOICE_DATA, customer.unit.path):
        acts.append(Act(_("Invoice data"), reverse("web:invoice_profile", args=[customer.number])))
    if account is not None:
        acts.append(Act(_("Print the customer card"), reverse("web:customer_card", args=[account.number])))
    if customer.kind == CustomerKind.PERSON.value and actor.may(EXPORT_PERSON, customer.unit.path):
        acts.append(Act(_("Hand out the person's data"), reverse("web:person_export", args=[customer.number])))
    return acts
