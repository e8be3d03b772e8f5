"""The table of points, open to everybody, and the table of measures by grade: proposed by one, approved by another."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import credit
from dianke.domain.credit.models import MeasureTable
from dianke.domain.credit.queries.measures import find_proposed_table, get_measures, list_tables
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.rules.measures import GradeMeasures
from dianke.domain.credit.rules.policy import Policy
from dianke.domain.credit.types import CreditKind, MadeGood, Measure
from dianke.interfaces.web.access import open_to_staff, page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.components.page import Crumb, Page, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.credit import words
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import SystemClock, parse_date


@require_GET
@open_to_staff
def show_policy(request: StaffRequest) -> HttpResponse:
    """Show which fact costs how many points, which total gives which grade, and what a grade asks for."""
    actor = request.actor
    today = timezone.localdate(SystemClock().now())
    policy, measures = get_policy(on=today), get_measures(on=today)
    proposed = find_proposed_table(actor=actor)
    names = Names([proposed.proposed_by] if proposed else [])
    values = {
        "page": _head(policy),
        "policy": policy,
        "table": words.describe_policy(policy),
        "lighting": [
            (words.ITEMS[one.code], words.write_points(one.most)) for one in policy.items[CreditKind.LIGHTING]
        ],
        "grades": _list_grades(policy),
        "switches": _list_switches(policy),
        "measures": [_describe_measures(one) for one in measures.grades.values()],
        "measures_from": measures.valid_from,
        "edited": [
            (
                one.grade,
                one.reminder_days_earlier,
                [(m.value, words.MEASURES[m.value], m in one.measures) for m in Measure],
            )
            for one in measures.grades.values()
        ],
        "proposed": proposed,
        "proposed_by": names.of(proposed.proposed_by) if proposed else "",
        "proposed_rows": _compare(proposed, measures.as_content()) if proposed else [],
        "history": [
            (one, state_chip("credit.measures", one.state, quiet=True))
            for one in list_tables(actor=actor)
            if proposed is None or one.pk != proposed.pk
        ],
        "may_propose": actor.may(credit.MANAGE) and proposed is None,
        "may_decide": proposed is not None
        and actor.may(credit.APPROVE_MEASURES)
        and proposed.proposed_by != actor.login,
        "today": today,
    }
    return render(request, "credit/policy.html", values)


@require_POST
@page_right(credit.MANAGE)
def propose_measures(request: StaffRequest) -> HttpResponse:
    """Propose what each grade asks for from a day on."""

    def act() -> object:
        return credit.propose_measures(
            actor=request.actor,
            valid_from=parse_date(str(request.POST.get("valid_from", "")), field="valid_from"),
            content={grade: _read_grade(request, grade) for grade in words.GRADES},
            note=str(request.POST.get("note", ""))[:300],
            at=SystemClock().now(),
        )

    return carry_out(request, act, done=_now("Another person decides on it now."), back=reverse("web:credit_policy"))


@require_POST
@page_right(credit.APPROVE_MEASURES)
def decide_measures(request: StaffRequest) -> HttpResponse:
    """Approve or refuse the table that somebody else proposed."""
    is_approved = request.POST.get("decision") == "approve"
    reason, at = str(request.POST.get("reason", ""))[:300], SystemClock().now()
    return carry_out(
        request,
        partial(credit.decide_measures, actor=request.actor, is_approved=is_approved, reason=reason, at=at),
        done=_now("Approved.") if is_approved else _now("Refused."),
        back=reverse("web:credit_policy"),
    )


def _read_grade(request: StaffRequest, grade: str) -> dict[str, Any]:
    return {
        "reminder_days_earlier": str(request.POST.get(f"days_{grade}", "0")) or "0",
        "measures": request.POST.getlist(f"measures_{grade}"),
    }


def _describe_measures(one: GradeMeasures) -> tuple[Any, str, list[Text]]:
    days = one.reminder_days_earlier
    earlier = _now("%(days)s days earlier") % {"days": days} if days else _now("as usual")
    return words.draw_grade(one.grade), earlier, [words.MEASURES[m.value] for m in one.measures]


def _compare(table: MeasureTable, now: Mapping[str, Any]) -> list[tuple[Any, str, list[Text], bool]]:
    return [
        (
            words.draw_grade(grade),
            str(one["reminder_days_earlier"]),
            [words.MEASURES[code] for code in one["measures"]],
            one != now.get(grade),
        )
        for grade, one in ((grade, table.content[grade]) for grade in words.GRADES)
    ]


def _list_grades(policy: Policy) -> list[tuple[Any, str]]:
    cuts = policy.grades
    bounds = [_now("%(points)s and more") % {"points": words.write_points(cuts[0].from_points)}]
    bounds += [
        _now("%(low)s to below %(high)s")
        % {"low": words.write_points(low.from_points), "high": words.write_points(high.from_points)}
        for high, low in pairwise(cuts)
    ]
    bounds[-1] += _now("; or payment or law at 0")
    return [(words.draw_grade(cut.code), bound) for cut, bound in zip(cuts, bounds, strict=True)]


def _list_switches(policy: Policy) -> list[tuple[Text, Text]]:
    """Return how the policy decides what the table of points leaves open."""
    yes, no = _("yes"), _("no")
    made_good: Text = (
        _("paid in the calendar month after")
        if policy.made_good is MadeGood.IN_FOLLOWING_MONTH
        else _("paid at the latest in the calendar month after")
    )
    return [
        (_("Bonuses lift an item above its maximum"), yes if policy.allow_overflow else no),
        (_("Levels of one fact add up"), yes if policy.levels_add_up else no),
        (_("Arrears in a row and months lasting"), _("the worst level reached counts, levels never add up")),
        (_("An arrear counts as made good"), made_good),
        (
            _("An arrear still open counts however old it is"),
            yes if policy.is_open_arrear_always_counted else no,
        ),
        (_("Items never judged have"), _now("%(share)s of their points") % {"share": f"{policy.not_judged_share:.0%}"}),
        (_("Days after the due date before a bill is an arrear"), str(policy.grace_days)),
        (_("Days to object"), str(policy.objection_days)),
        (_("Working days to answer"), str(policy.answer_working_days)),
    ]


def _head(policy: Policy) -> Page:
    return Page(
        title=_("Table of points"),
        number=policy.code,
        facts=[_now("in force from %(day)s") % {"day": policy.valid_from.isoformat()}],
        crumbs=[Crumb(_("Credit and value"))],
        menu_url=reverse("web:credit_policy"),
        help=[
            _("The grade of a customer is computed from dated facts by this table, and from nothing else."),
            _("Points and maxima are those of the source; what it leaves open is decided by switches shown here."),
        ],
    )
