"""Who sells and who buys: numbers that cannot be right are refused."""

import pytest

from dianke.domain.invoicing.rules.parties import Party, PartyIncomplete, check_buyer, check_seller
from dianke.domain.invoicing.types import InvoiceKind

NUMBER = "91420100MA4KXYW128"


def test_a_buyer_is_folded() -> None:
    typed = Party(name=" 云泽  铸造 ", tax_number="91420100 ma4kxyw128", bank_number="4200 0123 4567")

    folded = check_buyer(typed, kind=InvoiceKind.SPECIAL, is_person=False)

    assert (folded.name, folded.tax_number, folded.bank_number) == ("云泽 铸造", NUMBER, "420001234567")


@pytest.mark.parametrize(
    ("party", "kind", "is_person", "field"),
    [
        (Party(name=""), InvoiceKind.ORDINARY, False, "title"),
        (Party(name="甲"), InvoiceKind.SPECIAL, False, "tax_number"),
        (Party(name="甲", tax_number="91420100MA4KXYW129"), InvoiceKind.ORDINARY, False, "tax_number"),
        (Party(name="甲", tax_number="9142"), InvoiceKind.ORDINARY, False, "tax_number"),
        (Party(name="甲", tax_number=NUMBER), InvoiceKind.SPECIAL, True, "kind"),
    ],
)
def test_a_buyer_is_refused_by_the_field_that_is_wrong(
    party: Party, kind: InvoiceKind, is_person: bool, field: str
) -> None:
    with pytest.raises(PartyIncomplete) as refusal:
        check_buyer(party, kind=kind, is_person=is_person)

    assert refusal.value.field == field


def test_a_buyer_of_ordinary_invoices_needs_no_number() -> None:
    assert check_buyer(Party(name="王晓明"), kind=InvoiceKind.ORDINARY, is_person=True).tax_number == ""


@pytest.mark.parametrize(("party", "field"), [(Party(name=" "), "name"), (Party(name="乙"), "tax_number")])
def test_a_seller_has_name_and_number(party: Party, field: str) -> None:
    with pytest.raises(PartyIncomplete) as refusal:
        check_seller(party)

    assert refusal.value.field == field
