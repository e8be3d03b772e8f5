"""Compute a bill again from its frozen case, the way its run did, and read what was found on the way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from dianke.domain.billing.rules import quote
from dianke.domain.billing.rules.quote_answer import answer_point, list_faults
from dianke.engine.calculate import calculate
from dianke.engine.types import Calculation, IntArray

Row = dict[str, Any]


@dataclass(frozen=True)
class Replay:
    """The answer to the frozen case and the engine's figures behind it; without a calculation it has faults."""

    answer: Row
    calculation: Calculation | None = None

    def energy(self, values: IntArray | None) -> Decimal | None:
        """Return an energy of the bill in kWh or kvarh, or None where there is none."""
        if values is None or self.calculation is None:
            return None
        return Decimal(int(values[0])).scaleb(-self.calculation.plan.scales.energy)

    def demand(self, values: IntArray | None) -> Decimal | None:
        """Return a demand of the bill in kW, or None."""
        if values is None or self.calculation is None:
            return None
        return Decimal(int(values[0])).scaleb(-self.calculation.plan.scales.demand)

    def period_kwh(self, code: str, *, after_shares: bool = False) -> Decimal | None:
        """Return the energy of a period, or of `total`, before or after shares leave."""
        if self.calculation is None:
            return None
        found = self.calculation.quantities
        parts = found.main_parts if after_shares else found.parts
        kind = "single" if after_shares and code == "total" else code
        values = [part[kind] for part in parts if kind in part]
        if not values:
            return None
        return sum((self.energy(value) or Decimal(0) for value in values), Decimal(0))


def replay_case(case: Mapping[str, Any]) -> Replay:
    """
    Return the answer to the frozen case of a bill.

    A run takes sub-meters off after measuring and lets them take part in the power factor, and of several
    meters it takes the largest demand; a quote adds both. So the case alone would differ, and the run's way
    is put back here.
    """
    meters = [dict(meter) for meter in case["meters"]]
    sub_meters = meters[0].pop("add", {}) if meters else {}
    try:
        plan, fleet = quote.compile_cases([{**case, "meters": meters}])
    except quote.UnableToReadCase as refusal:
        return Replay({"errors": refusal.facts["errors"]})
    plan = replace(plan, is_largest_demand=True)
    if sub_meters:
        units = {kind: -Decimal(str(value)).scaleb(plan.scales.energy) for kind, value in sub_meters.items()}
        fleet = replace(
            fleet, sub_meters={kind: np.array([int(value)], dtype=np.int64) for kind, value in units.items()}
        )
    calculation = calculate(plan, fleet)
    errors = list_faults(calculation, 0)
    if errors:
        return Replay({"errors": errors})
    return Replay(answer_point(calculation, 0, case_id=case.get("id")), calculation)
