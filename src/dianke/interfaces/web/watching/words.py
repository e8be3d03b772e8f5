"""What watch lists call things, and how reasons are said in words and numbers."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from dianke.application.watching.masking import MASKED
from dianke.domain.watching.queries.facts import NO_CAPACITY, NO_FACTS, NO_LAST_YEAR, NO_MONTH, NO_SCORING
from dianke.domain.watching.rules.signs import EPOCH
from dianke.domain.watching.types import (
    BACKGROUND,
    EntryResult,
    EntryState,
    PolicyState,
    ReasonCode,
    WatchAction,
    WatchLevel,
    WatchList,
)
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.states import register_states
from dianke.interfaces.web.credit.words import MASKED as SENSITIVE
from dianke.interfaces.web.risk.words import write_reason as write_cause

LISTS: dict[str, Text] = {
    WatchList.FALLING_USE.value: _("Falling use"),
    WatchList.IDLE_CAPACITY.value: _("Idle capacity"),
    WatchList.ARREARS_RISK.value: _("Risk of arrears"),
    WatchList.LEAVING.value: _("Likely to leave"),
    WatchList.COMPLAINTS.value: _("Prone to complain"),
}
ABOUT: dict[str, Text] = {
    WatchList.FALLING_USE.value: _("use of a month far below the same month of last year, the change of the class out"),
    WatchList.IDLE_CAPACITY.value: _("highest demand of the last months far below the capacity of own transformers"),
    WatchList.ARREARS_RISK.value: _("accounts that the weekly scoring of risk watches"),
    WatchList.LEAVING.value: _("asked for closing or less capacity, own generation, the market, filings of suspension"),
    WatchList.COMPLAINTS.value: _("repeated complaints, repair calls and calls"),
}
MISSING: dict[str, Text] = {
    NO_MONTH: _("no month was billed as a whole yet"),
    NO_LAST_YEAR: _("the same month of last year was not billed here"),
    NO_CAPACITY: _("no customer has a transformer of its own"),
    NO_SCORING: _("accounts were not scored for risk yet"),
    NO_FACTS: _("no facts of this kind are known; they come by the import of customer facts"),
}
ACTIONS: dict[str, Text] = {
    WatchAction.ASK_ABOUT_USE.value: _("Call and ask why use fell"),
    WatchAction.ADVISE_CAPACITY.value: _("Advise on less capacity or charging by demand"),
    WatchAction.FOLLOW_RISK.value: _("Look at the account's risk and agree on security"),
    WatchAction.VISIT_TO_KEEP.value: _("Visit and make an offer to stay"),
    WatchAction.CALL_BACK.value: _("Call back and settle the cause"),
}
RESULTS: dict[str, Text] = {
    EntryResult.RIGHT.value: _("Right, in time"),
    EntryResult.FALSE_ALARM.value: _("False alarm"),
    EntryResult.TOO_LATE.value: _("Right, but too late"),
}
REASONS: dict[str, Text] = {
    ReasonCode.YEAR_ON_YEAR.value: _("Month against last year"),
    ReasonCode.CLASS_CORRECTED.value: _("Against the change of the class"),
    ReasonCode.MONTHS_FALLING.value: _("Months in a row"),
    ReasonCode.QUARTER_FELL.value: _("Three months together"),
    ReasonCode.NOTHING_USED.value: _("Nothing used at all"),
    ReasonCode.DEMAND_OF_CAPACITY.value: _("Demand of capacity"),
    ReasonCode.ENERGY_OF_CAPACITY.value: _("Energy of capacity"),
    ReasonCode.CAPACITY_UNUSED.value: _("Capacity that stood unused"),
    ReasonCode.RISK_GRADE.value: _("Grade of risk"),
    ReasonCode.RISK_LOSS.value: _("Expected loss"),
    ReasonCode.RISK_CAUSE.value: _("Cause of risk"),
    ReasonCode.CLOSING_ASKED.value: _("Asked for closing"),
    ReasonCode.MARKET_MOVE.value: _("Move to the market"),
    ReasonCode.CAPACITY_CUT.value: _("Asked for less capacity"),
    ReasonCode.OWN_GENERATION.value: _("Own generation"),
    ReasonCode.SUSPENSIONS.value: _("Filings of suspension"),
    ReasonCode.CONTRACT_ENDS.value: _("Contract of the market ends"),
    ReasonCode.COMPLAINTS.value: _("Complaints"),
    ReasonCode.REPAIR_CALLS.value: _("Repair calls"),
    ReasonCode.CALLS.value: _("Calls"),
    ReasonCode.DISSATISFIED.value: _("Dissatisfied"),
    ReasonCode.MONTH_BEFORE.value: _("Month against the month before"),
    ReasonCode.THREE_MONTHS.value: _("Three months together"),
    ReasonCode.FILINGS.value: _("Filings of suspension"),
    ReasonCode.COMPLAINTS_TOLD.value: _("Complaints"),
    ReasonCode.CONTRACT_RUNS.value: _("Contract of the market"),
    ReasonCode.SATISFACTION.value: _("Satisfaction"),
    ReasonCode.USE_OF_YEAR.value: _("Use of twelve months"),
    ReasonCode.ACCOUNTS.value: _("Accounts"),
}
register_states(
    "watching.level",
    {
        WatchLevel.WATCH.value: ("warn", pgettext_lazy("watching", "Watch")),
        WatchLevel.ALARM.value: ("bad", pgettext_lazy("watching", "Alarm")),
    },
)
register_states(
    "watching.entry",
    {
        EntryState.OPEN.value: ("idle", pgettext_lazy("watching", "Open")),
        EntryState.TAKEN.value: ("run", pgettext_lazy("watching", "Taken")),
        EntryState.DONE.value: ("ok", pgettext_lazy("watching", "Done")),
        EntryState.DISMISSED.value: ("idle", pgettext_lazy("watching", "Dismissed")),
        EntryState.LAPSED.value: ("idle", pgettext_lazy("watching", "Lapsed")),
    },
)
register_states(
    "watching.result",
    {
        EntryResult.RIGHT.value: ("ok", RESULTS[EntryResult.RIGHT.value]),
        EntryResult.FALSE_ALARM.value: ("idle", RESULTS[EntryResult.FALSE_ALARM.value]),
        EntryResult.TOO_LATE.value: ("warn", RESULTS[EntryResult.TOO_LATE.value]),
    },
)
register_states(
    "watching.thresholds",
    {
        PolicyState.PROPOSED.value: ("run", pgettext_lazy("watching", "Proposed")),
        PolicyState.APPROVED.value: ("ok", pgettext_lazy("watching", "Approved")),
        PolicyState.REFUSED.value: ("bad", pgettext_lazy("watching", "Refused")),
        PolicyState.WITHDRAWN.value: ("idle", pgettext_lazy("watching", "Withdrawn")),
    },
)

GROUPS: dict[str, Text] = {"GENERAL": _("All lists"), **LISTS}
THRESHOLDS: dict[str, Text] = {
    "rest_days": _("Days of rest after an entry was closed"),
    "alarm_breaks_rest": _("An alarm is raised in spite of the rest of a watch (0 or 1)"),
    "lapse_runs": _("Runs without being seen until an entry lapses that nobody took"),
    "most_new": _("Most new entries of a list in a run"),
    "watch_percent": _("Fall for a watch (%)"),
    "alarm_percent": _("Fall for an alarm (%)"),
    "keep_percent": _("Fall that keeps an entry (%)"),
    "least_kwh": _("Least use in the month of last year (kWh)"),
    "class_corrected": _("The change of the class is taken out (0 or 1)"),
    "least_class": _("Least customers of a class to measure its change"),
    "months": _("Months looked at"),
    "least_kva": _("Least capacity (kVA)"),
    "watch_demand_percent": _("Demand of capacity below which it is a watch (%)"),
    "alarm_demand_percent": _("Demand of capacity below which it is an alarm (%)"),
    "keep_demand_percent": _("Demand of capacity that keeps an entry (%)"),
    "watch_energy_percent": _("Without demand: energy of capacity for a watch (%)"),
    "alarm_energy_percent": _("Without demand: energy of capacity for an alarm (%)"),
    "keep_energy_percent": _("Without demand: energy of capacity that keeps an entry (%)"),
    "alarm_probability_percent": _("Probability of paying late for an alarm (%)"),
    "closing_days": _("Days that asking for closing counts"),
    "market_days": _("Days that a move to the market counts"),
    "own_generation_days": _("Days that own generation counts"),
    "capacity_cut_days": _("Days that asking for less capacity counts"),
    "suspension_days": _("Days that filings of suspension count"),
    "suspensions": _("Filings of suspension that are a sign"),
    "contract_end_days": _("Days before a contract of the market ends"),
    "window_days": _("Days looked at"),
    "complaints": _("Complaints that are a sign"),
    "alarm_complaints": _("Complaints that are an alarm"),
    "repair_calls": _("Repair calls that are a sign"),
    "calls": _("Calls that are a sign"),
    "dissatisfied_from": _("Marks of satisfaction down from which it is told"),
    "watch_days": _("Days to work on a watch"),
    "alarm_days": _("Days to work on an alarm"),
}


def write_reason(reason: Mapping[str, Any]) -> str:
    """Return a reason in words and numbers; of one that is masked only that there is one."""
    if reason.get(MASKED):
        return str(SENSITIVE)
    writer = _WRITERS.get(str(reason["code"]))
    return writer(reason) if writer else str(REASONS.get(str(reason["code"]), reason["code"]))


def write_reasons(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Return all reasons in one line."""
    return "；".join(write_reason(one) for one in reasons)


