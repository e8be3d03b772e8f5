"""Losses of transformer and line where metering is not at the boundary, and how they spread over periods."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dianke.engine.rounding import Product, exact_product, exact_sum, narrow, rescale, round_half_up
from dianke.engine.spreading import spread_in_proportion
from dianke.engine.types import ChargePlan, Fleet, IntArray, TransformerLoss


@dataclass(frozen=True, slots=True, eq=False)
class Losses:
    """The six losses of each point, each rounded on its own; energies in scales.energy."""

    copper_kwh: IntArray
    iron_kwh: IntArray
    copper_kvarh: IntArray
    iron_kvarh: IntArray
    line_kwh: IntArray
    line_kvarh: IntArray

    def active_kwh(self) -> IntArray:
        """Return copper, iron and line loss together."""
        return exact_sum([self.copper_kwh, self.iron_kwh, self.line_kwh], size=self.copper_kwh.size)

    def reactive_kvarh(self) -> IntArray:
        """Return the reactive losses together."""
        return exact_sum([self.copper_kvarh, self.iron_kvarh, self.line_kvarh], size=self.copper_kwh.size)


def iron_loss(power: IntArray, hours: IntArray, *, scale: int, decimals: int) -> IntArray:
    """
    Return the no-load loss of transformers: P0 x T, or with I0 % x Sn / 100 for the reactive one.

    Shapes: power, hours (n,) -> (n,).
    Units:  power 10 ** -scale kW (kvar) including the scale of hours; out 10 ** -decimals kWh (kvarh).
    Errors: none.
    Source: TR-1.2 method F (Fe_P = P0 x T_run; Fe_Q = I0 %/100 x S_N x T_run); T 720 h for a month.
    """
    return round_half_up(Product((power, hours), scale), decimals=decimals)


def copper_loss(
    rated: IntArray,
    load_shape: IntArray,
    squared_energy: IntArray,
    *,
    squared_capacity_hours: IntArray,
    scale: int,
    decimals: int,
) -> IntArray:
    """
    Return the load loss of transformers: K x rated x (W_P^2 + W_Q^2) / (S_N^2 x T).

    Rows differ in their divisor, so each is one exact quotient of Python integers, rounded once.

    Shapes: all (n,) -> (n,).
    Units:  10 ** -scale is the unit of rated x load_shape x squared_energy / squared_capacity_hours; out
            10 ** -decimals kWh (kvarh).
    Errors: none; a row whose S_N^2 x T is 0 has no load loss.
    Source: TR-1.2 method F (Cu_P with Pk, Cu_Q with Uk %/100 x S_N).
    """
    divisor = squared_capacity_hours.astype(object) * 10 ** max(scale - decimals, 0)
    lift = 10 ** max(decimals - scale, 0)
    product = exact_product(rated, load_shape, squared_energy).astype(object) * lift
    is_loaded = divisor != 0
    safe = np.where(is_loaded, divisor, 1)
    return narrow(np.where(is_loaded, (2 * product + safe) // (2 * safe), 0))


def formula_loss(
    values: Mapping[str, IntArray], active_kwh: IntArray, reactive_kvarh: IntArray, *, plan: ChargePlan
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """
    Return copper kWh, iron kWh, copper kvarh and iron kvarh of transformers by their data.

    Shapes: values each (n,), active_kwh, reactive_kvarh (n,) -> four (n,).
    Units:  values in scales.loss (kW, %, kVA, h, K), energies in scales.energy; out quantity decimals.
    Errors: none.
    Source: TR-1.2 method F.
    """
    unit, energy, places = plan.scales.loss, plan.scales.energy, plan.rounding.quantity
    hours, capacity, shape = values["hours"], values["sn_kva"], values["load_shape"]
    squares = [exact_product(active_kwh, active_kwh), exact_product(reactive_kvarh, reactive_kvarh)]
    squared = exact_sum(squares, size=active_kwh.size)
    divisor = exact_product(capacity, capacity, hours)
    magnetising = exact_product(values["i0_percent"], capacity)
    impedance = exact_product(values["uk_percent"], capacity)
    scale = 2 * energy - unit  # Pk x K x W^2 / (S^2 x T): unit x 2 + energy x 2 - unit x 3
    return (
        copper_loss(values["pk_kw"], shape, squared, squared_capacity_hours=divisor, scale=scale, decimals=places),
        iron_loss(values["p0_kw"], hours, scale=2 * unit, decimals=places),
        copper_loss(impedance, shape, squared, squared_capacity_hours=divisor, scale=scale + unit + 2, decimals=places),
        iron_loss(magnetising, hours, scale=3 * unit + 2, decimals=places),
    )


def ratio_loss(active_kwh: IntArray, ratio: IntArray, *, scale: int, decimals: int) -> IntArray:
    """
    Return a loss that is a ratio of an energy: copper loss of method C, or line loss by contract.

    Shapes: (n,), (n,) -> (n,). Units: scale is that of energy plus that of ratio; out 10 ** -decimals.
    Errors: none.
    Source: TR-1.2 method C (Cu_P = a x W_P, Cu_Q = b x Cu_P), TR-1.3 ((Q_reg + Q_tloss) x r %).
    """
    return round_half_up(Product((active_kwh, ratio), scale), decimals=decimals)


def compute_losses(plan: ChargePlan, fleet: Fleet, active_kwh: IntArray, reactive_kvarh: IntArray) -> Losses | None:
    """
    Return the losses that a fleet bears, or None where it bears none.

    Shapes: active_kwh, reactive_kvarh (n,). Units: scales.energy. Errors: none.
    Source: TR-1.2 (four losses, each rounded on its own), TR-1.3 (line loss on metered plus transformer).
    """
    if fleet.transformer_loss is None and fleet.line_loss_ratio is None:
        return None
    scales, places = plan.scales, plan.rounding.quantity
    zeros = np.zeros(fleet.size, dtype=np.int64)
    four = (zeros, zeros, zeros, zeros)
    if fleet.transformer_loss is not None:
        four = _transformer_loss(plan, fleet.transformer_loss, active_kwh, reactive_kvarh, zeros)
    copper, iron, copper_kvarh, iron_kvarh = (rescale(v, scale=places, to_scale=scales.energy) for v in four)
    line_kwh = line_kvarh = zeros
    if fleet.line_loss_ratio is not None:
        scale = scales.energy + scales.ratio
        before = exact_sum([active_kwh, copper, iron], size=fleet.size)
        line_kwh = ratio_loss(before, fleet.line_loss_ratio, scale=scale, decimals=places)
        before = exact_sum([reactive_kvarh, copper_kvarh, iron_kvarh], size=fleet.size)
        line_kvarh = ratio_loss(before, fleet.line_loss_ratio, scale=scale, decimals=places)
    return Losses(
        copper,
        iron,
        copper_kvarh,
        iron_kvarh,
        rescale(line_kwh, scale=places, to_scale=scales.energy),
        rescale(line_kvarh, scale=places, to_scale=scales.energy),
    )


def spread_losses(
    losses: Losses,
    energies: Sequence[IntArray],
    *,
    hours: Sequence[int] | None,
    fallback: int,
    unit: int,
) -> list[IntArray]:
    """
    Return the losses of each column of energies: copper and line by energy, iron by energy or by hours.

    A point without any energy gives its losses to the column `fallback`.

    Shapes: energies k arrays (n,), hours k integers or None -> k arrays (n,).
    Units:  the energies' unit; `unit` is the smallest energy that is billed.
    Errors: none.
    Source: TR-1.2 (iron by Fe x period hours / 24, or both by energy).
    """
    by_energy = exact_sum([losses.copper_kwh, losses.line_kwh], size=losses.copper_kwh.size)
    if hours is None:
        by_energy = exact_sum([by_energy, losses.iron_kwh], size=by_energy.size)
    parts = spread_in_proportion(by_energy, energies, unit=unit)
    is_idle = exact_sum(energies, size=by_energy.size) == 0
    parts[fallback] = parts[fallback] + np.where(is_idle, by_energy, 0)
    if hours is not None:
        constant = [np.full(by_energy.size, hour, dtype=np.int64) for hour in hours]
        by_hours = spread_in_proportion(losses.iron_kwh, constant, unit=unit)
        parts = [part + other for part, other in zip(parts, by_hours, strict=True)]
    return parts


def _transformer_loss(
    plan: ChargePlan, loss: TransformerLoss, active_kwh: IntArray, reactive_kvarh: IntArray, zeros: IntArray
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    scales, places = plan.scales, plan.rounding.quantity
    if loss.method == "formula":
        return formula_loss(loss.values, active_kwh, reactive_kvarh, plan=plan)
    if loss.method == "ratio":
        scale = scales.energy + scales.ratio
        copper = ratio_loss(active_kwh, loss.values["copper_ratio"], scale=scale, decimals=places)
        iron = rescale(loss.values["iron_kwh"], scale=scales.energy, to_scale=places)
        copper_kvarh = ratio_loss(
            copper, loss.values.get("reactive_ratio", zeros), scale=places + scales.ratio, decimals=places
        )
        iron_kvarh = rescale(loss.values.get("iron_kvarh", zeros), scale=scales.energy, to_scale=places)
        return copper, iron, copper_kvarh, iron_kvarh
    active = rescale(loss.values["active_kwh"], scale=scales.energy, to_scale=places)
    reactive = rescale(loss.values["reactive_kvarh"], scale=scales.energy, to_scale=places)
    return active, zeros, reactive, zeros
