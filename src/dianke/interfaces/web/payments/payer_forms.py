"""Forms by which somebody asks for a collective payer or for a change of one."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.receivables.types import PayerChangeKind
from dianke.interfaces.web.payments import payer_words as words

_TEXT = {"autocomplete": "off"}
_MOST = 500
_APART = re.compile(r"[\s,;，；、]+")


class ChangeForm(forms.Form):
    """Which accounts a payer takes on or gives up from a day on, or that it ends."""

    kind = forms.ChoiceField(
        label=_("What"),
        choices=[(code, word) for code, word in words.KINDS.items() if code != PayerChangeKind.NEW.value],
    )
    accounts = forms.CharField(
        label=_("Accounts"), required=False, widget=forms.Textarea(attrs={**_TEXT, "rows": 6, "class": "n"}),
        help_text=_("Account numbers, one a line, in the order in which they are paid. Not needed for an end."),
    )  # fmt: skip
    effective_date = forms.DateField(
        label=_("Takes effect on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(label=_("Reason"), max_length=300, widget=forms.TextInput(attrs=_TEXT))

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, initial={"effective_date": today})

    def clean_accounts(self) -> list[str]:
        """Return the numbers, each once."""
        numbers = list(dict.fromkeys(one for one in _APART.split(self.cleaned_data["accounts"]) if one))
        if len(numbers) > _MOST:
            raise forms.ValidationError(_now("At most %(most)s accounts at once.") % {"most": _MOST})
        return numbers


class PayerForm(ChangeForm):
    """What a new payer shall be, and for which accounts it shall pay."""

    number = forms.CharField(label=_("Number"), max_length=20, widget=forms.TextInput(attrs={**_TEXT, "class": "n"}))
    name = forms.CharField(label=pgettext_lazy("customer", "Name"), max_length=120, widget=forms.TextInput(attrs=_TEXT))
    account = forms.CharField(
        label=_("Own account"), max_length=20,
        widget=forms.TextInput(attrs={**_TEXT, "class": "n", "inputmode": "numeric"}),
        help_text=_("What is left of its payments stands on this account, whose bills it pays too."),
    )  # fmt: skip
    spread = forms.ChoiceField(label=_("Order of payment"), choices=list(words.SPREADS.items()))

    field_order = ("number", "name", "account", "spread", "accounts", "effective_date", "reason")

    def __init__(self, data: Any, *, today: date) -> None:
        super().__init__(data, today=today)
        del self.fields["kind"]
        self.fields["accounts"].label = _("Other accounts")
        self.fields["accounts"].help_text = _("Account numbers, one a line, in the order in which they are paid.")