def is_background(reason: Mapping[str, Any]) -> bool:
    """Tell whether a reason says what is known beside the signs; it raised nobody."""
    return reason["code"] in BACKGROUND


def write_first(reasons: Sequence[Mapping[str, Any]]) -> str:
    """Return the weightiest reason."""
    return write_reason(reasons[0]) if reasons else formats.NONE


def _write_year(one: Mapping[str, Any]) -> str:
    return _now("%(now)s kWh after %(before)s in the same month of last year, %(change)s") % {
        "now": formats.kwh_e2(one["now_kwh_e2"]), "before": formats.kwh_e2(one["before_kwh_e2"]),
        "change": _percent(one["change_e4"]),
    }  # fmt: skip


def _write_class(one: Mapping[str, Any]) -> str:
    return _now("its class moved by %(own)s; with that taken out %(left)s are left") % {
        "own": _percent(one["class_e4"]), "left": _percent(one["corrected_e4"]),
    }  # fmt: skip


def _write_months(one: Mapping[str, Any]) -> str:
    return _now("%(count)s months in a row far below last year") % {"count": one["months"]}


def _write_quarter(one: Mapping[str, Any]) -> str:
    return _now("the last three months together %(change)s") % {"change": _percent(one["change_e4"])}


def _write_demand(one: Mapping[str, Any]) -> str:
    return _now("highest demand %(demand)s kW of %(capacity)s kVA, %(share)s") % {
        "demand": formats.number(Decimal(one["demand_w"]) / 1000, 1),
        "capacity": formats.number(Decimal(one["capacity_va"]) / 1000, 0),
        "share": formats.percent(Decimal(one["share_e4"]) / 10_000),
    }  # fmt: skip


