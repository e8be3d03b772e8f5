"""A plan on a fleet: quantities, lines, subtotals, totals and faults, composed of the single functions."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dianke.engine import lines
from dianke.engine.quantities import Settled, settle_quantities
from dianke.engine.sheet import Sheet
from dianke.engine.types import SECTIONS, BoolArray, Calculation, ChargePlan, Fault, Fleet


class ScaleError(ValueError):
    """The scales of a plan are coarser than its rounding."""


def calculate(plan: ChargePlan, fleet: Fleet) -> Calculation:
    """
    Return quantities, lines, subtotals and totals of every point of a fleet.

    Shapes: as Fleet says, n points -> columns of n.
    Units:  plan.scales in; amounts in rounding.line, totals in rounding.total decimals of the currency.
    Errors: ScaleError for a plan whose scales cannot hold its rounding; a point that cannot be billed is a
            fault and never stops the others.
    Source: TR-13 (order of rounding), TR-1 to TR-8 as the single functions say.
    """
    if plan.scales.energy < plan.rounding.quantity:
        raise ScaleError(f"energy scale {plan.scales.energy} is coarser than quantities")
    settled = settle_quantities(plan, fleet)
    faults = [*settled.faults, *_missing_quantities(plan, settled)]
    sheet = Sheet(plan.rounding, size=fleet.size)
    lines.write_energy(sheet, plan, settled)
    tier_kwh = lines.write_tiers(sheet, plan, fleet, settled.total_left_kwh)
    lines.write_free_quota(sheet, plan, fleet, settled.main_kwh)
    lines.write_per_kwh(sheet, plan, settled)
    share_lines = lines.write_shares(sheet, plan, settled.quantities)
    demand = lines.write_basic(sheet, plan, fleet, settled.quantities, faults)
    lines.write_funds(sheet, plan, settled)
    lines.write_fixed(sheet, plan, fleet)
    factor = lines.write_power_factor(sheet, plan, fleet, settled.quantities, share_lines, faults)
    lines.write_tax(sheet, plan)
    sums = {section: sheet.add_up(sheet.section(section)) for section in SECTIONS if sheet.section(section)}
    return Calculation(
        plan=plan,
        size=fleet.size,
        quantities=replace(
            settled.quantities,
            tier_kwh=tier_kwh,
            billed_demand_kw=demand.billed_kw,
            contract_demand_kw=demand.contract_kw,
            is_discounted=demand.is_discounted,
        ),
        lines=sheet.sorted_lines(SECTIONS),
        subtotals={section: total.amount for section, total in sums.items()},
        total=sheet.total(sums.values()),
        power_factor=factor,
        faults=tuple(faults),
        is_faulty=_faulty_points(faults, size=fleet.size),
    )


def _missing_quantities(plan: ChargePlan, settled: Settled) -> list[Fault]:
    """Charges on energy need energy; a zero that was read is energy."""
    follows_energy = plan.energy or plan.tiers or plan.per_kwh or plan.funds or plan.shares
    has_total = settled.quantities.has_total
    if not plan.needs_all_data or not follows_energy or has_total is None or has_total.all():
        return []
    return [Fault(code="quantity_missing", field="usage", points=np.flatnonzero(~has_total))]


def _faulty_points(faults: Sequence[Fault], *, size: int) -> BoolArray:
    is_faulty = np.zeros(size, dtype=bool)
    for fault in faults:
        is_faulty[fault.points] = True
    return is_faulty
