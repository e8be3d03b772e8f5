"""Forms of what hangs on a customer."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.customers.models import Contact
from dianke.domain.customers.types import EquipmentCondition
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.customers.entry_forms import text
from dianke.interfaces.web.customers.form_pages import DateInput, choose

FILE_HINT = _("PDF, JPEG, PNG, WebP or plain text, up to 20 MB")


def day(label: Any, *, required: bool = True, hint: Any = "") -> forms.DateField:
    """Return a field of a day."""
    return forms.DateField(label=label, required=required, help_text=hint, widget=DateInput())


def time_of_day(label: Any) -> forms.TimeField:
    """Return a field of a time that may be empty."""
    return forms.TimeField(label=label, required=False, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}))


class ContactForm(forms.Form):
    """A person to reach."""

    name = text(_("Name"), 60, required=True, missing=_("Enter whom to call."))
    role = forms.ChoiceField(label=_("Role"), choices=choose(words.ROLES))
    phone = text(_("Phone"), 24, inputmode="tel")
    email = text(_("Mail"), 80, inputmode="email")
    office = text(pgettext_lazy("office of a contact", "Office"), 60)
    note = text(_("Note"), 200)
    preferred = forms.BooleanField(label=_("first to call"), required=False)
    is_decision_maker = forms.BooleanField(label=pgettext_lazy("picture", "decision maker"), required=False)
    birthday = day(pgettext_lazy("of a contact", "Birthday"), required=False)
    channel = forms.ChoiceField(
        label=_("Wants to be reached by"), choices=choose(words.PREFERRED_CHANNELS, empty="–"), required=False
    )
    language = forms.ChoiceField(
        label=pgettext_lazy("of a contact", "Language"), choices=choose(words.LANGUAGES, empty="–"), required=False
    )
    quiet_from = time_of_day(_("Quiet from"))
    quiet_until = time_of_day(_("Quiet until"))
    do_not_disturb = forms.BooleanField(label=_("do not disturb"), required=False)

    def __init__(self, *args: Any, keeps_numbers: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        if keeps_numbers:
            for name in ("phone", "email", "birthday"):
                self.fields[name].help_text = _("empty: stays as it is")
        else:
            self.fields["phone"].required = True
            self.fields["phone"].error_messages["required"] = _("Enter a phone number.")


class ConsentForm(forms.Form):
    """What somebody agrees to."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=choose(words.PURPOSES))
    channel = forms.ChoiceField(label=_("How"), choices=choose(words.CHANNELS))
    contact = forms.ChoiceField(label=_("Who"), required=False)
    evidence = forms.FileField(label=_("Evidence"), required=False, help_text=FILE_HINT)

    def __init__(self, *args: Any, contacts: Sequence[Contact], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["contact"].choices = [  # type: ignore[attr-defined]
            ("", _("the customer")),
            *((str(one.pk), one.name) for one in contacts),
        ]


class MarkForm(forms.Form):
    """A mark with its proof."""

    kind = forms.ChoiceField(label=_("Kind of mark"), choices=choose(words.MARKS))
    persons = forms.IntegerField(
        label=_("Persons of the household"),
        min_value=0,
        max_value=99,
        required=False,
        help_text=_("for a household of many persons"),
    )
    start_date = day(_("From"))
    end_date = day(_("Until"), hint=_("the first day on which it no longer holds; it stands on the paper"))
    proof_number = text(_("Number of the paper"), 60)
    proof = forms.FileField(
        label=_("Proof"), help_text=FILE_HINT, error_messages={"required": _("A mark needs the paper that proves it.")}
    )
    note = text(_("Note"), 200)


class EndMarkForm(forms.Form):
    """When a mark ends, and why."""

    on = day(_("Ends on"), hint=_("the first day on which it no longer holds"))
    reason = text(_("Reason"), 200, required=True, missing=_("Say why it ends."))


class EquipmentForm(forms.Form):
    """A thing of the customer's own."""

    kind = forms.ChoiceField(label=_("Kind of equipment"), choices=choose(words.EQUIPMENT_KINDS))
    name = text(_("Name and model"), 80, required=True, missing=_("Enter what it is."))
    capacity_kw = forms.DecimalField(
        label=_("Capacity (kW)"), min_value=0, max_digits=12, decimal_places=3, required=False
    )
    quantity = forms.IntegerField(label=_("Number of pieces"), min_value=1, max_value=9999, initial=1, required=False)
    condition = forms.ChoiceField(label=_("Condition"))
    checked_date = day(_("Last check"), required=False)
    next_check_date = day(_("Next check"), required=False)
    start_seconds = forms.IntegerField(
        label=_("Starts within (s)"), min_value=0, max_value=86_400, required=False, help_text=_("of own supply")
    )
    interlock = forms.ChoiceField(
        label=_("Interlock"), choices=choose(words.INTERLOCKS, empty="–"), required=False, help_text=_("of own supply")
    )
    tested_date = day(_("Last test on load"), required=False, hint=_("of own supply"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["condition"].choices = list_conditions()  # type: ignore[attr-defined]


class CheckForm(forms.Form):
    """How equipment stood."""

    condition = forms.ChoiceField(label=_("Condition"))
    checked_date = day(_("Checked on"))
    next_check_date = day(_("Next check"), required=False)
    tested_date = day(_("Last test on load"), required=False, hint=_("of own supply"))

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["condition"].choices = list_conditions()  # type: ignore[attr-defined]


class AliasForm(forms.Form):
    """An old number."""

    number = text(_("Old number"), 30, required=True, missing=_("Enter the old number."))
    origin = text(_("Of which system"), 60)


class CustomerForm(forms.Form):
    """Plain facts of a customer."""

    short_name = text(_("Short name"), 60, hint=_("what people call it"))
    industry_code = text(_("Trade"), 6, hint=_("code of GB/T 4754"))


class DocumentForm(forms.Form):
    """A paper that is handed in."""

    kind = forms.ChoiceField(label=_("Kind"), choices=choose(words.DOCUMENT_KINDS))
    title = text(_("Title"), 120, hint=_("empty: the name of the file"))
    account = forms.ChoiceField(label=_("Account"), required=False)
    retention_until_date = day(_("Kept until"), required=False, hint=_("empty: for good"))
    file = forms.FileField(
        label=_("File"),
        help_text=FILE_HINT,
        error_messages={"required": _("Choose the file."), "empty": _("The file is empty.")},
    )

    def __init__(self, *args: Any, accounts: Sequence[str], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["account"].choices = [("", _("the customer as a whole")), *((one, one) for one in accounts)]  # type: ignore[attr-defined]


def list_conditions() -> list[tuple[str, Any]]:
    """Return the conditions of equipment as choices."""
    return [(one.value, state_chip("equipment", one.value).label) for one in EquipmentCondition]
