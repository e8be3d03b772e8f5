"""
Two periods side by side, and the change of the average price split into an effect of prices and one of the mix.

With s a group's part of the energy, p its price and P the average price of all, before (0) and after (1):
the effect of its price is s1 (p1 - p0), that of the mix (s1 - s0) (p0 - P0). Over groups that have energy in both
periods and those that came or went with it, the effects add up to P1 - P0; a group that was not there has no price
to change, so all that it brings is mix. What cannot be told, because a group has an amount without energy or less
energy than none, is kept apart and not spread.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from dianke.domain.billing.rules.statistics import NOTHING, BilledSums, Growth, measure_growth

_ZERO = Fraction(0)


@dataclass(frozen=True)
class PriceEffects:
    """What a group, or all of them, did to the average price, in yuan a kWh."""

    price: Fraction
    mix: Fraction
    untold: Fraction

    @property
    def total(self) -> Fraction:
        """Return the whole change."""
        return self.price + self.mix + self.untold

    def __add__(self, other: "PriceEffects") -> "PriceEffects":
        return PriceEffects(self.price + other.price, self.mix + other.mix, self.untold + other.untold)


NO_EFFECT = PriceEffects(_ZERO, _ZERO, _ZERO)


@dataclass(frozen=True)
class ComparedRow:
    """A group in two periods; without effects where the average price of either period is not defined."""

    key: str
    before: BilledSums
    after: BilledSums
    effects: PriceEffects | None

    @property
    def growth(self) -> Growth:
        """Return the changes as parts of what was before."""
        found = measure_growth(self.before, self.after)
        assert found is not None  # noqa: S101 - None is only for sums that are not known
        return found

    @property
    def energy_change_kwh_e2(self) -> int:
        """Return by how much the energy rose."""
        return self.after.energy_kwh_e2 - self.before.energy_kwh_e2

    @property
    def amount_change_fen(self) -> int:
        """Return by how much the amount rose."""
        return self.after.amount_fen - self.before.amount_fen

    @property
    def price_change(self) -> Fraction | None:
        """Return by how much the average price rose, where there is one in both periods."""
        if self.before.price is None or self.after.price is None:
            return None
        return self.after.price - self.before.price


@dataclass(frozen=True)
class PeriodComparison:
    """The groups of two periods, the largest change of amount first, and their total."""

    rows: Sequence[ComparedRow]
    total: ComparedRow


def compare_periods(before: Mapping[str, BilledSums], after: Mapping[str, BilledSums]) -> PeriodComparison:
    """Return the groups of either period beside each other."""
    whole = (_add_up(before), _add_up(after))
    rows = [
        ComparedRow(
            key=key,
            before=before.get(key, NOTHING),
            after=after.get(key, NOTHING),
            effects=find_effects(before.get(key, NOTHING), after.get(key, NOTHING), whole),
        )
        for key in {*before, *after}
    ]
    rows.sort(key=lambda row: (-abs(row.amount_change_fen), row.key))
    effects = [row.effects for row in rows if row.effects is not None]
    is_told = whole[0].price is not None and whole[1].price is not None
    total = ComparedRow("", *whole, effects=sum(effects, NO_EFFECT) if is_told else None)
    return PeriodComparison(rows=rows, total=total)


def find_effects(before: BilledSums, after: BilledSums, whole: tuple[BilledSums, BilledSums]) -> PriceEffects | None:
    """Return what a group did to the average price of all, or None where that price is not defined."""
    mean_before = whole[0].price
    if mean_before is None or whole[1].price is None:
        return None
    all_before, all_after = whole[0].energy_kwh_e2, whole[1].energy_kwh_e2
    share_before = Fraction(before.energy_kwh_e2, all_before)
    share_after = Fraction(after.energy_kwh_e2, all_after)
    whole_effect = (
        Fraction(after.amount_fen, all_after)
        - Fraction(before.amount_fen, all_before)
        - mean_before * (share_after - share_before)
    )
    if before.price is not None and after.price is not None:
        price = share_after * (after.price - before.price)
        return PriceEffects(price=price, mix=whole_effect - price, untold=_ZERO)
    if _came_or_went(before, after):
        return PriceEffects(price=_ZERO, mix=whole_effect, untold=_ZERO)
    return PriceEffects(price=_ZERO, mix=_ZERO, untold=whole_effect)


def _came_or_went(before: BilledSums, after: BilledSums) -> bool:
    def is_absent(sums: BilledSums) -> bool:
        return sums.energy_kwh_e2 == 0 and sums.amount_fen == 0

    return (is_absent(before) and after.price is not None) or (is_absent(after) and before.price is not None)


def _add_up(found: Mapping[str, BilledSums]) -> BilledSums:
    return sum(found.values(), NOTHING)
