"""The figures and pictures of a training, as the page of the model shows them."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.domain.collection.models import RiskModelVersion
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.charts import Chart, Colour, Series
from dianke.interfaces.web.risk import words

_WEIGHTS = 15
_COLOURS: tuple[Colour, ...] = ("accent", "warn")


def draw_model(version: RiskModelVersion | None) -> dict[str, Any]:
    """Return the rows of figures, the steps by time, the two pictures, the weights and the grades of a training."""
    metrics: Mapping[str, Any] = version.metrics if version else {}
    models: Mapping[str, Any] = metrics.get("models", {})
    return {
        "models": [_list_figures(name, one, metrics) for name, one in models.items()],
        "rule": _list_rule(metrics) if models else None,
        "steps": _list_steps(models, metrics),
        "roc": _draw_roc(models, metrics) if models else None,
        "calibration": _draw_calibration(metrics, models) if models else None,
        "features": _list_features(metrics),
        "grades": _list_grades(metrics),
    }


def _list_figures(name: str, one: Mapping[str, Any], metrics: Mapping[str, Any]) -> dict[str, Any]:
    names = ("auc", "ks", "pr_auc", "brier", "brier_skill", "ece")
    return {
        "name": words.MODELS.get(name, name),
        "is_champion": name == metrics.get("champion"),
        "figures": [formats.number(one.get(key), 3) for key in names],
        "top": formats.percent(one.get("top_decile_amount"), 1),
    }


def _list_rule(metrics: Mapping[str, Any]) -> dict[str, Any]:
    rule = metrics["rule"]
    return {"auc": formats.number(rule["auc"], 3), "top": formats.percent(rule["top_decile_amount"], 1)}


def _list_steps(models: Mapping[str, Any], metrics: Mapping[str, Any]) -> list[dict[str, Any]]:
    champion = models.get(metrics.get("champion", ""), {})
    return [
        {
            "cutoff": one["cutoff"],
            "trained": formats.number(one["trained_rows"]),
            "trained_bad": formats.number(one["trained_bad"]),
            "rows": formats.number(one["rows"]),
            "bad": formats.number(one["bad"]),
            "auc": formats.number(one.get("auc"), 3),
            "gain": formats.signed(gain, 3),
        }
        for one, gain in zip(champion.get("steps", []), metrics.get("gains", []), strict=True)
    ]


def _draw_roc(models: Mapping[str, Any], metrics: Mapping[str, Any]) -> Chart:
    first = next(iter(models.values()))["roc"]
    series = [
        Series(words.MODELS.get(name, name), [round(true * 100, 1) for _false, true in one["roc"]], "line", colour)
        for (name, one), colour in zip(models.items(), _COLOURS, strict=False)
    ]
    rule = Series(
        words.BASES["RULE"],
        [round(true * 100, 1) for _false, true in metrics["rule"]["roc"]],
        "line",
        "quiet",
        dashed=True,
    )
    return Chart(
        labels=[f"{false * 100:.0f}%" for false, _true in first],
        series=[*series, rule],
        unit="%",
        decimals=1,
        description=_now("Late payers found, by the share of others that is taken for late"),
        label_name=_("Others taken for late"),
        height_px=260,
    )


def _draw_calibration(metrics: Mapping[str, Any], models: Mapping[str, Any]) -> Chart:
    tenths = models[metrics["champion"]]["calibration"]
    return Chart(
        labels=[str(at + 1) for at in range(len(tenths))],
        series=[
            Series(_("said"), [round(said * 100, 2) for said, _came, _rows in tenths], "line", "quiet", dashed=True),
            Series(_("came"), [round(came * 100, 2) for _said, came, _rows in tenths], "bar", "accent"),
        ],
        unit="%",
        decimals=1,
        description=_now("Late payers said and come, by tenths of the accounts"),
        label_name=_("Tenth"),
        height_px=260,
    )


def _list_features(metrics: Mapping[str, Any]) -> list[tuple[Any, str, float]]:
    weights = metrics.get("weights", [])[:_WEIGHTS]
    most = max((weight for _name, weight in weights), default=1) or 1
    return [
        (words.FEATURES.get(name, name), formats.number(weight, 3), round(weight / most * 100))
        for name, weight in weights
    ]


def _list_grades(metrics: Mapping[str, Any]) -> list[tuple[str, str, str, str]]:
    return [
        (code, formats.number(one["rows"]), formats.number(one["bad"]), formats.percent(one["bad"] / one["rows"]))
        for code, one in sorted(metrics.get("grades", {}).items())
    ]
