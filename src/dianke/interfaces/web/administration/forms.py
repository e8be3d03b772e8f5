"""Forms of staff, posts, units and one's own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application.rights import RIGHTS
from dianke.interfaces.web.administration import words
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor, Department
from dianke.platform.org import queries as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

_REQUIRED = {"required": _("This is needed.")}


class _DateInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def list_units_of(actor: Actor, right: str) -> list[Unit]:
    """Return the units where the actor holds a right, parents first."""
    return [unit for unit in org.list_units(actor=actor) if actor.may(right, unit.path)]


def unit_choices(units: list[Unit]) -> list[tuple[str, str]]:
    """Return units as choices, set in by their place in the tree."""
    least = min((unit.path.count("/") for unit in units), default=0)
    return [(unit.code, "　" * (unit.path.count("/") - least) + unit.name) for unit in units]


class PersonForm(forms.Form):
    """A person: name and home unit."""

    name = forms.CharField(label=pgettext_lazy("person", "Name"), max_length=40, error_messages=_REQUIRED)
    unit_code = forms.ChoiceField(
        label=_("Home unit"), help_text=_("Where the person works. What they reach is decided by their posts.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = list_units_of(actor, "staff.manage")
        self.fields["unit_code"].choices = unit_choices(units)  # type: ignore[attr-defined]


class ChangePersonForm(PersonForm):
    """A person who is there: the phone of their desk too."""

    office_phone = forms.CharField(
        label=_("Phone of the desk"),
        max_length=20,
        required=False,
        help_text=_("Customers whom the person looks after are given it at counters."),
    )
    field_order = ("name", "office_phone", "unit_code")


class NewPersonForm(PersonForm):
    """A new person: their login too."""

    login = forms.RegexField(
        label=_("Staff number"),
        regex=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,39}$",
        max_length=40,
        help_text=_("Letters, digits, point, dash; it never changes. The trail names the person by it."),
        error_messages={**_REQUIRED, "invalid": _("Letters, digits, point and dash only, two at least.")},
    )
    field_order = ("login", "name", "unit_code")


class AssignmentForm(forms.Form):
    """A post for a person, at a unit, from a day on."""

    post_code = forms.ChoiceField(label=_("Post"))
    unit_code = forms.ChoiceField(label=_("For the unit and everything below"))
    start = forms.DateField(label=_("First day"), widget=_DateInput(), error_messages=_REQUIRED)
    last_date = forms.DateField(
        label=_("Last day"), widget=_DateInput(), required=False, help_text=_("Empty: until it is ended.")
    )

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        posts = identity.list_posts(actor=actor)
        units = list_units_of(actor, "staff.manage")
        self.fields["post_code"].choices = [(p.code, words.name_post(p)) for p in posts]  # type: ignore[attr-defined]
        self.fields["unit_code"].choices = unit_choices(units)  # type: ignore[attr-defined]


class DeputyForm(forms.Form):
    """Who stands in for a person, from when to when, and why."""

    deputy_login = forms.ChoiceField(label=_("Deputy"))
    start = forms.DateField(label=_("First day"), widget=_DateInput(), error_messages=_REQUIRED)
    last_date = forms.DateField(label=_("Last day"), widget=_DateInput(), error_messages=_REQUIRED)
    reason = forms.CharField(label=_("Reason"), max_length=200, error_messages=_REQUIRED)

    def __init__(self, *args: Any, actor: Actor, absent_login: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = identity.find_staff(actor=actor, right="staff.manage", active=True).order_by("login")
        self.fields["deputy_login"].choices = [  # type: ignore[attr-defined]
            (person.login, f"{person.name} ({person.login})")
            for person in people
            if person.login not in {absent_login, actor.login}
        ]


class PostForm(forms.Form):
    """A post: its words and its rights."""

    name = forms.CharField(label=_("Name in Chinese"), max_length=40, error_messages=_REQUIRED)
    name_en = forms.CharField(label=_("Name in English"), max_length=60, required=False)
    department = forms.ChoiceField(label=_("Department"), choices=words.list_choices(words.DEPARTMENTS, leave_out=[""]))
    rights = forms.MultipleChoiceField(choices=[(right, right) for right in RIGHTS], required=False)

    def clean_department(self) -> Department:
        """Return the department itself."""
        return Department(self.cleaned_data["department"])


class NewPostForm(PostForm):
    """A new post: its code too."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[A-Z][A-Z0-9_]{1,29}$",
        max_length=30,
        help_text=_("Capital letters, digits and underscores; it never changes."),
        error_messages={**_REQUIRED, "invalid": _("Capital letters, digits and underscores only, two at least.")},
    )
    field_order = ("code", "name", "name_en", "department", "rights")


class NewUnitForm(forms.Form):
    """A new unit below another."""

    code = forms.RegexField(
        label=_("Code"),
        regex=r"^[A-Za-z0-9][A-Za-z0-9-]{0,19}$",
        max_length=20,
        error_messages={**_REQUIRED, "invalid": _("Letters, digits and dashes only, twenty at most.")},
    )
    name = forms.CharField(label=_("Name"), max_length=80, error_messages=_REQUIRED)
    kind = forms.ChoiceField(
        label=_("Kind"), choices=words.list_choices(words.UNIT_KINDS, leave_out=[UnitKind.UTILITY.value])
    )
    parent_code = forms.ChoiceField(label=_("Below"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = list_units_of(actor, "org.manage")
        self.fields["parent_code"].choices = unit_choices(units)  # type: ignore[attr-defined]

    def clean_kind(self) -> UnitKind:
        """Return the kind itself."""
        return UnitKind(self.cleaned_data["kind"])


class UnitNameForm(forms.Form):
    """Another name of a unit."""

    name = forms.CharField(label=_("Name"), max_length=80, error_messages=_REQUIRED)


class UnitPlaceForm(forms.Form):
    """Another place of a unit in the tree."""

    parent_code = forms.ChoiceField(label=_("Below"))
    reason = forms.CharField(label=_("Reason"), max_length=200, error_messages=_REQUIRED)

    def __init__(self, *args: Any, actor: Actor, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = list_units_of(actor, "org.manage")
        # A unit cannot stand below itself, and where it stands now is no move.
        fitting = [one for one in units if not one.path.startswith(unit.path) and one.pk != unit.parent_id]
        self.fields["parent_code"].choices = unit_choices(fitting)  # type: ignore[attr-defined]


class PasswordForm(forms.Form):
    """A new password of one's own choice."""

    old_password = forms.CharField(
        label=_("Present password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages=_REQUIRED,
    )
    password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages=_REQUIRED,
    )
    again = forms.CharField(
        label=_("New password again"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages=_REQUIRED,
    )

    def clean(self) -> dict[str, Any]:
        """Refuse two passwords that differ."""
        given = super().clean() or {}
        if given.get("password") != given.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return given


class OwnPasswordForm(forms.Form):
    """The present password, before the second step of the log-in is changed."""

    old_password = forms.CharField(
        label=_("Present password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages=_REQUIRED,
    )


class LanguageForm(forms.Form):
    """The language that a person reads."""

    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
