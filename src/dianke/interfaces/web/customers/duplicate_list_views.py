"""Likenesses that wait: merged one by one, or said to be two, several at once."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from dianke.application.archive import merging
from dianke.application.archive.merging import MERGE
from dianke.domain.customers.queries.details import list_open_suspicions
from dianke.domain.customers.rules.duplicates import ALMOST_SURE
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.bulk import BulkAction, BulkPlan
from dianke.interfaces.web.components.filters import ChoiceFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.customers import duplicate_words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


class ReasonForm(forms.Form):
    """Why the likenesses are two customers each; kept in the trail."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


@require_GET
@page_right(MERGE)
def list_duplicates(request: StaffRequest) -> HttpResponse:
    """List the likenesses that somebody put off, the surest first."""
    return render_list(request, DUPLICATES)


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(row.noted_by for row in rows)
    for row in rows:
        row.noter_name = names.of(row.noted_by)


def _narrow_sureness(rows: Any, value: str) -> Any:
    return rows.filter(score__gte=ALMOST_SURE) if value == "SURE" else rows.filter(score__lt=ALMOST_SURE)


def _settle(actor: Actor, rows: Sequence[Any], values: dict[str, Any]) -> str:
    ids = [row.pk for row in rows]
    count = merging.settle_suspicions(actor=actor, ids=ids, reason=values["reason"], at=SystemClock().now())
    return ngettext(
        "Noted: %(count)s likeness is two customers.", "Noted: %(count)s likenesses are two customers each.", count
    ) % {"count": count}


DUPLICATES = register(
    ListSpec(
        name="customers.duplicates",
        title=_("Possible duplicates"),
        url_name="web:duplicates",
        right=MERGE,
        crumbs=[Crumb(_("Customers"))],
        rows=lambda actor: list_open_suspicions(actor=actor, right=MERGE),
        row_url=lambda row: reverse("web:customer_merge", args=[row.other.number, row.customer.number]),
        sort="-likeness",
        columns=[
            Column("entered", _("Entered"), lambda row: duplicate_words.name_with_number(row.customer), width=30),
            Column("other", _("Looks like"), lambda row: duplicate_words.name_with_number(row.other), width=30),
            Column(
                "likeness",
                _("Likeness"),
                lambda row: duplicate_words.describe_score(row.score, row.reasons),
                # Few likenesses wait at a time, so that sorting them needs no index.
                order=("score",),
                width=34,
            ),
            Column("reason", _("Reason"), lambda row: row.reason, width=30),
            Column("noter", _("Noted by"), lambda row: row.noter_name, css="nw", width=12),
            Column("noted", _("Noted at"), lambda row: row.noted_at, order=("noted_at",), css="n", width=18),
            Column("unit", _("Unit"), lambda row: row.customer.unit.name, css="nw", is_shown=False, width=20),
        ],
        filters=[
            ChoiceFilter(
                "sureness",
                _("Likeness"),
                [("SURE", _("almost sure")), ("UNSURE", _("to be compared"))],
                apply=_narrow_sureness,
            ),
            UnitFilter(lookup="customer__unit"),
        ],
        enrich=_enrich,
        actions=[
            BulkAction(
                key="two",
                label=_("They are two"),
                right=MERGE,
                plan=lambda actor, rows: BulkPlan(rows),
                carry_out=_settle,
                consequence=lambda count: (
                    _now("You say of %(count)s likenesses that each is two customers; they are not asked about again.")
                    % {"count": count}
                ),
                form=ReasonForm,
            )
        ],
        count=lambda count: _now("%(count)s likenesses") % {"count": count},
        empty_title=_("Nothing waits"),
        empty_text=_("Likenesses that a clerk put off at the counter stand here."),
        help=[_("Customers that were entered although another looked the same. Merge them, or say they are two.")],
        brief=("other", "likeness"),
        export_name="duplicates",
    )
)
