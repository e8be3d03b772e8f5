"""What value calls things."""

from collections.abc import Callable
from decimal import Decimal

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dianke.domain.customers.types import ValueClass
from dianke.domain.valuation.models import CustomerRating
from dianke.domain.valuation.types import (
    AppealState,
    ApprovalPath,
    Basis,
    ClassReason,
    Criterion,
    GridField,
    Indicator,
    LifeStage,
    PolicyPriced,
    RunState,
    ServiceChannel,
    VersionState,
    VoltageGroup,
)
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import register_states

# What ratings may be used for.
PURPOSE: Text = pgettext_lazy("purpose", "service and offers by class")
CLASSES: dict[str, Text] = {
    ValueClass.VIP.value: pgettext_lazy("value", "VIP"),
    ValueClass.MAIN.value: pgettext_lazy("value", "Main"),
    ValueClass.ORDINARY.value: pgettext_lazy("value", "Ordinary"),
    ValueClass.SMALL.value: pgettext_lazy("value", "Small"),
}
CLASS_CHIPS: dict[str, str] = {"VIP": "run", "MAIN": "ok", "ORDINARY": "fact", "SMALL": "idle"}
GROUPS: dict[int, Text] = {
    VoltageGroup.LOW.value: _("Low voltage"),
    VoltageGroup.TEN_KV.value: _("10 kV"),
    VoltageGroup.HIGH.value: _("35 kV and above"),
}
STAGES: dict[str, Text] = {
    LifeStage.NEW.value: pgettext_lazy("life", "New"),
    LifeStage.GROWING.value: pgettext_lazy("life", "Growing"),
    LifeStage.STEADY.value: pgettext_lazy("life", "Steady"),
    LifeStage.DECLINING.value: pgettext_lazy("life", "Declining"),
    LifeStage.DORMANT.value: pgettext_lazy("life", "Dormant"),
    LifeStage.LEAVING.value: pgettext_lazy("life", "Leaving"),
}
STAGE_CHIPS: dict[str, str] = {
    "NEW": "run", "GROWING": "ok", "STEADY": "idle", "DECLINING": "warn", "DORMANT": "warn", "LEAVING": "bad",
}  # fmt: skip
FIELDS: dict[str, Text] = {
    GridField.KEEP.value: pgettext_lazy("value", "Keep"),
    GridField.GUARD.value: pgettext_lazy("value", "Guard"),
    GridField.GROW.value: pgettext_lazy("value", "Grow"),
    GridField.STANDARD.value: pgettext_lazy("value", "Standard"),
    GridField.NOT_JUDGED.value: pgettext_lazy("value", "Credit not judged"),
}
FIELD_TEXTS: dict[str, Text] = {
    GridField.KEEP.value: _("High value, sure credit: visits, offers, first in the queue"),
    GridField.GUARD.value: _("High value, unsure credit: serve well, secure the money"),
    GridField.GROW.value: _("Low value, sure credit: offers that raise it"),
    GridField.STANDARD.value: _("Low value, unsure credit: standard service, prepayment"),
    GridField.NOT_JUDGED.value: _("No credit grade yet"),
}
BASES: dict[str, Text] = {Basis.MARGIN.value: _("Cumulative margin"), Basis.REVENUE.value: _("Cumulative revenue")}
POLICY_PRICED: dict[str, Text] = {
    PolicyPriced.NEUTRAL.value: _("Together, their energy at the neutral network price"),
    PolicyPriced.APART.value: _("Apart, among themselves, without VIP"),
    PolicyPriced.AS_BILLED.value: _("Together, as their low price is billed"),
}
POLICY_HELP: dict[str, Text] = {
    PolicyPriced.NEUTRAL.value: _(
        "Switch in force: their energy counts at the network price of everybody else of their voltage."
    ),
    PolicyPriced.APART.value: _("Switch in force: they stand in a pyramid of their own, in which nobody is a VIP."),
    PolicyPriced.AS_BILLED.value: _("Switch in force: they count with the little that their low price leaves."),
}
CRITERIA: dict[int, Text] = {
    Criterion.CURRENT.value: _("Current value"),
    Criterion.PAYMENT.value: pgettext_lazy("value", "Payment"),
    Criterion.LOAD.value: _("Load quality"),
    Criterion.FUTURE.value: pgettext_lazy("value", "Future"),
}
INDICATORS: dict[int, Text] = {
    Indicator.ENERGY.value: _("Energy billed (kWh)"),
    Indicator.REVENUE.value: _("Revenue without funds (yuan)"),
    Indicator.MARGIN.value: _("Margin at the neutral price (yuan)"),
    Indicator.ON_TIME.value: _("Bills paid in time"),
    Indicator.DAYS_LATE.value: _("Mean days late, weighed by money"),
    Indicator.ARREARS.value: _("Overdue against revenue"),
    Indicator.LOAD_FACTOR.value: pgettext_lazy("value", "Load factor"),
    Indicator.VALLEY.value: _("Share of valley energy"),
    Indicator.POWER_FACTOR.value: _("Power factor above its standard"),
    Indicator.GROWTH.value: _("Growth a year, season taken out"),
    Indicator.CAPACITY_USE.value: _("Highest demand against capacity"),
    Indicator.TRADE.value: _("Growth of the trade"),
}
CHANNELS: dict[str, Text] = {
    ServiceChannel.MANAGER.value: _("Account manager"),
    ServiceChannel.PHONE.value: pgettext_lazy("service", "Phone"),
    ServiceChannel.ONLINE.value: pgettext_lazy("service", "Online"),
    ServiceChannel.COUNTER.value: pgettext_lazy("service", "Counter"),
}
APPROVALS: dict[str, Text] = {
    ApprovalPath.DIRECTOR.value: pgettext_lazy("service", "Head of marketing"),
    ApprovalPath.BRANCH.value: pgettext_lazy("service", "Branch"),
    ApprovalPath.STATION.value: pgettext_lazy("service", "Station"),
    ApprovalPath.STANDARD.value: pgettext_lazy("service", "By the rule alone"),
}
SERVICE_NAMES: dict[str, Text] = {
    "queue_place": _("Place in the queue"),
    "has_manager": _("Account manager"),
    "call_back_minutes": _("Call back within (minutes)"),
    "visit_days": _("Visit every (days)"),
    "channel": pgettext_lazy("service", "First channel"),
    "offers": pgettext_lazy("service", "Offers"),
    "approval": _("Who decides on exceptions"),
}