def _write_energy(one: Mapping[str, Any]) -> str:
    return _now("%(energy)s kWh, %(share)s of what the capacity could take") % {
        "energy": formats.kwh_e2(one["energy_kwh_e2"]), "share": formats.percent(Decimal(one["share_e4"]) / 10_000),
    }  # fmt: skip


def _write_unused(one: Mapping[str, Any]) -> str:
    return _now("%(capacity)s kVA stood unused for %(months)s months") % {
        "capacity": formats.number(Decimal(one["unused_va"]) / 1000, 0), "months": one["months"],
    }  # fmt: skip


def _write_grade(one: Mapping[str, Any]) -> str:
    return _now("grade of risk %(grade)s, pays late with a probability of %(probability)s") % {
        "grade": one["grade"], "probability": formats.percent(Decimal(one["probability_e6"]) / 1_000_000),
    }  # fmt: skip


def _write_loss(one: Mapping[str, Any]) -> str:
    return _now("expected loss %(amount)s yuan") % {"amount": formats.fen(one["loss_fen"])}


def _write_dated(text: Text) -> Callable[[Mapping[str, Any]], str]:
    return lambda one: str(text) % {
        "day": write_day(one["day"]), "count": one.get("count", ""), "days": one.get("days", ""),
    }  # fmt: skip


def _write_before(one: Mapping[str, Any]) -> str:
    return _now("%(now)s kWh after %(before)s in the month before") % {
        "now": formats.kwh_e2(one["now_kwh_e2"]), "before": formats.kwh_e2(one["before_kwh_e2"]),
    }  # fmt: skip


def _write_filings(one: Mapping[str, Any]) -> str:
    if not one["count"]:
        return _now("no filing of suspension within %(days)s days") % {"days": one["days"]}
    text = ngettext(
        "%(count)s filing of suspension within %(days)s days, last on %(day)s",
        "%(count)s filings of suspension within %(days)s days, last on %(day)s",
        one["count"],
    )
    return text % {"count": one["count"], "days": one["days"], "day": write_day(one["day"])}


