"""What is done with several entries at once: given to somebody."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dianke.application import watching
from dianke.interfaces.web.components.bulk import BulkAction, BulkPlan, Skipped
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


class OwnerForm(forms.Form):
    """Who is to work on the entries."""

    login = forms.CharField(
        label=_("Log-in of who works on them"),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


def _plan(actor: Actor, rows: Sequence[Any]) -> BulkPlan:
    todo = [row for row in rows if row.is_living]
    return BulkPlan(todo, [Skipped(row, _("is closed")) for row in rows if not row.is_living])


def _assign(actor: Actor, rows: Sequence[Any], values: dict[str, Any]) -> str:
    count = watching.assign_entries(
        actor=actor, keys=[row.pk for row in rows], login=values["login"].strip(), at=SystemClock().now()
    )
    return ngettext("%(count)s entry changed hands.", "%(count)s entries changed hands.", count) % {"count": count}


ACTIONS = [
    BulkAction(
        key="assign",
        label=_("Give to somebody"),
        right=watching.MANAGE,
        plan=_plan,
        carry_out=_assign,
        consequence=lambda count: (
            _now("%(count)s entries become this person's; who had taken one gives it back.") % {"count": count}
        ),
        form=OwnerForm,
    ),
]
