"""What stands at the head of a bill that was corrected, corrects another, or is being corrected."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries.corrections import Bond
from dianke.platform.identity.types import Actor


@dataclass(frozen=True)
class Band:
    """One line: what it says, the other bill where there is one, and the correction."""

    text: str
    order: str
    order_url: str
    bill: str = ""
    bill_url: str = ""


def draw(actor: Actor, bill: Bill, bonds: Sequence[Bond]) -> dict[str, Any]:
    """Return the bands of a bill and the way to its correction, where the reader may ask for one."""
    bands = [band for bond in bonds for band in _bands_of(bill, bond)]
    stands = all(_leaves_standing(bill, bond) for bond in bonds)
    may_ask = actor.may(bill_corrections.ASK, bill.unit.path)
    is_open = may_ask and (stands or _may_bill_again(bill, bonds))
    return {
        "bands": bands,
        "correct_url": reverse("web:correction_new", args=[bill.pk]) if is_open else "",
        "is_billed_again": not stands,
        "reversal_url": reverse("web:reversal_new", args=[bill.pk]) if stands and may_ask else "",
        "back_billing_url": reverse("web:back_billing_new", args=[bill.pk]) if stands and may_ask else "",
    }


def _leaves_standing(bill: Bill, bond: Bond) -> bool:
    """Tell whether a bill may still be corrected, as far as one order goes."""
    if bond.replacement is None:
        return False
    return bond.is_back_billing != (bond.replacement.pk == bill.pk)


def _may_bill_again(bill: Bill, bonds: Sequence[Bond]) -> bool:
    """Tell whether a bill was taken back for good, and nothing of its period is billed again or under way."""
    gone = [bond for bond in bonds if bond.is_for_good and bond.original is not None and bond.original.pk == bill.pk]
    others = [bond for bond in bonds if bond not in gone and not _leaves_standing(bill, bond)]
    return bool(gone) and not others


def _bands_of(bill: Bill, bond: Bond) -> list[Band]:
    if bond.is_back_billing:
        return _bands_of_back_billing(bill, bond)
    if bond.reversal is None and bond.replacement is None:
        return [_band(_("A correction of this bill is under way:"), bond, None)]
    if bond.reversal is not None and bill.pk == bond.reversal.pk:
        return [_band(_("Reverses"), bond, bond.original)]
    if bond.replacement is None:
        return [_band(_("Taken back for good by"), bond, bond.reversal)]
    if bill.pk == bond.replacement.pk:
        return [_band(_("Replaces"), bond, bond.original)]
    replaced = _band(_("Replaced by"), bond, bond.replacement)
    return [_band(_("Reversed by"), bond, bond.reversal), replaced] if bond.reversal is not None else [replaced]


def _bands_of_back_billing(bill: Bill, bond: Bond) -> list[Band]:
    if bond.replacement is None:
        return [_band(_("A back-billing of this bill is under way:"), bond, None)]
    if bill.pk == bond.replacement.pk:
        return [_band(_("Bills beside"), bond, bond.original)]
    return [_band(_("Back-billed by"), bond, bond.replacement)]


def _band(text: str, bond: Bond, other: Bill | None) -> Band:
    return Band(
        text=text,
        order=bond.order.number,
        order_url=reverse("web:correction", args=[bond.order.pk]),
        bill=other.number if other else "",
        bill_url=reverse("web:bill", args=[other.pk]) if other else "",
    )
