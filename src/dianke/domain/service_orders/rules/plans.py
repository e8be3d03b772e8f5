"""Supply plans: how long one holds, who reviews it, what capacity makes of a customer, who may be chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from dianke.domain.service_orders.rules.case import OWN_RULE
from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.types import Figure, FigureUnit, Refusal, RuleSet
from dianke.kernel.calendar import WorkingCalendar

_HIGH_VOLTAGE_FROM_KV = Decimal(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """A plan as it was answered; `extended_to` is the first day after the extension, None without one."""

    answered_on: date
    voltage_kv: Decimal
    capacity_kva: Decimal
    extensions: int = 0
    extended_to: date | None = None
    has_dedicated_line: bool = False
    has_two_sources: bool = False


class TwoPartDuty(StrEnum):
    """Whether a customer pays a basic charge."""

    MANDATORY = "MANDATORY"
    CHOICE = "CHOICE"
    NONE = "NONE"


class FirmKind(StrEnum):
    """What a firm is listed for."""

    DESIGNER = "DESIGNER"
    SUPPLIER = "SUPPLIER"
    BUILDER = "BUILDER"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmFacts:
    """A listed firm; `valid_to` is the first day on which its qualification no longer holds."""

    firm_id: str
    kind: FirmKind
    valid_from: date
    valid_to: date | None


def compute_plan_end(plan: PlanFacts, *, rule_set: RuleSet) -> date:
    """Return the first day on which a plan no longer holds: a year for high voltage, three months for low."""
    return plan.extended_to or add_months(plan.answered_on, _term(plan, rule_set))


def check_extension(
    plan: PlanFacts, *, asked_on: date, extended_to: date, rule_set: RuleSet, calendar: WorkingCalendar
) -> list[Refusal]:
    """Return what stands against extending a plan: asked too late, once already, or longer than one more term."""
    notice, times = (rule_set.get(f"plan.{code}", on=plan.answered_on) for code in ("extension_notice", "extensions"))
    end = compute_plan_end(plan, rule_set=rule_set)
    latest_day = _last_day_to_ask(end, notice, calendar)
    refusals = []
    if asked_on > latest_day:
        refusals.append(_refuse("extension_too_late", notice, asked=asked_on, latest=latest_day))
    if times.amount is not None and plan.extensions >= times.amount:
        refusals.append(_refuse("extended_already", times, times=plan.extensions, allowed=times.amount))
    longest = add_months(end, _term(plan, rule_set))
    if not end < extended_to <= longest:
        refusals.append(_refuse("extension_too_long", notice, asked=extended_to, latest=longest))
    return refusals


def list_review_reasons(plan: PlanFacts, *, rule_set: RuleSet) -> list[Figure]:
    """Return the figures for which departments review a plan together, none where nobody need meet."""

    def read(code: str) -> Figure:
        return rule_set.get(f"review.{code}", on=plan.answered_on)

    reasons = []
    if plan.has_dedicated_line and read("dedicated_line").amount:
        reasons.append(read("dedicated_line"))
    if plan.has_two_sources and read("dual_source").amount:
        reasons.append(read("dual_source"))
    if _reaches(plan.capacity_kva, read("capacity")):
        reasons.append(read("capacity"))
    return reasons


def list_large_marks(
    *, capacity_kva: Decimal, energy_a_year_kwh: Decimal | None, is_high_risk: bool, rule_set: RuleSet, on: date
) -> list[str]:
    """Return the codes for which a customer counts as large: own file, manager, yearly inspection. kVA, kWh."""
    marks = []
    if _reaches(capacity_kva, rule_set.get("large.capacity", on=on)):
        marks.append("large.capacity")
    if energy_a_year_kwh is not None and _reaches(energy_a_year_kwh, rule_set.get("large.energy_a_year", on=on)):
        marks.append("large.energy_a_year")
    return [*marks, "large.high_risk"] if is_high_risk else marks


def check_dedicated_line(
    *,
    first_kva: Decimal,
    first_year_kva: Decimal,
    four_years_kva: Decimal,
    has_free_bay: bool,
    rule_set: RuleSet,
    on: date,
) -> list[Refusal]:
    """
    Return what stands against a line of its own.

    Capacities in kVA: the first application, planned within a year, planned within the term of
    `dedicated.total_within`.
    """
    planned = {"first_capacity": first_kva, "year_capacity": first_year_kva, "total_capacity": four_years_kva}
    refusals = []
    for code, capacity_kva in planned.items():
        figure = rule_set.get(f"dedicated.{code}", on=on)
        if not _reaches(capacity_kva, figure):
            refusals.append(_refuse("dedicated_line_too_small", figure, planned_kva=capacity_kva, least=figure.amount))
    if not has_free_bay:
        refusals.append(_refuse("no_free_bay", rule_set.get("dedicated.first_capacity", on=on)))
    return refusals


def may_reclaim_line(*, built_on: date, running_kva: Decimal, rule_set: RuleSet, on: date) -> bool:
    """Return whether a dedicated line may be taken back as a common one: too small after its term."""
    after = rule_set.get("dedicated.reclaim_after", on=built_on)
    least = rule_set.get("dedicated.reclaim_capacity", on=built_on)
    return after.amount is not None and on >= add_months(built_on, after.amount) and not _reaches(running_kva, least)


def find_two_part_duty(*, capacity_kva: Decimal, is_industry: bool, rule_set: RuleSet, on: date) -> TwoPartDuty:
    """Return whether a business of a capacity in kVA pays a basic charge on a day."""
    if rule_set.get("two_part.industry_only", on=on).amount and not is_industry:
        return TwoPartDuty.NONE
    if _reaches(capacity_kva, rule_set.get("two_part.mandatory_from", on=on)):
        return TwoPartDuty.MANDATORY
    is_choice = _reaches(capacity_kva, rule_set.get("two_part.choice_from", on=on))
    return TwoPartDuty.CHOICE if is_choice else TwoPartDuty.NONE


def find_power_factor_standard(
    *, capacity_kva: Decimal, is_high_voltage_industry: bool, is_farm: bool, rule_set: RuleSet, on: date
) -> Decimal | None:
    """Return the standard of a capacity in kVA (0.90, 0.85, 0.80), None where none applies. REG-PF-1983."""
    if not _reaches(capacity_kva, rule_set.get("power_factor.from", on=on)):
        return None
    if is_farm:
        return Decimal("0.80")
    strict = rule_set.get("power_factor.industry_strict_above", on=on).amount
    is_strict = is_high_voltage_industry and strict is not None and capacity_kva > strict
    return Decimal("0.90") if is_strict else Decimal("0.85")


def count_missing_firms(firms: Sequence[FirmFacts], *, rule_set: RuleSet, on: date) -> Mapping[FirmKind, int]:
    """Return of which kinds too few qualified firms are listed on a day to offer a free choice, and how many lack."""
    least = rule_set.get("choice.least_firms", on=on).amount or 0
    missing = {}
    for kind in FirmKind:
        listed = {firm.firm_id for firm in firms if firm.kind is kind and _is_qualified(firm, on)}
        if len(listed) < least:
            missing[kind] = least - len(listed)
    return missing


def may_charge_inspection(*, number: int, rule_set: RuleSet, on: date) -> bool:
    """Return whether the nth inspection of one works may be charged: never the first."""
    return number > 1 and bool(rule_set.get("inspection.repeat_fee", on=on).amount)


def _is_qualified(firm: FirmFacts, on: date) -> bool:
    return firm.valid_from <= on and (firm.valid_to is None or on < firm.valid_to)


def _term(plan: PlanFacts, rule_set: RuleSet) -> int:
    code = "plan.validity_high" if plan.voltage_kv >= _HIGH_VOLTAGE_FROM_KV else "plan.validity_low"
    return rule_set.get(code, on=plan.answered_on).amount or 0


def _last_day_to_ask(end: date, notice: Figure, calendar: WorkingCalendar) -> date:
    """Count back from the first day after the plan."""
    day, left = end, notice.amount or 0
    if notice.unit is not FigureUnit.WORKING_DAY:
        return day - timedelta(days=left)
    while left > 0:
        day -= timedelta(days=1)
        left -= calendar.is_working_day(day)
    return day


def _reaches(amount: Decimal, figure: Figure) -> bool:
    return figure.amount is not None and amount >= figure.amount


REMEDIES: Mapping[str, str] = {
    "extension_too_late": "Apply anew.",
    "extended_already": "Apply anew.",
    "extension_too_long": "Choose an earlier day.",
    "dedicated_line_too_small": "Take supply from a common line.",
    "no_free_bay": "Take supply from a common line.",
}


def _refuse(code: str, figure: Figure, **values: object) -> Refusal:
    shown = {name: str(value) for name, value in values.items()}
    return Refusal(code=code, article=figure.article or OWN_RULE, values=shown, remedy=REMEDIES[code])
