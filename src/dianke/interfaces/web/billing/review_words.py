"""What the review's causes, states and evidence are called on pages."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from dianke.domain.billing.rules.review.causes import CAUSES
from dianke.domain.billing.rules.review.facts import CLASSES
from dianke.domain.billing.types import Severity, SuspicionState
from dianke.interfaces.web.billing import words
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import register_states

NAMES: dict[str, Text] = {
    "register_backwards": _("A register stands lower than before"),
    "main_negative": _("Sub-meters measured more than the main meter"),
    "multiplier_mismatch": _("Billed on another multiplier than the transformers make"),
    "exchange_without_ticket": _("Meter exchanged without a ticket"),
    "use_over_capacity": _("More energy than the capacity can carry"),
    "demand_over_capacity": _("Demand above the capacity"),
    "suspension_in_use": _("Use while suspended"),
    "class_against_industry": _("Class of use against the trade"),
    "two_part_not_charged": _("Basic charge due but not charged"),
    "power_factor_standard": _("Power-factor standard against the class"),
    "jump_last_month": _("Jump against the last bill"),
    "jump_last_year": _("Jump against last year"),
    "periods_differ": _("Periods do not add up to the total"),
    "zero_use": _("Nothing used for several cycles"),
    "estimated_twice": _("Estimated twice in a row"),
    "multiplier_changed": _("Multiplier changed without a ticket"),
    "price_out_of_range": _("Mean price outside the range of the class"),
    "share_check_overdue": _("Shares not verified for a year"),
    "suspension_too_long": _("Suspended longer than a year allows"),
    "first_bill": _("First bill"),
}

SEVERITIES: dict[str, Text] = {
    Severity.HIGH.value: pgettext_lazy("severity", "High"),
    Severity.MEDIUM.value: pgettext_lazy("severity", "Medium"),
    Severity.LOW.value: pgettext_lazy("severity", "For information"),
}
_SEVERITY_KINDS = {Severity.HIGH.value: "bad", Severity.MEDIUM.value: "warn", Severity.LOW.value: "idle"}

STATES: dict[str, Text] = {
    SuspicionState.OPEN.value: _("Undecided"),
    SuspicionState.NOTED.value: _("For information"),
    SuspicionState.EXEMPT.value: _("Exempt"),
    SuspicionState.CORRECTION_ASKED.value: _("Correction asked"),
    SuspicionState.CORRECTED.value: _("Gone after recalculation"),
    SuspicionState.HELD.value: _("Held back"),
}
register_states(
    "suspicion",
    {
        SuspicionState.OPEN.value: ("warn", STATES[SuspicionState.OPEN.value]),
        SuspicionState.NOTED.value: ("idle", STATES[SuspicionState.NOTED.value]),
        SuspicionState.EXEMPT.value: ("ok", STATES[SuspicionState.EXEMPT.value]),
        SuspicionState.CORRECTION_ASKED.value: ("bad", STATES[SuspicionState.CORRECTION_ASKED.value]),
        SuspicionState.CORRECTED.value: ("ok", STATES[SuspicionState.CORRECTED.value]),
        SuspicionState.HELD.value: ("idle", STATES[SuspicionState.HELD.value]),
    },
)

Evidence = Mapping[str, Any]


def name_cause(code: str) -> str:
    """Return a cause in words."""
    return str(NAMES.get(code, code))


def name_action(code: str) -> str:
    """Return what a clerk does about a cause."""
    return _now(CAUSES[code].action) if code in CAUSES else ""


def severity_chip(severity: str) -> Chip:
    """Return a severity as a chip."""
    return Chip(_SEVERITY_KINDS[severity], SEVERITIES[severity], quiet=True)


def tell(code: str, evidence: Evidence) -> str:
    """Return the numbers of a suspicion as a sentence."""
    telling = _TELLING.get(code)
    try:
        return telling(evidence) if telling else ""
    except KeyError:
        # Found by an older version of the rule, which kept other numbers.
        return formats.NONE


def _kwh(evidence: Evidence, name: str) -> str:
    return formats.kwh_e2(evidence[name])


def _number(value: int, decimals: int) -> str:
    """Return an integer of a small unit without needless zeros."""
    text = f"{Decimal(value).scaleb(-decimals):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _tell_jump(text: Text) -> Callable[[Evidence], str]:
    def telling(evidence: Evidence) -> str:
        said = str(text) % {
            "energy": _kwh(evidence, "energy_kwh_e2"),
            "reference": _kwh(evidence, "reference_kwh_e2"),
            "percent": f"{evidence['percent']:,}",
        }
        if not evidence["z_e1"]:
            return said
        usual = _now("Usual is %(median)s kWh; this lies %(distance)s deviations from it.") % {
            "median": _kwh(evidence, "median_kwh_e2"),
            "distance": _number(evidence["z_e1"], 1),
        }
        return _now("%(said)s %(usual)s") % {"said": said, "usual": usual}

    return telling


def _tell_backwards(evidence: Evidence) -> str:
    values = {
        "register": str(words.FIELDS.get(evidence["register"], evidence["register"])),
        "start": _number(evidence["start_e4"], 4),
        "end": _number(evidence["end_e4"], 4),
    }
    if evidence["marked"]:
        text = _now("The %(register)s went from %(start)s to %(end)s, marked as a rollover far from its last digit.")
        return text % values
    return _now("The %(register)s went from %(start)s back to %(end)s.") % values


def _tell_two_part(evidence: Evidence) -> str:
    kva = _number(evidence["kva_e4"], 4)
    if evidence["parts"] == 1:
        text = _now("%(kva)s kVA, from %(threshold)s kVA two parts are due; the terms have one.")
        return text % {"kva": kva, "threshold": f"{evidence['threshold_kva']:,}"}
    return _now("%(kva)s kVA on two parts, and the basic charge is nothing.") % {"kva": kva}


def _tell_suspension(evidence: Evidence) -> str:
    text = _now(
        "Sealed for %(days)s days; what ran carries %(limit)s kWh, %(energy)s kWh and %(demand)s kW were measured."
    )
    return text % {
        "days": evidence["sealed_days"],
        "limit": _kwh(evidence, "limit_kwh_e2"),
        "energy": _kwh(evidence, "energy_kwh_e2"),
        "demand": _number(evidence["demand_kw_e6"], 6),
    }


def _tell_standard(evidence: Evidence) -> str:
    def name(value_e2: int) -> str:
        return f"{Decimal(value_e2).scaleb(-2):.2f}" if value_e2 else pgettext("power factor", "none")

    text = _now("The standard is %(standard)s; class, trade and %(kva)s kVA ask for %(expected)s.")
    return text % {
        "standard": name(evidence["standard_e2"]),
        "expected": name(evidence["expected_e2"]),
        "kva": _number(evidence["kva_e4"], 4),
    }


def _tell_class(evidence: Evidence) -> str:
    text = _now("%(usage_class)s, and the trade is %(industry)s (GB/T 4754).")
    usage_class = CLASSES[evidence["usage_class"]].value
    return text % {
        "usage_class": str(words.USAGE_CLASSES.get(usage_class, usage_class)),
        "industry": f"{evidence['industry']:04d}",
    }


_TELLING: dict[str, Callable[[Evidence], str]] = {
    "register_backwards": _tell_backwards,
    "main_negative": lambda e: (
        _now("The sub-meters measured %(sub)s kWh; %(energy)s kWh are left for the main meter.")
        % {"sub": _kwh(e, "sub_meter_kwh_e2"), "energy": _kwh(e, "energy_kwh_e2")}
    ),
    "multiplier_mismatch": lambda e: (
        _now("Billed × %(billed)s; CT × PT of the installation make %(asset)s.")
        % {"billed": _number(e["billed_e6"], 6), "asset": _number(e["asset_e6"], 6)}
    ),
    "exchange_without_ticket": lambda e: (
        _now("On %(date)s meter %(after)s took the place of %(before)s; no ticket.")
        % {"date": e["date"], "before": e["before"], "after": e["after"]}
    ),
    "use_over_capacity": lambda e: (
        _now("%(energy)s kWh; %(kva)s kVA around the clock for %(days)s days carry %(limit)s kWh.")
        % {
            "energy": _kwh(e, "energy_kwh_e2"),
            "kva": _number(e["kva_e4"], 4),
            "days": e["days"],
            "limit": _kwh(e, "limit_kwh_e2"),
        }
    ),
    "demand_over_capacity": lambda e: (
        _now("%(demand)s kW, more than %(percent)s %% of the running %(kva)s kVA.")
        % {"demand": _number(e["demand_kw_e6"], 6), "percent": e["percent"], "kva": _number(e["kva_e4"], 4)}
    ),
    "suspension_in_use": _tell_suspension,
    "class_against_industry": _tell_class,
    "two_part_not_charged": _tell_two_part,
    "power_factor_standard": _tell_standard,
    "jump_last_month": _tell_jump(_("%(energy)s kWh, %(percent)s %% of the %(reference)s kWh of the last bill.")),
    "jump_last_year": _tell_jump(_("%(energy)s kWh, %(percent)s %% of the %(reference)s kWh of the month a year ago.")),
    "periods_differ": lambda e: (
        _now("The total advanced by %(total)s, the periods together by %(periods)s (multiplier %(multiplier)s).")
        % {
            "total": _number(e["total_e4"], 4),
            "periods": _number(e["periods_e4"], 4),
            "multiplier": _number(e["multiplier_e6"], 6),
        }
    ),
    "zero_use": lambda e: (
        _now("%(cycles)s bills in a row for 0 kWh; from %(limit)s on somebody looks.")
        % {"cycles": e["cycles"], "limit": e["limit"]}
    ),
    "estimated_twice": lambda e: (
        _now("This reading and the one before are estimated; %(energy)s kWh are billed.")
        % {"energy": _kwh(e, "energy_kwh_e2")}
    ),
    "multiplier_changed": lambda e: (
        _now("From × %(before)s to × %(after)s on %(date)s; no ticket.")
        % {"before": _number(e["before_e6"], 6), "after": _number(e["after_e6"], 6), "date": e["date"]}
    ),
    "price_out_of_range": lambda e: (
        _now("%(price)s yuan/kWh over %(energy)s kWh; the class lies in %(low)s–%(high)s.")
        % {
            "price": f"{Decimal(e['price_e4']).scaleb(-4):.4f}",
            "energy": _kwh(e, "energy_kwh_e2"),
            "low": _number(e["low_e4"], 4),
            "high": _number(e["high_e4"], 4),
        }
    ),
    "share_check_overdue": lambda e: (
        _now("Set or verified on %(checked)s, due again on %(due)s.")
        % {"checked": e["checked_date"], "due": e["due_date"]}
    ),
    "suspension_too_long": lambda e: (
        _now("Suspended for %(days)s days of this year; %(limit)s are allowed.")
        % {"days": e["days"], "limit": e["limit"]}
    ),
    "first_bill": lambda e: (
        _now("No bill before; the account is %(days)s days old at the end of the period.") % {"days": f"{e['days']:,}"}
    ),
}
