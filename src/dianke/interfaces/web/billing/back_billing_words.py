"""What the kinds and facts of back-billing are called."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text

KINDS: dict[str, Text] = {
    "meter_error": _("Meter out of tolerance"),
    "wrong_wiring": _("Wrong wiring"),
    "wrong_multiplier": _("Wrong multiplier"),
    "fuse": _("Blown fuse of the voltage circuit"),
    "theft": _("Theft of electricity"),
    "breach": _("Breach of the rules of use"),
}
ACTS: dict[str, Text] = {
    "class_change": _("dearer use on a cheaper price, or class changed without leave"),
    "over_capacity_two_part": _("more than the contracted capacity, two-part"),
    "over_capacity_other": _("more than the contracted capacity, others"),
    "sealed_two_part": _("suspended or sealed equipment used, two-part"),
    "sealed_other": _("suspended or sealed equipment used, others"),
    "moved_device": _("metering or load-control device moved or operated"),
    "own_source": _("power brought in, given out or generated without leave"),
}
USERS: dict[str, Text] = {"power": _("power (12 h a day)"), "lighting": _("lighting (6 h a day)")}
FIELDS: dict[str, Text] = {
    "on": _("Day it was found"),
    "price": _("Price (yuan/kWh)"),
    "user": _("Kind of load"),
    "capacity_kw": _("Connected capacity (kW)"),
    "days": pgettext_lazy("back-billing", "Days"),
    "hours_per_day": pgettext_lazy("back-billing", "Hours a day"),
    "kwh": _("Energy (kWh)"),
    "multiple": _("Multiple of the penalty"),
    "act": _("Act of breach"),
    "price_paid": _("Price that was charged (yuan/kWh)"),
    "price_due": _("Price that was due (yuan/kWh)"),
    "kva": _("Capacity (kVA)"),
    "kw": _("Capacity (kW)"),
    "months": pgettext_lazy("back-billing", "Months"),
    "basic_price": _("Price of the capacity (yuan a month)"),
    "residential": _("Residential customer"),
    "recorded_kwh": _("Energy recorded (kWh)"),
    "error_ratio": _("Error of the meter"),
    "half_period": _("Share of the time"),
    "correction_factor": _("Correction factor G"),
    "used": _("Multiplier used"),
    "right": _("Right multiplier"),
    "normal_kwh": _("Energy of normal months (kWh)"),
}
HINTS: dict[str, Text] = {
    "on": _("decides the rules that apply"),
    "price": _("one price of all the bills, or their average; change it where another is due"),
    "capacity_kw": _("one kVA counts as one kW; leave it empty where the energy is known"),
    "days": _("empty: as the rules say, 180 days"),
    "hours_per_day": _("empty: as the rules say"),
    "multiple": _("empty: as the rules say"),
    "kva": _("used without leave; either kVA or kW"),
    "months": _("a part of a month in thirtieths"),
    "error_ratio": _("0.05 is 5 % fast, −0.05 is 5 % slow; write the minus as -"),
    "half_period": _("the rules: half of the time since the last verification"),
    "correction_factor": _("power when wired right over power when wired wrong"),
    "normal_kwh": _("the mean of up to three months before, for as many months"),
}
HALF: dict[str, Text] = {"": _("as the rules say"), "true": _("half"), "false": _("all of it")}
YES_NO: dict[str, Text] = {"": _("no"), "true": _("yes")}
CHOICES: dict[str, Mapping[str, Text]] = {"user": USERS, "act": ACTS, "half_period": HALF, "residential": YES_NO}


def name_value(name: str, value: Any) -> str:
    """Return the value of a fact as people write it."""
    if isinstance(value, bool):
        flags = HALF if name == "half_period" else {"true": YES_NO["true"], "false": YES_NO[""]}
        return str(flags["true" if value else "false"])
    return str(CHOICES.get(name, {}).get(value, value)).replace("-", "−" if name == "error_ratio" else "-")


def list_facts(case: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts of a case in words."""
    return [(str(title), name_value(name, case[name])) for name, title in FIELDS.items() if name in case]


def name_article(article: str, *, is_unconfirmed: bool) -> str:
    """Return the article that a rule set cites; one whose text is not confirmed goes by that of 1996."""
    numbers = {"numbers": article.removeprefix("arts ").removeprefix("art. ")}
    return (_now("by art. %(numbers)s of 1996") if is_unconfirmed else _now("art. %(numbers)s")) % numbers


def name_months(months: list[Any]) -> str:
    """Return the months that an order concerns: the first and the last."""
    first, last = formats.month(months[0]), formats.month(months[-1])
    return first if first == last else _now("%(first)s to %(last)s") % {"first": first, "last": last}
