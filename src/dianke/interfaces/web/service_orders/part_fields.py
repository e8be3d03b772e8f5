"""Accounts that come out of a split or a merger: what a clerk writes down of them, and how the order shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.application.service_orders.parts import Part, list_parts
from dianke.domain.customers.models import Customer
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.parties import NewPart
from dianke.domain.service_orders.types import AccountFacts, OrderKind
from dianke.interfaces.web.customers.naming import hide_names
from dianke.interfaces.web.service_orders import words
from dianke.platform.identity.types import Actor

_PLAIN = {"autocomplete": "off"}
_NUMBER = {"autocomplete": "off", "inputmode": "decimal", "class": "num"}
# A split into more is two splits, one after the other.
_MOST_PARTS = 4
_LEAST_PARTS = 2


@dataclass(frozen=True, slots=True)
class PartLine:
    """An account that an order opens, as its page shows it; without a number before the debts are settled."""

    customer: str
    customer_number: str
    kva: str
    account: str
    transformers: str


def make_part_fields(kind: OrderKind, facts: AccountFacts) -> dict[str, forms.Field]:
    """Return the fields of the accounts that come, by name; none for kinds without any."""
    if kind is OrderKind.MERGE:
        return {
            "account_numbers": forms.CharField(
                label=_("Accounts that go in beside this one"), max_length=200,
                help_text=_("User numbers with a space between them."), widget=forms.TextInput(attrs=_PLAIN),
            ),
            **_make_part(1, _("Customer number of the merged account"), _("Capacity after the merger (kVA)"), True),
            "p1_codes": forms.CharField(
                label=_("Transformers that stay in use"), max_length=300, required=False,
                help_text=_("Numbers with a space between them; the rest of the capacity is a new transformer."),
                widget=forms.TextInput(attrs=_PLAIN),
            ),
            "is_adjacent": forms.BooleanField(label=_("The places lie next to each other"), required=False),
        }  # fmt: skip
    if kind is not OrderKind.SPLIT:
        return {}
    found: dict[str, forms.Field] = {
        "is_separable": forms.BooleanField(
            label=_("The receiving equipment can be divided"), required=False
        )
    }  # fmt: skip
    units = [(one.unit_id, f"{one.unit_id} · {words.kva(one.capacity_kva)} kVA") for one in facts.units]
    for number in range(1, _MOST_PARTS + 1):
        customer = _now("Part %(number)s: customer number") % {"number": number}
        capacity = _now("Part %(number)s: capacity (kVA)") % {"number": number}
        found |= _make_part(number, customer, capacity, number <= _LEAST_PARTS)
        if units:
            found[f"p{number}_transformers"] = forms.MultipleChoiceField(
                label=_now("Part %(number)s: takes along") % {"number": number}, required=False, choices=units,
                widget=forms.CheckboxSelectMultiple,
            )  # fmt: skip
    return found


def _make_part(number: int, customer: Any, capacity: Any, is_required: bool) -> dict[str, forms.Field]:
    return {
        f"p{number}_customer": forms.CharField(
            label=customer, max_length=20, required=is_required, widget=forms.TextInput(attrs=_PLAIN),
            help_text=_("Enter a new customer first.") if number == 1 else "",
        ),
        f"p{number}_kva": forms.DecimalField(
            label=capacity, required=is_required, min_value=Decimal(0), max_digits=12, decimal_places=2,
            widget=forms.TextInput(attrs=_NUMBER),
        ),
    }  # fmt: skip


def read_parts(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was written down of the parties, as an application takes it; a row that is empty is none."""
    parts = []
    for number in range(1, _MOST_PARTS + 1):
        customer, kva = given.get(f"p{number}_customer", ""), given.get(f"p{number}_kva")
        if customer or kva is not None:
            codes = [*given.get(f"p{number}_transformers", ()), *given.get(f"p{number}_codes", "").split()]
            parts.append(
                NewPart(customer_number=customer, capacity_kva=kva or Decimal(0), transformer_codes=tuple(codes))
            )
    return {
        "parts": tuple(parts),
        "account_numbers": tuple(given.get("account_numbers", "").split()),
        "is_separable": given.get("is_separable", False),
        "is_adjacent": given.get("is_adjacent", False),
    }


def draw_parts(actor: Actor, order: ServiceOrder) -> list[PartLine]:
    """Return the accounts that an order opens, in the order asked for."""
    wanted: Sequence[dict[str, Any]] = order.asked.get("parts", [])
    if not wanted:
        return []
    rows = Customer.objects.for_actor(actor).filter(number__in=[one["customer"] for one in wanted])
    customers = {one.number: one for one in rows.select_related("unit")}
    hide_names(actor, customers.values(), find=lambda row: row)
    known: Sequence[Part | None] = list_parts(order, actor=actor) or [None] * len(wanted)
    return [
        PartLine(
            customer=customers[one["customer"]].name if one["customer"] in customers else "",
            customer_number=one["customer"], kva=one["capacity_kva"], account=part.account.number if part else "",
            transformers=", ".join(one["transformers"]),
        )
        for one, part in zip(wanted, known, strict=False)
    ]  # fmt: skip
