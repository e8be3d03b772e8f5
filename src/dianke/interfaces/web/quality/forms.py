"""Forms of archive quality."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ExemptionForm(forms.Form):
    """Why it is no fault, and until when."""

    reason = forms.CharField(
        label=_("Why it is no fault"), max_length=200, widget=forms.TextInput(attrs={"class": "form-control"})
    )
    until = forms.DateField(
        label=_("Until"),
        help_text=_("At most a year; then the rule asks again."),
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )
