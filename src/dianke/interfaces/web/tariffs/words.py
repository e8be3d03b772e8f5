"""What kinds, columns and policy values of tariffs are called."""

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.tariffs.types import PlanKind, PolicyFact, PriceColumn, Structure
from dianke.interfaces.web.billing import words as billing_words
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states

register_states(
    "tariff_version",
    {
        "IN_FORCE": ("ok", pgettext_lazy("price", "In force")),
        "PAST": ("idle", _("Ended")),
        "COMING": ("run", _("Coming")),
        "WITHDRAWN": ("idle", _("Withdrawn")),
        "PROPOSED": ("warn", _("To be approved")),
        "REJECTED": ("bad", _("Rejected")),
    },
)
register_states(
    "tariff_change",
    {
        "ADDED": ("ok", pgettext_lazy("difference", "added")),
        "REMOVED": ("bad", pgettext_lazy("difference", "removed")),
        "CHANGED": ("run", pgettext_lazy("difference", "changed")),
    },
)

KINDS: dict[PlanKind, Text] = {
    PlanKind.COMMERCIAL_INDUSTRIAL: _("Commercial and industrial"),
    PlanKind.RESIDENTIAL: _("Residential"),
    PlanKind.AGRICULTURAL: _("Agricultural"),
    PlanKind.TRANSMISSION_DISTRIBUTION: _("Transmission and distribution"),
}

COLUMNS: dict[PriceColumn, Text] = {
    PriceColumn.SHARP: pgettext_lazy("short", "sharp"),
    PriceColumn.PEAK: pgettext_lazy("short", "peak"),
    PriceColumn.FLAT: pgettext_lazy("short", "flat"),
    PriceColumn.VALLEY: pgettext_lazy("short", "valley"),
    PriceColumn.DEEP: pgettext_lazy("short", "deep valley"),
    PriceColumn.DEMAND: _("demand, yuan/kW·month"),
    PriceColumn.CAPACITY: _("capacity, yuan/kVA·month"),
}

GRADES: dict[str, Text] = {
    "A": _("official text or number"),
    "B": _("two independent sources agree"),
    "C": _("one secondary source"),
    "S": _("stated by a source article"),
    "K": _("background knowledge, unconfirmed"),
    "P": _("our own convention, unconfirmed"),
}

# From what a customer chooses to how the bill is rounded and taxed.
POLICIES: dict[str, Text] = {
    "TWO_PART_THRESHOLD_KVA": _("Two-part price from"),
    "CHOICE_LOW_KVA": _("Choice between single and two parts above"),
    "CONTRACT_DEMAND_FLOOR_RATIO": _("Floor of contract demand"),
    "CONTRACT_DEMAND_BAND_RATIO": _("Band of contract demand"),
    "DEMAND_EXCESS_MULTIPLE": _("Multiple of demand above the band"),
    "DEMAND_EXCESS_BASE": _("Charged besides the excess"),
    "LOAD_FACTOR_DISCOUNT_KWH_PER_KVA": _("Load-factor discount from"),
    "LOAD_FACTOR_DISCOUNT_RATIO": _("Load-factor discount: charged"),
    "MODE_CHANGE_NOTICE_WORKING_DAYS": _("Notice to change the basic-charge mode"),
    "MODE_CHANGE_EFFECTIVE": _("A new basic-charge mode holds"),
    "CONTRACT_DEMAND_CHANGE_NOTICE_WORKING_DAYS": _("Notice to change contract demand"),
    "PRORATION_DAYS": _("Days of a billing month"),
    "SUSPENSION_MIN_DAYS": _("Suspension, days at least"),
    "SUSPENSION_MAX_TIMES_PER_YEAR": _("Suspension, times a year at most"),
    "SUSPENSION_MAX_MONTHS_PER_YEAR": _("Suspension, months a year at most"),
    "POWER_FACTOR_FROM_KVA": _("Power factor assessed from"),
    "POWER_FACTOR_HIGH_ABOVE_KVA": _("Standard 0.90 above"),
    "POWER_FACTOR_STANDARD_HIGH": _("High power-factor standard"),
    "POWER_FACTOR_STANDARD_MIDDLE": _("Middle power-factor standard"),
    "POWER_FACTOR_STANDARD_LOW": _("Low power-factor standard"),
    "POWER_FACTOR_BASE": _("Base of the power-factor adjustment"),
    "LOAD_SHAPE_FACTOR_ONE_SHIFT": _("Load shape of copper loss, one shift"),
    "LOAD_SHAPE_FACTOR_TWO_SHIFTS": _("Load shape of copper loss, two shifts"),
    "LOAD_SHAPE_FACTOR_THREE_SHIFTS": _("Load shape of copper loss, three shifts"),
    "AGENCY_PURCHASE_RETURN_MULTIPLE": _("Purchase price of customers back from the market"),
    "QUANTITY_DECIMALS": _("Decimals of billed energy"),
    "VAT_RATIO": _("Value-added tax"),
}

POLICIES_OF_HOMES = {"QUANTITY_DECIMALS", "VAT_RATIO"}

_POLICY_TEXTS: dict[str, Text] = {
    "contract": _("the contract value"),
    "band": _("the band"),
    "next_billing_month": _("from the next billing month"),
    "without_funds": _("without funds"),
    "with_funds": _("with funds"),
}

_POLICY_UNITS: dict[str, Text] = {
    "yuan": _("yuan"),
    "day": _("days"),
    "month": _("months"),
    "time": _("times"),
    "digit": _("decimals"),
}

_MONTHS_A_YEAR = 12
_MULTIPLES = ("_MULTIPLE", "_SHIFT", "_SHIFTS")
_FRACTIONS = ("POWER_FACTOR_STANDARD",)


def name_policy(fact: PolicyFact) -> str:
    """Return what a policy value is called."""
    return str(POLICIES.get(fact.code, fact.code))


def write_policy(fact: PolicyFact) -> str:
    """Return a policy value with its unit: 5 days, 40%, 3 times, per mille a day."""
    if fact.number is None:
        return str(_POLICY_TEXTS.get(fact.text, fact.text))
    plain = f"{fact.number:f}"
    if fact.unit != "ratio":
        return f"{plain} {_POLICY_UNITS.get(fact.unit, fact.unit)}".strip()
    if fact.code.endswith("_MULTIPLE"):
        return _now("%(value)s times") % {"value": plain}
    if fact.code.endswith(_MULTIPLES) or fact.code.startswith(_FRACTIONS):
        return plain
    return f"{(fact.number * 100).normalize():f}%"


def name_finding(where: str) -> str:
    """Return where a printed figure differs from its parts: SINGLE <1kV flat in words of the sheet."""
    return " ".join(_name_token(token) for token in where.split())


def _name_token(token: str) -> str:
    if token in Structure.__members__:
        return str(billing_words.STRUCTURES[token])
    if token in billing_words.PERIODS:
        return str(billing_words.PERIODS[token])
    return billing_words.format_voltage(token) if token.endswith("kV") else billing_words.name_part(token)


def name_months(months: tuple[int, ...]) -> str:
    """Return 1–6, 9–12 of months in their order."""
    if len(months) == _MONTHS_A_YEAR:
        return _now("all year")
    spans: list[list[int]] = []
    for month in months:
        if spans and month == spans[-1][1] + 1:
            spans[-1][1] = month
        else:
            spans.append([month, month])
    shown = _now(", ").join(f"{first}–{last}" if first != last else str(first) for first, last in spans)
    return _now("months %(months)s") % {"months": shown}
