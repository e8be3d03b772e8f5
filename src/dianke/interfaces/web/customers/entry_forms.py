"""Forms of entering customers."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.customers.types import AddressParts
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.customers.form_pages import choose

_QUIET = {"autocomplete": "off"}
_NUMBER = {"autocomplete": "off", "inputmode": "numeric"}


def text(label: Any, length: int, *, required: bool = False, hint: Any = "", missing: Any = "", **attrs: str) -> Any:
    """Return a field of one line."""
    field = forms.CharField(
        label=label,
        max_length=length,
        required=required,
        help_text=hint,
        widget=forms.TextInput(attrs={**_QUIET, **attrs}),
    )
    if missing:
        field.error_messages["required"] = missing
    return field


class PlaceForm(forms.Form):
    """An address in parts."""

    region = text(_("Province, city, county"), 60, hint=_("as it is written, for example 云泽市"))
    division_code = text(_("Division code"), 6, hint=_("six digits of GB/T 2260"), inputmode="numeric")
    town = text(_("Town or street office"), 40)
    community = text(_("Village or community"), 40)
    road = text(_("Road"), 40, required=True, missing=_("Enter the road or the place by which it is found."))
    house_number = text(_("House number"), 20)
    building = text(_("Building"), 20)
    entrance = text(_("Entrance"), 20)
    room = text(_("Room"), 20)
    longitude = forms.DecimalField(label=_("Longitude"), max_digits=9, decimal_places=6, required=False)
    latitude = forms.DecimalField(label=_("Latitude"), max_digits=8, decimal_places=6, required=False)

    def read_parts(self) -> AddressParts:
        """Return the parts that can be read, trimmed."""
        values = getattr(self, "cleaned_data", {})
        return AddressParts(**{name: (values.get(name) or "").strip() for name in PLACE_PARTS})


PLACE_PARTS = ("region", "division_code", "town", "community", "road", "house_number", "building", "entrance", "room")
PLACE_FIELDS = (*PLACE_PARTS, "longitude", "latitude")
SUPPLY_FIELDS = ("unit", "usage_class", "household_size", "old_number", "is_planned")
PERSON_FIELDS = ("name", "kind", "identity_kind", "identity_number", "short_name", "industry_code")
CONTACT_FIELDS = ("contact_name", "role", "phone", "email", "office")


class SupplyForm(PlaceForm):
    """An account and its place."""

    unit = forms.ChoiceField(label=_("Unit"))
    usage_class = forms.ChoiceField(label=_("Class of use"), choices=choose(USAGE_CLASSES))
    household_size = forms.IntegerField(
        label=_("Persons of the household"), min_value=0, max_value=99, required=False, initial=0
    )
    old_number = text(_("Old number"), 30, hint=_("the number in an earlier system; it stays findable"))

    is_planned = forms.BooleanField(
        label=_("A new supply is asked for"),
        required=False,
        help_text=_("The account gets its number and is connected by an order; it is billed once it is switched on."),
    )

    def __init__(self, *args: Any, units: list[tuple[str, str]], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


class EntryForm(SupplyForm):
    """A customer with account, place and contact."""

    name = text(_("Name"), 120, required=True, missing=_("Enter the name as it stands in the identity paper."))
    kind = forms.ChoiceField(label=_("Kind of customer"), choices=choose(words.KINDS))
    identity_kind = forms.ChoiceField(
        label=_("Kind of identity paper"), choices=choose(words.IDENTITY_KINDS, empty=_("none shown")), required=False
    )
    identity_number = text(_("Identity number"), 24, hint=_("kept encrypted; pages show it masked"))
    short_name = text(_("Short name"), 60, hint=_("what people call it"))
    industry_code = text(_("Trade"), 6, hint=_("code of GB/T 4754"))
    contact_name = text(_("Name of the contact"), 60, required=True, missing=_("Enter whom to call."))
    role = forms.ChoiceField(label=_("Role"), choices=choose(words.ROLES))
    phone = text(_("Phone"), 24, required=True, missing=_("Enter a phone number."), inputmode="tel")
    email = text(_("Mail"), 80, inputmode="email")
    office = text(pgettext_lazy("office of a contact", "Office"), 60)
    reason = text(_("Why another customer"), 200, hint=_("needed only if somebody looks the same"))

    groups = (
        (_("Who"), PERSON_FIELDS),
        (_("Contact"), CONTACT_FIELDS),
        (_("Account"), SUPPLY_FIELDS),
        (_("Place"), PLACE_FIELDS),
    )
