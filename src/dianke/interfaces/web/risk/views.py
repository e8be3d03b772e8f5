"""Risk: the watch list, one account, the models and the last run."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from dianke.application import risk
from dianke.application.risk.gathering import gather, look_back
from dianke.domain.collection.models import RiskModelVersion, RiskRun, RiskScore
from dianke.domain.collection.queries import risk as queries
from dianke.domain.collection.rules.risk_history import add_months
from dianke.domain.collection.rules.risk_rules import get_rules
from dianke.domain.collection.rules.risk_score import FIGURES, GROUPS, UNKNOWN
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.queries.accounts import get_account
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.list_views import render_list
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.risk import words
from dianke.interfaces.web.risk.model_figures import draw_model
from dianke.interfaces.web.risk.watch_list import WATCHED, draw_grade
from dianke.kernel.clock import SystemClock, to_shanghai

_RUNS, _MEASURES = 26, 20


@require_GET
@page_right(risk.VIEW)
def list_watched(request: StaffRequest) -> HttpResponse:
    """List the watched accounts, the largest expected loss first."""
    return render_list(request, WATCHED)


@require_GET
@page_right(risk.VIEW)
def show_account(request: StaffRequest, number: str) -> HttpResponse:
    """Show the risk of an account: points, probability, reasons, its course, and how it paid for twelve months."""
    account = get_account(actor=request.actor, number=number)
    if account is None:
        raise Http404
    scores = queries.list_scores(actor=request.actor, account_id=account.pk, limit=_RUNS)
    measures = queries.filter_measures(actor=request.actor).filter(account_id=account.pk).order_by("-id")[:_MEASURES]
    values = {
        "page": _head_of_account(account, scores),
        "account": account,
        "score": scores[0] if scores else None,
        "figures": _list_figures(scores[0]) if scores else [],
        "points": _list_points(scores[0]) if scores else [],
        "reasons": [words.write_reason(one) for one in scores[0].reasons] if scores else [],
        "basis": words.BASES[scores[0].run.basis] if scores else "",
        "chart": _draw_course(scores) if len(scores) > 1 else None,
        "strip": _draw_strip(account),
        "measures": [
            (one, words.MEASURES[one.kind], state_chip("collection.risk_measure", one.state, quiet=True))
            for one in measures
        ],
    }
    return render(request, "risk/account.html", values)


@require_GET
@page_right(risk.VIEW)
def show_model(request: StaffRequest) -> HttpResponse:
    """Show what is in force and why, what the last run came to, and how good the models are."""
    actor = request.actor
    run, version = queries.get_last_run(actor=actor), queries.get_last_training(actor=actor)
    precisions = queries.list_precisions(actor=actor)
    values: dict[str, Any] = {
        "page": _head_of_model(version),
        "run": run,
        "version": version,
        "verdict": words.VERDICTS[run.verdict if run else version.verdict if version else "NOT_TRAINED"],
        "figures": _list_run_figures(run) if run else [],
        "units": queries.list_unit_risks(actor=actor),
        "precisions": [
            (words.MEASURES[one.kind], state_chip("collection.risk_measure", one.state, quiet=True), one)
            for one in precisions
        ],
        "trainings": [
            (one, words.MODELS.get(one.kind, "–"), one.metrics.get("models", {}).get(one.kind, {}).get("auc"))
            for one in queries.list_trainings(actor=actor, limit=12)
        ],
        "weights": _list_weights(),
    }
    return render(request, "risk/model.html", values | draw_model(version))


def _list_figures(score: RiskScore) -> list[Figure]:
    probability = words.scale(score.probability_e6, 6)
    return [
        Figure(
            pgettext_lazy("risk", "Score"),
            formats.number(words.scale(score.score_e2, 2), 1),
            of="/ 100",
            context=_now("grade %(grade)s") % {"grade": score.grade},
            ratio=score.score_e2 / 10_000,
        ),
        Figure(_("Late within three cycles"), formats.percent(probability), context=words.BASES[score.run.basis]),
        Figure(
            _("Exposure (yuan)"),
            formats.fen(score.exposure_fen),
            context=_now("of it overdue %(amount)s") % {"amount": formats.fen(score.overdue_fen)},
        ),
        Figure(
            _("Expected loss (yuan)"),
            formats.fen(score.expected_loss_fen),
            context=_("probability × uncovered exposure × loss given default"),
        ),
    ]


def _list_points(score: RiskScore) -> list[tuple[Any, ...]]:
    """Return group, points, weight and the figures behind them."""
    weights = get_rules(on=score.run.as_of_date).score.weights
    written = words.write_points(dict(zip(FIGURES, score.figures, strict=True)))
    return [
        (
            words.GROUPS[group],
            None if points == UNKNOWN else formats.number(words.scale(points, 2), 2),
            weights[group],
            written[group],
        )
        for group, points in zip(GROUPS, score.points_e2, strict=True)
    ]


def _draw_course(scores: Sequence[RiskScore]) -> Chart:
    shown = list(reversed(scores))
    return Chart(
        labels=[formats.day(one.run.as_of_date) for one in shown],
        series=[
            Series(pgettext_lazy("risk", "Score"), [one.score_e2 / 100 for one in shown], "line", "accent"),
            Series(
                _("Late within three cycles (%)"), [one.probability_e6 / 10_000 for one in shown], "line", "bad",
                dashed=True,
            ),
        ],
        decimals=1,
        description=_now("Score and probability, run by run"),
        label_name=_("As of"),
    )  # fmt: skip


def _draw_strip(account: CustomerAccount) -> list[tuple[str, str, str, Chip | None]]:
    """Return of each of the last twelve months what fell due, what of it was paid, and how late."""
    today = to_shanghai(SystemClock().now()).date()
    rules = get_rules(on=today)
    block = gather(first=account.pk, last=account.pk, until=today + timedelta(days=1), months=rules.history_months + 2)
    seen = look_back(block, on=today, rules=rules)
    strip: list[tuple[str, str, str, Chip | None]] = []
    for back in range(rules.history_months):
        month = formats.month(add_months(today.replace(day=1), -back))
        if not seen.has_bill[0, back]:
            strip.append((month, "–", "–", None))
            continue
        billed, paid, days = (int(column[0, back]) for column in (seen.billed_fen, seen.paid_fen, seen.days_late))
        strip.append((month, formats.fen(billed), formats.fen(paid), _draw_days(days, is_open=paid < billed)))
    return strip


def _draw_days(days: int, *, is_open: bool) -> Chip:
    if not days:
        return Chip("run", _("not due yet")) if is_open else Chip("ok", _("in time"))
    words_of_days = _now("%(days)s days late") % {"days": days}
    return Chip("bad" if is_open or days > get_rules(on=_today()).late_days else "warn", words_of_days)


def _today() -> Any:
    return to_shanghai(SystemClock().now()).date()


def _list_run_figures(run: RiskRun) -> list[Figure]:
    moved = formats.number(words.scale(run.stability_e4, 4), 3) if run.stability_e4 is not None else "–"
    grades = " · ".join(f"{grade} {formats.number(run.grades.get(grade, 0))}" for grade in words.GRADES)
    return [
        Figure(
            pgettext_lazy("risk", "In force"),
            str(words.BASES[run.basis]),
            context=run.model.number if run.model else "",
        ),
        Figure(_("Accounts scored"), formats.number(run.scored_count), context=grades),
        Figure(_("Watched"), formats.number(run.watched_count), url=reverse("web:risk")),
        Figure(
            _("Expected loss (yuan)"),
            formats.fen(run.expected_loss_fen),
            context=_now("of %(amount)s exposed") % {"amount": formats.fen(run.exposure_fen)},
        ),
        Figure(_("Drift since training (PSI)"), moved, context=_("above 0.1: train anew")),
    ]


def _list_weights() -> list[tuple[Any, int, bool]]:
    weights = get_rules(on=_today()).score.weights
    return [(words.GROUPS[group], weights[group], group == "EXTERNAL") for group in GROUPS]


def _head_of_account(account: CustomerAccount, scores: Sequence[RiskScore]) -> Page:
    facts = [account.customer.name, account.unit.name]
    if scores:
        facts.append(_now("as of %(day)s") % {"day": formats.day(scores[0].run.as_of_date)})
    return Page(
        title=_("Risk of an account"),
        number=account.number,
        facts=facts,
        crumbs=[Crumb(_("Collection of debts")), Crumb(_("Watch list of risk"), reverse("web:risk"))],
        chips=[draw_grade(scores[0].grade)] if scores else [],
        menu_url=reverse("web:risk"),
        help=[
            _("The score is of the risk of late payment; it is not the credit grade of the customer."),
            _("Groups that nothing is known of are left out, and the others are scaled to 100."),
        ],
    )


def _head_of_model(version: RiskModelVersion | None) -> Page:
    return Page(
        title=_("Model of risk"),
        number=version.number if version else "",
        facts=[_now("trained on %(day)s") % {"day": formats.day(version.as_of_date)}] if version else [],
        crumbs=[Crumb(_("Collection of debts"))],
        menu_url=reverse("web:risk_model"),
        help=[
            _("Models learn from months whose outcome is known and are judged on later ones, never on their own."),
            _("Nothing of the person goes in: no age, sex, family, place, name or mark."),
            _("A model is used only with 500 late payers or more, and only where it beats the rule score every month."),
        ],
    )
