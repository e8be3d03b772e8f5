"""The form that a paper is attached with."""

from django import forms
from django.utils.translation import gettext_lazy


class EvidenceForm(forms.Form):
    """A paper and what it is."""

    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("empty: the name of the file"),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    file = forms.FileField(
        label=gettext_lazy("File"), help_text=gettext_lazy("PDF, JPEG, PNG, WebP or plain text, up to 20 MB")
    )