register_states(
    "valuation.version",
    {
        VersionState.PROPOSED.value: ("warn", pgettext_lazy("value", "Proposed")),
        VersionState.APPROVED.value: ("ok", pgettext_lazy("value", "Approved")),
        VersionState.REFUSED.value: ("idle", pgettext_lazy("value", "Refused")),
    },
)
register_states(
    "valuation.run",
    {
        RunState.GATHERING.value: ("run", _("Gathering facts")),
        RunState.RATING.value: ("run", _("Writing ratings")),
        RunState.DONE.value: ("ok", pgettext_lazy("value", "Done")),
    },
)
register_states(
    "valuation.appeal",
    {
        AppealState.OPEN.value: ("warn", pgettext_lazy("value", "Open")),
        AppealState.GRANTED.value: ("ok", pgettext_lazy("value", "Granted")),
        AppealState.REFUSED.value: ("idle", pgettext_lazy("value", "Refused")),
    },
)


def draw_class(code: str) -> Chip:
    """Return the chip of a class."""
    return Chip(CLASS_CHIPS.get(code, "idle"), CLASSES.get(code, formats.NONE))


def draw_stage(code: str) -> Chip:
    """Return the chip of a stage of life."""
    return Chip(STAGE_CHIPS[code], STAGES[code])


def write_reason(rating: CustomerRating, *, up_months: int, down_months: int) -> str:
    """Return in words why the class in force is what it is."""
    candidate, current = str(CLASSES[rating.candidate]), str(CLASSES[rating.value_class])
    # Down the pyramid more months must pass.
    order = list(CLASSES)
    is_up = order.index(rating.candidate) < order.index(rating.value_class)
    values = {
        "candidate": candidate, "class": current, "months": rating.stood_months,
        "needed": up_months if is_up else down_months, "before": str(CLASSES.get(rating.previous_class, "")),
    }  # fmt: skip
    texts: dict[str, Callable[[], str]] = {
        ClassReason.FIRST.value: lambda: _now("First rating: the class of the pyramid holds at once."),
        ClassReason.SAME.value: lambda: _now("The pyramid says the same class."),
        ClassReason.STOOD.value: lambda: (
            _now("From %(before)s to %(class)s: another class stood long enough, month after month.") % values
        ),
        ClassReason.PASSED_BORDER.value: lambda: (
            _now("From %(before)s to %(class)s at once: far beyond the border.") % values
        ),
        ClassReason.WAITS.value: lambda: (
            _now("The pyramid says %(candidate)s; month %(months)s of %(needed)s before the class changes.") % values
        ),
        ClassReason.HELD.value: lambda: (
            _now("A granted appeal holds the class; the pyramid says %(candidate)s.") % values
        ),
    }  # fmt: skip
    return texts[rating.reason]()


def write_figure(indicator: int, value: int | None) -> str:
    """Return the stored figure of an indicator."""
    if value is None:
        return formats.NONE
    if indicator == Indicator.ENERGY.value:
        return formats.number(value)
    if indicator in (Indicator.REVENUE.value, Indicator.MARGIN.value):
        return formats.fen(value)
    if indicator == Indicator.DAYS_LATE.value:
        return formats.number(Decimal(value).scaleb(-1), 1)
    return formats.percent(Decimal(value).scaleb(-4), 1)


def scale(value: int, places: int = 2) -> Decimal:
    """Return a figure that is stored as an integer."""
    return Decimal(value).scaleb(-places)
