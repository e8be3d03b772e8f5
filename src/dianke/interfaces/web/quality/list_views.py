"""The work list of findings."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from dianke.domain.audits import rules
from dianke.domain.audits.queries import findings as queries
from dianke.domain.audits.types import FaultGroup, FindingState, Severity
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.filters import ChoiceFilter, DateRangeFilter, UnitFilter
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.lists import Column, ListSpec, register
from dianke.interfaces.web.components.page import Crumb
from dianke.interfaces.web.components.row_addresses import address_row
from dianke.interfaces.web.components.states import state_chip, state_label
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.quality import words
from dianke.interfaces.web.quality.bulk_acts import ACTIONS
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor

_UNSETTLED = [state for state in FindingState if state is not FindingState.DONE]
_NOBODY = "NOBODY"


@require_GET
@page_right("quality.view")
def list_findings(request: StaffRequest) -> HttpResponse:
    """List what is unsettled, filtered, sorted."""
    return render_list(request, FINDINGS)


def _rows(actor: Actor) -> QuerySet[Any]:
    return queries.filter_findings(actor=actor).filter(resolved_at=None)


def _search(actor: Actor, rows: QuerySet[Any], text: str) -> tuple[QuerySet[Any], bool]:
    return rows.filter(account_number=text), False


def _enrich(actor: Actor, rows: Sequence[Any]) -> None:
    names = Names(row.taken_by for row in rows)
    for row in rows:
        row.taker_name = names.of(row.taken_by)


def _narrow_group(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(rule__in=[rule.code for rule in rules.list_rules() if rule.group.value == value])


def _list_takers(actor: Actor) -> Sequence[tuple[str, Any]]:
    return [(actor.login, _("taken by me")), (_NOBODY, _("taken by nobody"))]


def _narrow_taker(rows: QuerySet[Any], value: str) -> QuerySet[Any]:
    return rows.filter(Q(taken_by="") if value == _NOBODY else Q(taken_by=value))


FINDINGS = register(
    ListSpec(
        name="quality.findings",
        title=_("Faults of the archive"),
        url_name="web:quality_findings",
        right="quality.view",
        crumbs=[Crumb(_("Customers")), Crumb(_("Archive quality"), reverse_lazy("web:quality"))],
        rows=_rows,
        row_url=lambda row: address_row("web:quality_finding", row.pk),
        sort="due",
        columns=[
            Column("number", _("Subject"), lambda row: row.subject_number, css="n", width=16),
            Column("subject", _("Kind"), lambda row: words.SUBJECTS[row.subject_label], css="nw", width=12),
            Column("rule", _("Fault"), lambda row: words.RULES.get(row.rule, row.rule), width=34),
            Column("detail", _("Detail"), lambda row: words.describe_detail(row.detail), width=44),
            Column("severity", _("Severity"), lambda row: state_chip("finding_severity", row.severity), width=10),
            Column("account", _("Account"), lambda row: row.account_number, css="n", width=13),
            Column("unit", _("Unit"), lambda row: row.unit.name, css="nw", width=20),
            Column("due", _("Due"), lambda row: row.due_date, order=("due_date",), css="n", width=12),
            Column("state", _("State"), lambda row: state_chip("finding", row.state), width=14),
            Column("taker", _("Taken by"), lambda row: row.taker_name, css="nw", width=12),
            Column("seen", _("First seen"), lambda row: row.first_seen_at, css="n", is_shown=False, width=18),
            Column("last", _("Last seen"), lambda row: row.last_seen_at, css="n", is_shown=False, width=18),
            Column("reason", _("Reason"), lambda row: row.reason, is_shown=False, width=40),
        ],
        filters=[
            ChoiceFilter(
                "group", _("Group"), [(one.value, words.GROUPS[one.value]) for one in FaultGroup], apply=_narrow_group
            ),
            ChoiceFilter("rule", _("Fault"), list(words.RULES.items())),
            ChoiceFilter(
                "severity",
                _("Severity"),
                lambda actor: [(one.value, state_label("finding_severity", one.value)) for one in Severity],
            ),
            ChoiceFilter(
                "state",
                _("State"),
                lambda actor: [(one.value, state_label("finding", one.value)) for one in _UNSETTLED],
            ),
            ChoiceFilter("taker", _("Taken by"), _list_takers, apply=_narrow_taker),
            UnitFilter(),
            DateRangeFilter("due", _("Due"), lookup="due_date"),
        ],
        search=_search,
        search_hint=_("Account number"),
        enrich=_enrich,
        actions=ACTIONS,
        count=lambda count: _now("%(count)s findings") % {"count": count},
        empty_title=_("The rules find nothing"),
        empty_text=_("They go through the archive every night."),
        empty_found_title=_("No finding fits"),
        empty_found_text=_("Take a filter out to see more."),
        help=[
            _("Each row is something in the archive that a rule holds for a fault."),
            _("Mend it where it stands; the next pass closes the finding by itself."),
            _("What is no fault is exempted: you ask, another person agrees."),
        ],
        brief=("rule", "detail", "severity", "due"),
        export_name="archive-quality",
    )
)
