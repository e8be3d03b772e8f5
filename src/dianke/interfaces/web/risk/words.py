"""What risk calls things."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from dianke.domain.collection.types import (
    RiskBasis,
    RiskMeasureKind,
    RiskMeasureState,
    RiskOutcome,
    RiskThing,
    RiskVerdict,
)
from dianke.engine.risk.model import ModelKind
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import register_states

GRADES = ("A", "B", "C", "D")
GROUPS: dict[str, Text] = {
    "PAYMENT": _("Payment in time"),
    "ARREARS": _("Arrears against a month's average"),
    "LAW": _("Breach of use and theft"),
    "STABILITY": _("Steadiness of use"),
    "PAPERS": _("Contract and papers"),
    "SECURITY": _("Prepayment, deposit, withholding"),
    "EXTERNAL": _("Credit from outside"),
}
BASES: dict[str, Text] = {
    RiskBasis.RULE.value: _("Rule score"),
    RiskBasis.MODEL.value: pgettext_lazy("risk", "Model"),
}
VERDICTS: dict[str, Text] = {
    RiskVerdict.IN_FORCE.value: _(
        "The model is in force: it told late payers better than the rule score, month by month."
    ),
    RiskVerdict.NOT_TRAINED.value: _("Nothing was trained yet; the rule score is in force."),
    RiskVerdict.TOO_FEW_BAD.value: _("Too few accounts went late to learn from; the rule score is in force."),
    RiskVerdict.TOO_SHORT.value: _("The history is too short to judge a model by time; the rule score is in force."),
    RiskVerdict.NO_GAIN.value: _(
        "The model is not better than the rule score in every month; the rule score is in force."
    ),
}
MODELS: dict[str, Text] = {
    ModelKind.SCORECARD.value: _("Scorecard (logistic regression)"),
    ModelKind.BOOSTED_TREES.value: _("Boosted trees"),
}
MEASURES: dict[str, Text] = {
    RiskMeasureKind.EARLY_REMINDER.value: _("Remind earlier"),
    RiskMeasureKind.SHORT_CYCLE.value: _("Read and bill more often"),
    RiskMeasureKind.PREPAY.value: _("Prepayment or fee control"),
    RiskMeasureKind.SECURITY.value: _("Guarantee or deposit"),
}
# What a measure leads to, and the button that leads there.
THINGS: dict[RiskThing, Text] = {
    RiskThing.STEP: pgettext_lazy("risk", "Step of dunning"),
    RiskThing.STAGED_TERMS: pgettext_lazy("risk", "Staged settlement"),
    RiskThing.INTERIM_CYCLE: pgettext_lazy("risk", "Cycle with interim readings"),
    RiskThing.FEE_CONTROL: pgettext_lazy("risk", "Agreement of fee control"),
    RiskThing.GUARANTEE: pgettext_lazy("risk", "Guarantee"),
    RiskThing.DEPOSIT: pgettext_lazy("risk", "Deposit"),
    RiskThing.INSTALMENTS: pgettext_lazy("risk", "Agreement on instalments"),
}
ACTS: dict[RiskThing, Text] = {
    RiskThing.STEP: _("Debts of the account"),
    RiskThing.STAGED_TERMS: _("Agree on settling several times a month"),
    RiskThing.INTERIM_CYCLE: _("Read several times a month"),
    RiskThing.FEE_CONTROL: _("Propose an agreement of fee control"),
    RiskThing.GUARANTEE: _("Record a guarantee"),
    RiskThing.DEPOSIT: _("Take a deposit"),
    RiskThing.INSTALMENTS: _("Agree on instalments"),
}
IN_FORCE = Chip("ok", pgettext_lazy("risk", "in force"))
WAITING = Chip("run", pgettext_lazy("risk", "waits for a decision"))
OUTCOMES: dict[str, Text] = {
    RiskOutcome.PAID_IN_TIME.value: pgettext_lazy("risk", "paid"),
    RiskOutcome.WENT_LATE.value: pgettext_lazy("risk", "went late"),
    RiskOutcome.NOT_BILLED.value: pgettext_lazy("risk", "no bill fell due"),
}
GRADE_CHIPS = {"A": "ok", "B": "idle", "C": "warn", "D": "bad"}
FEATURES: dict[str, Text] = {
    "scale_log": _("size of the monthly bill"),
    "use_latest": _("latest bill against the average"),
    "use_mean": _("mean bill against the average"),
    "use_most": _("highest bill against the average"),
    "use_trend": _("course of the bills"),
    "use_spread": _("how much bills differ"),
    "open_ratio": _("open debt in months"),
    "cover_ratio": _("money held in months"),
    "paid_ratio_1": _("paid of the latest bill"),
    "paid_ratio_2": _("paid of the bill before"),
    "paid_ratio_3": _("paid of the third bill back"),
    "paid_ratio_mean": _("paid of the bills on average"),
    "paid_ratio_least": _("paid of the worst bill"),
    "paid_mean": _("mean payment against the average bill"),
    "paid_latest": _("payment of the latest bill against the average"),
    "unpaid_share": _("unpaid share of the year's bills"),
    "delay_1": _("delay of the latest bill (months)"),
    "delay_2": _("delay of the bill before (months)"),
    "delay_3": _("delay of the third bill back (months)"),
    "delay_4": _("delay of the fourth bill back (months)"),
    "delay_5": _("delay of the fifth bill back (months)"),
    "delay_6": _("delay of the sixth bill back (months)"),
    "late_count": _("late bills in twelve months"),
    "late_weighted": _("share of late bills, the latest counting most"),
    "delay_weighted": _("mean delay, the latest counting most (months)"),
    "delay_mean": _("mean delay (months)"),
    "delay_most": _("longest delay (months)"),
    "long_delays": _("bills later than a month"),
    "late_in_a_row": _("latest bills late in a row"),
    "cycles_since_late": _("bills since the last late one"),
    "delay_course": _("course of the delays (months)"),
    "cycles_known": _("bills known"),
}
_COUNTS = frozenset({"late_count", "long_delays", "late_in_a_row", "cycles_since_late", "cycles_known"})
_SHARES = frozenset(
    {"paid_ratio_1", "paid_ratio_2", "paid_ratio_3", "paid_ratio_mean", "paid_ratio_least", "unpaid_share"}
    | {"late_weighted"}
)

register_states(
    "collection.risk_measure",
    {
        RiskMeasureState.PROPOSED.value: ("warn", pgettext_lazy("risk", "Proposed")),
        RiskMeasureState.ACCEPTED.value: ("run", pgettext_lazy("risk", "Accepted")),
        RiskMeasureState.REFUSED.value: ("idle", pgettext_lazy("risk", "Refused")),
        RiskMeasureState.DONE.value: ("ok", pgettext_lazy("risk", "Done")),
    },
)


def scale(value: int, places: int) -> Decimal:
    """Return a figure that is stored as an integer."""
    return Decimal(value).scaleb(-places)


def write_reason(reason: str) -> str:
    """Return a stored reason in words with its figure."""
    name, _sign, figure = reason.partition("=")
    value = int(figure)
    if name in GROUPS:
        return _now("%(group)s: %(points)s points lost") % {
            "group": GROUPS[name],
            "points": formats.number(scale(value, 2), 1),
        }
    return pgettext("risk", "%(feature)s: %(value)s") % {
        "feature": FEATURES.get(name, name),
        "value": _write(name, value),
    }


def write_reasons(reasons: list[str]) -> str:
    """Return stored reasons in one line."""
    return pgettext("risk", "; ").join(write_reason(one) for one in reasons)


def _write(name: str, value_e3: int) -> str:
    if name in _COUNTS:
        return formats.number(round(value_e3 / 1000))
    if name in _SHARES:
        return formats.percent(scale(value_e3, 3))
    return formats.number(scale(value_e3, 3), 2)


def write_points(figures: dict[str, int]) -> dict[str, str]:
    """Return for each group of the rule score the figures behind its points, in words."""
    writers: dict[str, Callable[[dict[str, int]], str]] = {
        "PAYMENT": _write_payment,
        "ARREARS": lambda one: (
            _now("%(months)s average months overdue")
            % {"months": formats.number(scale(one["arrears_months_e2"], 2), 2)}
        ),
        "LAW": lambda one: (
            _now("theft %(thefts)s, breach of use %(breaches)s in two years")
            % {"thefts": one["thefts"], "breaches": one["breaches"]}
        ),
        "STABILITY": _write_stability,
        "PAPERS": _write_papers,
        "SECURITY": _write_security,
        "EXTERNAL": lambda _one: _now("no source yet; left out, the others are scaled to 100"),
    }
    return {group: write(figures) for group, write in writers.items()}


def _write_payment(one: dict[str, int]) -> str:
    if not one["bills_due"]:
        return _now("no bill was due yet")
    return _now("%(late)s of %(due)s bills late, %(days)s days on average; the latest counting most: %(share)s") % {
        "late": one["late_count"],
        "due": one["bills_due"],
        "days": formats.number(scale(one["mean_days_e1"], 1), 1),
        "share": formats.percent(scale(one["late_share_e4"], 4)),
    }


def _write_stability(one: dict[str, int]) -> str:
    if one["spread_e4"] < 0:
        return _now("too few bills to tell; left out")
    return _now("energy differs by %(spread)s, the last three months lie %(fall)s lower") % {
        "spread": formats.percent(scale(one["spread_e4"], 4)),
        "fall": formats.percent(scale(one["fall_e4"], 4)),
    }


def _write_papers(one: dict[str, int]) -> str:
    contract = _now("contract on file") if one["has_contract"] else _now("no contract on file")
    papers = _now("other papers on file") if one["has_papers"] else _now("no other papers on file")
    return f"{contract}{pgettext('risk', '; ')}{papers}"


def _write_security(one: dict[str, int]) -> str:
    cover = _now("%(share)s of a month held") % {"share": formats.percent(scale(one["cover_e4"], 4))}
    mandate = _now("withholding agreed") if one["has_mandate"] else _now("no withholding")
    return f"{cover}{pgettext('risk', '; ')}{mandate}"
