"""Charges that follow energy, and those that follow nothing: each one exact product, rounded once later."""

from collections.abc import Sequence

import numpy as np

from dianke.engine.rounding import Product, exact_sum, narrow, rescale, round_half_up
from dianke.engine.types import IntArray, Scales, TierScheme


def energy_charge(kwh: IntArray, price: int, *, scales: Scales) -> Product:
    """
    Return the charge for energy at a price per kWh: a price line, a component, a share, a surcharge.

    Shapes: kwh (n,) -> (n,). Units: scales.energy, scales.price; yuan in the scale of the product.
    Errors: none.
    Source: TR-4 (period prices as published), TR-8 (components), TR-13 no. 2 (rounded once a line).
    """
    return Product((kwh, price), scales.energy + scales.price)


def fund_quantity(main_kwh: IntArray, share_kwh: Sequence[IntArray]) -> IntArray:
    """
    Return the kWh that a fund falls on: those of the main price and of the shares that bear it.

    Shapes: main_kwh (n,), share_kwh k arrays (n,) -> (n,). Units: one energy unit. Errors: none.
    Source: TR-7 (same kWh as the energy charge; not floated, not in the power-factor base).
    """
    return exact_sum([main_kwh, *share_kwh], size=main_kwh.size)


def tier_limits(
    scheme: TierScheme,
    months: IntArray | None,
    limits: Sequence[IntArray] | None,
    *,
    size: int,
    scales: Scales,
) -> list[IntArray]:
    """
    Return the upper limit of every tier but the last for each point: the limit times the months.

    Shapes: months (n,), limits k - 1 arrays (n,) or None for those of the scheme -> k - 1 arrays (n,).
    Units:  scales.months; scales.energy.
    Errors: none.
    Source: TR-6 (two months double the limits; an annual limit is cut to months of service / 12).
    """
    ones = np.ones(size, dtype=np.int64)
    own = [ones * tier.up_to_kwh for tier in scheme.tiers if tier.up_to_kwh is not None]
    bases = list(limits) if limits is not None else own
    if months is None:
        return bases
    return [
        round_half_up(
            Product((base, months), scales.energy + scales.months, scheme.limit_divisor),
            decimals=scales.energy,
        )
        for base in bases
    ]


def tier_quantities(kwh: IntArray, used_before_kwh: IntArray | None, limits_kwh: Sequence[IntArray]) -> list[IntArray]:
    """
    Return the energy that falls into each tier; upper limits are inclusive.

    Shapes: kwh, used_before_kwh (n,), limits_kwh k - 1 arrays (n,) -> k arrays (n,).
    Units:  one energy unit. Errors: none; limits that do not rise give empty tiers.
    Source: TR-6 (tier position runs from the start of the year or month).
    """
    start = np.zeros_like(kwh) if used_before_kwh is None else used_before_kwh
    end = exact_sum([start, kwh], size=kwh.size)
    quantities = []
    reached_start = reached_end = np.zeros_like(kwh)
    for limit in limits_kwh:
        next_start, next_end = np.minimum(start, limit), np.minimum(end, limit)
        quantities.append((next_end - reached_end) - (next_start - reached_start))
        reached_start, reached_end = next_start, next_end
    quantities.append((end - reached_end) - (start - reached_start))
    return quantities


def free_quota(kwh: IntArray, quota_kwh: IntArray, months: IntArray | None, *, scales: Scales) -> IntArray:
    """
    Return the kWh of a low-income household that are free: the quota of the months, at most what was used.

    Shapes: (n,) -> (n,). Units: scales.energy; scales.months. Errors: none.
    Source: TR-6 (monthly credit of min(quota x months, kWh) at the tier-1 price; unused quota lapses),
            REG-2617-2011.
    """
    if months is None:
        return np.minimum(quota_kwh, kwh)
    quota = round_half_up(Product((quota_kwh, months), scales.energy + scales.months), decimals=scales.energy)
    return narrow(np.minimum(quota, kwh))


def fixed_charge(amount: int, months: IntArray | None, *, size: int, scales: Scales) -> Product:
    """
    Return an amount a month for the months of the bill.

    Shapes: months (n,) or None for one month -> (n,). Units: scales.amount, scales.months; yuan.
    Errors: none.
    Source: TR-13 no. 2.
    """
    if months is None:
        return Product((np.ones(size, dtype=np.int64), amount), scales.amount)
    return Product((months, amount), scales.amount + scales.months)


def ratio_charge(base: IntArray, ratio: IntArray | int, *, base_scale: int, ratio_scale: int) -> Product:
    """
    Return a charge that is a ratio of other charges: tax, discount, power-factor adjustment.

    Shapes: base (n,), ratio (n,) or one number -> (n,). Units: base 10 ** -base_scale yuan.
    Errors: none.
    Source: TR-3.2 (discount), TR-5.4 (adjustment), TR-13 no. 3 (tax on the sum of rounded lines).
    """
    return Product((base, ratio), base_scale + ratio_scale)


def net_of_tax(total: IntArray, ratio: int, *, scales: Scales, decimals: int) -> tuple[IntArray, IntArray]:
    """
    Return the net amount and the tax inside totals whose prices include tax.

    Shapes: total (n,) -> (n,), (n,). Units: 10 ** -decimals yuan; ratio in scales.ratio.
    Errors: none.
    Source: TR-13 no. 6 (net = total / 1.13 rounded half up; tax = total - net).
    """
    one = 10**scales.ratio
    net = round_half_up(Product((total, one), decimals, one + ratio), decimals=decimals)
    return net, rescale(total - net, scale=decimals, to_scale=decimals)
