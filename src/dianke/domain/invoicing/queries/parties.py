"""Who sells and who buys."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dianke.domain.billing.models import Bill, FinalBilling
from dianke.domain.billing.types import FinalKind, FinalState
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import CustomerKind
from dianke.domain.invoicing.models import InvoiceProfile, InvoiceSeller
from dianke.domain.invoicing.rules.parties import Party
from dianke.domain.invoicing.types import InvoiceKind
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope

# A station sells in the name of the unit above it that is the taxpayer.
_ANYBODY = Actor.system("finding who sells and who buys on an invoice")


@dataclass(frozen=True)
class Buyer:
    """The customer that a bill was for, and what its invoices say."""

    customer: Customer
    kind: InvoiceKind
    party: Party

    @property
    def is_person(self) -> bool:
        """Tell whether it is a person, who gets no special invoice."""
        return bool(self.customer.kind == CustomerKind.PERSON.value)


def find_seller(*, unit: Unit, lock: bool = False) -> InvoiceSeller | None:
    """Return who sells for a unit: itself or the nearest above that is a taxpayer."""
    rows = (
        InvoiceSeller.objects.for_actor(_ANYBODY).select_related("unit").filter(unit__path__in=_list_paths(unit.path))
    )
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = sorted(rows, key=lambda seller: len(seller.unit.path))
    return found[-1] if found else None


def list_sellers(*, actor: Scope) -> list[InvoiceSeller]:
    """Return the sellers within the actor's units, by unit."""
    return list(InvoiceSeller.objects.for_actor(actor).select_related("unit").order_by("unit__path"))


def find_profile(*, actor: Scope, customer: Customer) -> InvoiceProfile | None:
    """Return what a customer's invoices say of it, or None."""
    found: InvoiceProfile | None = InvoiceProfile.objects.for_actor(actor).filter(customer=customer).first()
    return found


def list_buyers(*, bills: Sequence[Bill]) -> dict[int, Buyer]:
    """
    Return who each bill was for, by its key.

    An account that was handed over was its first customer's until that day. Without invoice data of its own a buyer
    is named as on its bill.
    """
    accounts = CustomerAccount.objects.for_actor(_ANYBODY).select_related("customer__merged_into")
    known = {account.pk: account for account in accounts.filter(pk__in={bill.account_id for bill in bills})}
    left = _list_handovers(known)
    customers = {
        bill.pk: _find_customer(bill, known[bill.account_id], left) for bill in bills if bill.account_id in known
    }
    keys = {customer.pk for customer in customers.values()}
    rows = InvoiceProfile.objects.for_actor(_ANYBODY).filter(customer_id__in=keys)
    profiles = {row.customer_id: row for row in rows}
    return {
        bill.pk: _draw_buyer(bill, customers[bill.pk], profiles.get(customers[bill.pk].pk))
        for bill in bills
        if bill.pk in customers
    }


def _list_handovers(accounts: Iterable[int]) -> list[FinalBilling]:
    rows = FinalBilling.objects.for_actor(_ANYBODY).filter(
        account_id__in=list(accounts), kind=FinalKind.HANDOVER.value, state=FinalState.ISSUED.value
    )
    return list(rows.select_related("customer__merged_into").order_by("final_date", "id"))


def _find_customer(bill: Bill, account: CustomerAccount, left: Sequence[FinalBilling]) -> Customer:
    leaving = (one for one in left if one.account_id == bill.account_id and one.final_date >= bill.period_end)
    first = next(leaving, None)
    customer: Customer = first.customer if first else account.customer
    return customer.merged_into or customer


def _draw_buyer(bill: Bill, customer: Customer, profile: InvoiceProfile | None) -> Buyer:
    if profile is None:
        return Buyer(customer=customer, kind=InvoiceKind.ORDINARY, party=Party(name=bill.customer_name))
    party = Party(
        name=profile.title,
        tax_number=profile.tax_number,
        address=profile.address,
        phone=profile.phone,
        bank_name=profile.bank_name,
        bank_number=profile.bank_number,
    )
    return Buyer(customer=customer, kind=InvoiceKind(profile.kind), party=party)


def _list_paths(path: str) -> list[str]:
    """Return the path of a unit and of every unit above it: /3/17/ gives /3/17/ and /3/."""
    keys = path.strip("/").split("/")
    return [f"/{'/'.join(keys[:count])}/" for count in range(len(keys), 0, -1)]
