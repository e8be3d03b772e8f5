"""What is done with several findings at once: taken, given back, held to be no fault, agreed to."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from dianke.application.archive_quality import work
from dianke.domain.audits.types import FindingState
from dianke.interfaces.web.components.bulk import BulkAction, BulkPlan, Skipped
from dianke.interfaces.web.quality.forms import ExemptionForm
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_OPEN_TO_EXEMPTION = {FindingState.OPEN.value, FindingState.TAKEN.value}


class NoteForm(forms.Form):
    """Why the findings are agreed to be no fault; kept in the trail."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        widget=forms.TextInput(attrs={"class": "form-control", "autocomplete": "off"}),
    )


def _plan_taking(actor: Actor, rows: Sequence[Any]) -> BulkPlan:
    todo = [row for row in rows if row.state == FindingState.OPEN.value]
    return BulkPlan(todo, [Skipped(row, _("is not open")) for row in rows if row not in todo])


def _take(actor: Actor, rows: Sequence[Any], values: dict[str, Any]) -> str:
    count = work.take_findings(actor=actor, ids=[row.pk for row in rows], at=SystemClock().now())
    return ngettext("%(count)s finding is yours now.", "%(count)s findings are yours now.", count) % {"count": count}


def _plan_release(actor: Actor, rows: Sequence[Any]) -> BulkPlan:
    todo = [row for row in rows if row.state == FindingState.TAKEN.value and row.taken_by == actor.login]
    return BulkPlan(todo, [Skipped(row, _("is not taken by you")) for row in rows if row not in todo])


def _release(actor: Actor, rows: Sequence[Any], values: dict[str, Any]) -> str:
    count = work.release_findings(actor=actor, ids=[row.pk for row in rows])
    return ngettext("%(count)s finding was given back.", "%(count)s findings were given back.", count) % {
        "count": count
    }


def _plan_asking(actor: Actor, rows: Sequence[Any]) -> BulkPlan:
    todo = [row for row in rows if row.state in _OPEN_TO_EXEMPTION]
    skipped = [row for row in rows if row.state not in _OPEN_TO_EXEMPTION]
    return BulkPlan(todo, [Skipped(row, _("is settled, or an exemption was asked for")) for row in skipped])


def _ask(actor: Actor, rows: Sequence[Any], values: dict[str, Any]) -> str:
    count = work.ask_exemptions(actor=actor, ids=[row.pk for row in rows], at=SystemClock().now(), **values)
    return ngettext(
        "Another person decides whether %(count)s finding is no fault.",
        "Another person decides whether %(count)s findings are no faults.",
        count,
    ) % {"count": count}


def _plan_granting(actor: Actor, rows: Sequence[Any]) -> BulkPlan:
    todo, skipped = [], []
    for row in rows:
        if row.state != FindingState.EXEMPTION_ASKED.value:
            skipped.append(Skipped(row, _("no exemption was asked for")))
        elif row.asked_by in {actor.login, *actor.deputises_for}:
            skipped.append(Skipped(row, _("you asked for it: another person decides")))
        else:
            todo.append(row)
    return BulkPlan(todo, skipped)


def _grant(actor: Actor, rows: Sequence[Any], values: dict[str, Any]) -> str:
    count = work.grant_exemptions(actor=actor, ids=[row.pk for row in rows], at=SystemClock().now(), **values)
    return ngettext("%(count)s finding is no fault.", "%(count)s findings are no faults.", count) % {"count": count}


ACTIONS = [
    BulkAction(
        key="take",
        label=_("Take"),
        right=work.WORK,
        plan=_plan_taking,
        carry_out=_take,
        consequence=lambda count: _now("You take %(count)s findings; they stand in your work list.") % {"count": count},
    ),
    BulkAction(
        key="release",
        label=_("Give back"),
        right=work.WORK,
        plan=_plan_release,
        carry_out=_release,
        consequence=lambda count: _now("You give %(count)s findings back; others may take them.") % {"count": count},
    ),
    BulkAction(
        key="exempt",
        label=_("Ask for exemption"),
        right=work.WORK,
        plan=_plan_asking,
        carry_out=_ask,
        consequence=lambda count: (
            _now("You hold %(count)s findings to be no faults, for one reason; another person decides.")
            % {"count": count}
        ),
        form=ExemptionForm,
    ),
    BulkAction(
        key="grant",
        label=_("Agree: no fault"),
        right=work.EXEMPT,
        plan=_plan_granting,
        carry_out=_grant,
        consequence=lambda count: (
            _now("You agree that %(count)s findings are no faults until the days asked for.") % {"count": count}
        ),
        form=NoteForm,
    ),
]
