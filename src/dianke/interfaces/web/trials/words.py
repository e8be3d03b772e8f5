"""What trials are called."""

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "bill_trial",
    {
        "QUEUED": ("run", _("Waiting")),
        "RUNNING": ("run", _("Calculating")),
        "DONE": ("ok", _("Done")),
        "FAILED": ("bad", _("Failed")),
        "CANCELLED": ("idle", _("Cancelled")),
    },
)

# In the order of the page.
DIMENSIONS: dict[str, Text] = {
    "usage_class": _("By class of use"),
    "voltage": _("By voltage"),
    "industry": _("By industry"),
    "unit": _("By unit"),
}


def name_class(code: str) -> str:
    """Return a class of use in words; none is all of them."""
    return str(billing_words.USAGE_CLASSES.get(code, code)) if code else _now("all classes")


def name_label(dimension: str, code: str, units: dict[str, str]) -> str:
    """Return what a row of a table is called."""
    if dimension == "usage_class":
        return name_class(code)
    if dimension == "voltage":
        return billing_words.format_voltage(code)
    if dimension == "unit":
        return units.get(code, code)
    return code or _now("no industry")


def name_bin(place: dict[str, Any]) -> str:
    """Return a bin of the histogram: below −20%, −20 to −10%, unchanged."""
    low, high = place["from_percent"], place["to_percent"]
    if low == high == "0":
        return _now("unchanged")
    if low is None:
        return f"< {_sign(high)}%"
    if high is None:
        return f"> {_sign(low)}%"
    return f"{_sign(low)}…{_sign(high)}%"


def _sign(percent: str) -> str:
    if percent == "0":
        return percent
    return percent.replace("-", "−") if percent.startswith("-") else f"+{percent}"
