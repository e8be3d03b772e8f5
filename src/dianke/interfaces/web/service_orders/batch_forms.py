"""What is entered of a batch: its application with the list of places, and the lists and words of its parts."""

from datetime import date
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from dianke.domain.service_orders.types import AccountFacts, OrderKind
from dianke.interfaces.web.service_orders.accept_forms import OrderForm

_LISTS = {"accept": ".xlsx,.csv"}


class BatchForm(OrderForm):
    """The application of an estate: what every application says, and the list of its places."""

    def __init__(self, data: Any, files: Any, *, facts: AccountFacts, today: date) -> None:
        super().__init__(data, kind=OrderKind.BATCH, facts=facts, today=today)
        self.files = files or MultiValueDict()
        self.fields["voltage"].initial = "380V"
        self.fields["file"] = forms.FileField(label=_("List of places"), widget=forms.FileInput(attrs=_LISTS))
        self.fields["takes_good_rows"] = forms.BooleanField(
            label=_("Take the good rows alone, if some cannot stand"), required=False
        )


class MeterListForm(forms.Form):
    """The list of the meters that go up."""

    file = forms.FileField(label=_("List of meters"), widget=forms.FileInput(attrs=_LISTS))
    takes_good_rows = forms.BooleanField(label=_("Take the good rows alone, if some cannot stand"), required=False)
