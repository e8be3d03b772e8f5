"""Who sells and who buys: what an invoice must know of them."""

from dataclasses import dataclass

from dianke.domain.customers.rules.personal import find_identity_obstacle, fold_identity_number
from dianke.domain.customers.types import IdentityKind
from dianke.domain.invoicing.types import InvoiceKind
from dianke.kernel.errors import DomainError


class PartyIncomplete(DomainError):
    """A seller or buyer lacks what an invoice has to say, or says it wrongly."""

    code = "invoicing.party_incomplete"
    message = "the invoice data cannot be stored: {reason}"


@dataclass(frozen=True, slots=True)
class Party:
    """A seller or a buyer as an invoice names it."""

    name: str
    tax_number: str = ""
    address: str = ""
    phone: str = ""
    bank_name: str = ""
    bank_number: str = ""


def check_seller(party: Party) -> Party:
    """
    Return a seller, folded.

    :raises PartyIncomplete: if name or tax number is missing or wrong
    """
    folded = _fold(party)
    if not folded.name:
        raise PartyIncomplete(field="name", reason="the name is missing")
    _require_tax_number(folded.tax_number)
    return folded


def check_buyer(party: Party, *, kind: InvoiceKind, is_person: bool) -> Party:
    """
    Return a buyer, folded.

    A special invoice is for who deducts its tax: it needs a tax number, and a person gets none. An ordinary one may
    go without a number.

    :raises PartyIncomplete: if something is missing or wrong
    """
    folded = _fold(party)
    if not folded.name:
        raise PartyIncomplete(field="title", reason="the title is missing")
    if kind is InvoiceKind.SPECIAL and is_person:
        raise PartyIncomplete(field="kind", reason="a person gets no special invoice")
    if kind is InvoiceKind.SPECIAL or folded.tax_number:
        _require_tax_number(folded.tax_number)
    return folded


def _require_tax_number(folded: str) -> None:
    if not folded:
        raise PartyIncomplete(field="tax_number", reason="the tax number is missing")
    obstacle = find_identity_obstacle(IdentityKind.USCC, folded)
    if obstacle:
        raise PartyIncomplete(field="tax_number", reason=obstacle)


def _fold(party: Party) -> Party:
    return Party(
        name=" ".join(party.name.split()),
        tax_number=fold_identity_number(party.tax_number),
        address=" ".join(party.address.split()),
        phone=party.phone.strip(),
        bank_name=" ".join(party.bank_name.split()),
        bank_number="".join(party.bank_number.split()),
    )
