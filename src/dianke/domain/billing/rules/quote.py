"""Prices cases given as JSON with the engine and without stored data: the quote command's rules."""

from collections.abc import Mapping, Sequence
from typing import Any

from dianke.domain.billing.rules.quote_answer import answer_point, list_faults, refuse
from dianke.domain.billing.rules.quote_checks import check_case
from dianke.domain.billing.rules.quote_fields import Faults
from dianke.domain.billing.rules.quote_fleet import build_fleet, source_of
from dianke.domain.billing.rules.quote_numbers import plain_text, to_units
from dianke.domain.billing.rules.quote_plan import build_plan, find_scales, multiplier_of
from dianke.domain.billing.rules.quote_schema import describe_cases, read_case
from dianke.engine.calculate import calculate
from dianke.engine.types import Calculation, ChargePlan, Fleet
from dianke.kernel.errors import DomainError

__all__ = ["CasesDiffer", "UnableToReadCase", "compile_cases", "describe_cases", "quote_case", "quote_cases"]

Case = Mapping[str, Any]


class UnableToReadCase(DomainError):
    """A case that should become part of a fleet has faults."""

    code = "quote.unable_to_read_case"
    message = "case {case_id}: {errors}"


class CasesDiffer(DomainError):
    """Cases that should become one fleet do not share a plan."""

    code = "quote.cases_differ"
    message = "case {case_id} has another plan than the first: {reason}"


def quote_case(case: object) -> dict[str, Any]:
    """
    Return the answer to one case: quantities, lines, subtotals and total, or its errors.

    Every fault of a case is named at once; a case with faults has no total.
    """
    case_id = case.get("id") if isinstance(case, Mapping) else None
    faults = Faults()
    parsed = read_case(case, faults)
    check_case(parsed, faults)
    if faults.rows:
        return refuse(case_id, faults.rows)
    plan, fleet = _compile([parsed])
    calculation = calculate(plan, fleet)
    errors = [*list_faults(calculation, 0), *_passed_last_tier(parsed, calculation)]
    if errors:
        return refuse(case_id, errors)
    answer = answer_point(calculation, 0, case_id=case_id)
    multiplier = _common_multiplier(parsed)
    if multiplier is not None:
        answer["quantities"] = {"multiplier": multiplier, **answer["quantities"]}
    return answer


def quote_cases(cases: Sequence[object]) -> list[dict[str, Any]]:
    """Return the answers to cases in their order; a faulty one does not stop the others."""
    return [quote_case(case) for case in cases]


def compile_cases(cases: Sequence[object]) -> tuple[ChargePlan, Fleet]:
    """
    Return the plan and the fleet of cases that share everything but what was measured.

    :raises UnableToReadCase: if a case has faults of its own
    :raises CasesDiffer: if prices, charges, rounding or the kind of their data differ
    """
    parsed = []
    for case in cases:
        faults = Faults()
        parsed.append(read_case(case, faults))
        check_case(parsed[-1], faults)
        if faults.rows:
            raise UnableToReadCase(case_id=parsed[-1].get("id"), errors=faults.rows)
    return _compile(parsed)


def _compile(cases: Sequence[Case]) -> tuple[ChargePlan, Fleet]:
    scales, divisor = find_scales(cases)
    plan = build_plan(cases[0], scales)
    first = _kinds_of_data(cases[0])
    for case in cases[1:]:
        if build_plan(case, scales) != plan:
            raise CasesDiffer(case_id=case.get("id"), reason="prices or rounding")
        if _kinds_of_data(case) != first:
            raise CasesDiffer(case_id=case.get("id"), reason="kinds of data")
    return plan, build_fleet(cases, plan, multiplier_divisor=divisor)


def _kinds_of_data(case: Case) -> tuple[object, ...]:
    loss = case.get("transformer_loss")
    return (source_of(case), None if loss is None else loss.get("method", "given"), "line_loss_ratio" in case)


def _passed_last_tier(case: Case, calculation: Calculation) -> list[dict[str, str]]:
    """A last tier may have a limit; energy beyond it has no price."""
    tiers = case.get("energy_price", {}).get("tiers", ())
    if not tiers or "up_to_kwh" not in tiers[-1]:
        return []
    scales = calculation.plan.scales
    months = to_units(case["months"], scales.months) if "months" in case else 10**scales.months
    limit = to_units(tiers[-1]["up_to_kwh"], scales.energy) * months
    used = to_units(case["energy_price"].get("used_before_kwh"), scales.energy)
    reached = used + sum(int(kwh[0]) for kwh in calculation.quantities.tier_kwh)
    if reached * 10**scales.months <= limit:
        return []
    field = f"energy_price.tiers[{len(tiers) - 1}].up_to_kwh"
    return [{"field": field, "code": "tier_exceeded", "message": "the energy passes the last tier"}]


def _common_multiplier(case: Case) -> str | None:
    """Return the multiplier where all meters of a case share it."""
    multipliers = {multiplier_of(meter) for meter in case.get("meters", ())}
    if len(multipliers) != 1:
        return None
    (multiplier,) = multipliers
    return plain_text(multiplier.numerator, 0, multiplier.denominator)
