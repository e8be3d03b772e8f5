"""The tab of credit on the customer's page: grade, items, reasons, course, facts, notices, objections."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.application import credit
from dianke.application.credit.masking import is_masked, list_accusing_items
from dianke.domain.collection.models import RiskScore
from dianke.domain.collection.queries import risk
from dianke.domain.credit.models import CreditScore
from dianke.domain.credit.queries import facts as fact_queries
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.queries.demands import filter_demands
from dianke.domain.credit.queries.measures import find_measures
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.types import CreditKind, FactType, NoticeState, ObjectionState
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series, Threshold
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.credit import words
from dianke.interfaces.web.credit.lists import draw_fact_state
from dianke.interfaces.web.customers.account_frame import Viewed, customer_page, get_tab, refuse_tab, show_tab
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.identity.types import Actor

_COURSE, _FACTS, _PAPERS = 36, 50, 10
# Where each measure is carried out; the address of an account's page takes its number.
_WAYS = {
    "INSTALMENTS": ("web:agreement_new", "agreements.propose"),
    "PREPAY_OR_DEPOSIT": ("web:guarantee_new", "agreements.propose"),
    "WEEKLY_READING": ("web:reading_calendar", "readings.view_calendar"),
    "FEE_CONTROL": ("web:fee_control_agreement_new", "fee_control.agree"),
    "GUARANTEE": ("web:guarantee_new", "agreements.propose"),
}
_WITHOUT_ACCOUNT = frozenset({"web:reading_calendar"})


@customer_page
def show_credit(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show how a customer stands: grade and items, why, since when, and what is open."""
    if not viewed.actor.may(get_tab("credit").right):
        return refuse_tab(request, viewed, "credit")
    actor, customer = viewed.actor, viewed.customer
    path = customer.unit.path
    scores = queries.list_scores(actor=actor, customer_id=customer.pk, limit=_COURSE)
    last = scores[0] if scores else None
    notices = queries.filter_notices(actor=actor).filter(customer=customer).order_by("-as_of_date")[:_PAPERS]
    objections = list(queries.filter_objections(actor=actor).filter(customer=customer).order_by("-id")[:_PAPERS])
    facts = fact_queries.list_facts(actor=actor, customer_id=customer.pk, limit=_FACTS)
    values: dict[str, Any] = {
        "score": last,
        "grade": words.draw_grade(last.grade) if last else None,
        "points": words.write_points(words.scale(last.score_e2)) if last else "",
        "kind": words.KINDS[last.kind] if last else "",
        "items": _list_items(actor, last) if last else [],
        "reasons": [words.describe_reason(actor, one, path) for one in last.reasons] if last else [],
        "chart": _draw_course(scores) if len(scores) > 1 else None,
        "risk": _find_risk(viewed),
        "measures": _list_measures(viewed, last) if last else [],
        "facts": [
            (one, words.write_fact(actor, one.type, path), is_masked(actor, one.type, path), draw_fact_state(one))
            for one in facts
        ],
        "notices": [
            (one, state_chip("credit.notice", one.state), one.state == NoticeState.OPEN.value) for one in notices
        ],
        "objections": [(one, state_chip("credit.objection", one.state)) for one in objections],
        "demands": [
            (one, words.MEASURES[one.measure], state_chip("credit.demand", one.state))
            for one in filter_demands(actor=actor).filter(customer=customer).order_by("-id")[:_PAPERS]
        ],
        "fact_choices": words.list_fact_choices(actor, types=[one for one in FactType if one is not FactType.ARREAR]),
        "may_enter": actor.may(credit.ENTER),
        "may_object": actor.may(credit.ENTER) and not any(one.state == ObjectionState.OPEN.value for one in objections),
        "may_tell": actor.may(credit.MANAGE),
    }
    return show_tab(request, viewed, "credit", "credit/account.html", values)


def _list_items(actor: Actor, score: CreditScore) -> list[tuple[Any, str, str, float | None]]:
    """Return the items of a score: word, points, maximum, share; what only accusations move is masked."""
    kind, policy = CreditKind(score.kind), get_policy(on=score.as_of_date)
    is_seen = actor.may(credit.SENSITIVE, score.unit.path)
    hidden = frozenset() if is_seen else list_accusing_items(policy, kind)
    return [
        (
            words.ITEMS[item.code],
            words.HIDDEN if item.code in hidden else words.write_points(words.scale(points)),
            words.write_points(item.most),
            None if item.code in hidden else round(min(points / float(item.most * 100), 1.0) * 100, 1),
        )
        for item, points in zip(policy.items[kind], score.items_e2, strict=True)
    ]


def _draw_course(scores: Sequence[CreditScore]) -> Chart:
    shown = list(reversed(scores))
    policy = get_policy(on=shown[-1].as_of_date)
    return Chart(
        labels=[formats.day(one.as_of_date) for one in shown],
        series=[
            Series(pgettext_lazy("credit", "Score"), [one.score_e2 / 100 for one in shown], "line", "accent", step=True)
        ],
        thresholds=[Threshold(cut.code, float(cut.from_points)) for cut in policy.grades if cut.from_points > 0],
        decimals=1,
        description=_now("Credit score, run by run"),
        label_name=_("As of"),
    )


def _find_risk(viewed: Viewed) -> dict[str, Any] | None:
    """Return the statistical risk of the account's late payment, for whoever may see it: another thing than credit."""
    if viewed.account is None or not viewed.actor.may("collection.view"):
        return None
    found: list[RiskScore] = risk.list_scores(actor=viewed.actor, account_id=viewed.account.pk, limit=1)
    if not found:
        return None
    return {
        "score": formats.number(words.scale(found[0].score_e2), 1),
        "grade": found[0].grade,
        "probability": formats.percent(Decimal(found[0].probability_e6).scaleb(-6)),
        "day": formats.day(found[0].run.as_of_date),
    }


def _list_measures(viewed: Viewed, score: CreditScore) -> list[tuple[Any, str]]:
    """Return what the grade asks for today, each with the way to where it is done."""
    return [
        (words.MEASURES[one.value], _find_way(viewed, one.value))
        for one in find_measures(grade=score.grade, on=viewed.today).measures
    ]


def _find_way(viewed: Viewed, measure: str) -> str:
    """Return the address where a measure is carried out, if the reader may go there."""
    name, right = _WAYS.get(measure, ("", ""))
    if not name or viewed.account is None or not viewed.actor.may(right):
        return ""
    return reverse(name) if name in _WITHOUT_ACCOUNT else reverse(name, args=[viewed.account.number])