def _write_satisfaction(one: Mapping[str, Any]) -> str:
    return _now("satisfaction %(value)s of 5 on %(day)s") % {
        "value": formats.number(Decimal(one["value_e2"]) / 100, 0), "day": write_day(one["day"]),
    }  # fmt: skip


def _write_year_use(one: Mapping[str, Any]) -> str:
    now, before = one["kwh_e2"], one["before_kwh_e2"]
    if before <= 0:
        return _now("%(now)s kWh billed in twelve months") % {"now": formats.kwh_e2(now)}
    change = formats.signed_percent((Decimal(now) / before - 1).quantize(Decimal("0.0001")))
    return _now("%(now)s kWh billed in twelve months, %(change)s against the twelve before") % {
        "now": formats.kwh_e2(now), "change": change,
    }  # fmt: skip


def _write_accounts(one: Mapping[str, Any]) -> str:
    text = ngettext("%(count)s open account", "%(count)s open accounts", one["count"]) % {"count": one["count"]}
    if not one["day"]:
        return text
    return _now("%(accounts)s, customer since %(day)s") % {"accounts": text, "day": write_day(one["day"])}


def write_day(days: int) -> str:
    """Return a day that is stored as days since 1970."""
    return formats.day(EPOCH + timedelta(days=days))


def count_left(due: date, today: date) -> str:
    """Return how many days are left, or how many it is late."""
    days = (due - today).days
    if days < 0:
        return ngettext("%(count)s day late", "%(count)s days late", -days) % {"count": -days}
    return ngettext("%(count)s day left", "%(count)s days left", days) % {"count": days}


def _percent(value_e4: int) -> str:
    return formats.signed_percent(Decimal(value_e4) / 10_000)


_WRITERS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    ReasonCode.YEAR_ON_YEAR.value: _write_year,
    ReasonCode.CLASS_CORRECTED.value: _write_class,
    ReasonCode.MONTHS_FALLING.value: _write_months,
    ReasonCode.QUARTER_FELL.value: _write_quarter,
    ReasonCode.NOTHING_USED.value: lambda _one: _now("nothing was used in the month"),
    ReasonCode.DEMAND_OF_CAPACITY.value: _write_demand,
    ReasonCode.ENERGY_OF_CAPACITY.value: _write_energy,
    ReasonCode.CAPACITY_UNUSED.value: _write_unused,
    ReasonCode.RISK_GRADE.value: _write_grade,
    ReasonCode.RISK_LOSS.value: _write_loss,
    ReasonCode.RISK_CAUSE.value: lambda one: str(write_cause(str(one["cause"]))),
    ReasonCode.CLOSING_ASKED.value: _write_dated(_("asked for closing on %(day)s")),
    ReasonCode.MARKET_MOVE.value: _write_dated(_("moves to the market, known since %(day)s")),
    ReasonCode.CAPACITY_CUT.value: _write_dated(_("asked for less capacity, last on %(day)s")),
    ReasonCode.OWN_GENERATION.value: _write_dated(_("generates itself, known since %(day)s")),
    ReasonCode.SUSPENSIONS.value: _write_dated(_("%(count)s filings of suspension within a year, last on %(day)s")),
    ReasonCode.CONTRACT_ENDS.value: _write_dated(_("contract of the market ends on %(day)s")),
    ReasonCode.COMPLAINTS.value: _write_dated(_("%(count)s complaints within %(days)s days, last on %(day)s")),
    ReasonCode.REPAIR_CALLS.value: _write_dated(_("%(count)s repair calls within %(days)s days, last on %(day)s")),
    ReasonCode.CALLS.value: _write_dated(_("%(count)s calls within %(days)s days, last on %(day)s")),
    ReasonCode.DISSATISFIED.value: _write_satisfaction,
    ReasonCode.MONTH_BEFORE.value: _write_before,
    ReasonCode.THREE_MONTHS.value: _write_quarter,
    ReasonCode.FILINGS.value: _write_filings,
    ReasonCode.COMPLAINTS_TOLD.value: _write_dated(_("%(count)s complaints within %(days)s days, last on %(day)s")),
    ReasonCode.CONTRACT_RUNS.value: _write_dated(_("contract of the market runs %(days)s days more, until %(day)s")),
    ReasonCode.SATISFACTION.value: _write_satisfaction,
    ReasonCode.USE_OF_YEAR.value: _write_year_use,
    ReasonCode.ACCOUNTS.value: _write_accounts,
}
