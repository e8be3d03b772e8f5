"""Blocks of residential energy: limits of a bill, and what a scheme must fulfil (TR-6)."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from dianke.domain.tariffs.types import ALL_MONTHS, TierFacts, TierKind, TierSeason
from dianke.kernel.errors import DomainError

_MONTHS_PER_YEAR = 12


class InvalidTiers(DomainError):
    """The blocks of a tier scheme contradict themselves."""

    code = "tariffs.invalid_tiers"
    message = "the tiers cannot be used: {reason}"


def check_tiers(tiers: TierFacts) -> list[DomainError]:
    """Return everything wrong with a scheme: months left over or twice, limits or surcharges that fall."""
    faults: list[DomainError] = []
    named = [month for season in tiers.seasons for month in season.months]
    missing = sorted(ALL_MONTHS - set(named))
    twice = sorted({month for month in named if named.count(month) > 1})
    if missing:
        faults.append(InvalidTiers(reason=f"months {missing} have no limits"))
    if twice:
        faults.append(InvalidTiers(reason=f"months {twice} have two sets of limits"))
    if tiers.kind is TierKind.ANNUAL and len(tiers.seasons) > 1:
        faults.append(InvalidTiers(reason="a scheme by the year cannot have seasons"))
    for season in tiers.seasons:
        faults.extend(_check_blocks(season))
    return faults


def find_season(tiers: TierFacts, month: int) -> TierSeason:
    """
    Return the blocks of a month.

    :raises InvalidTiers: if the scheme leaves the month out
    """
    for season in tiers.seasons:
        if month in season.months:
            return season
    raise InvalidTiers(reason=f"months [{month}] have no limits")


def get_limits(
    tiers: TierFacts,
    *,
    months: Sequence[int],
    household_persons: int = 0,
    months_of_service: int = _MONTHS_PER_YEAR,
) -> tuple[Decimal, ...]:
    """
    Return the inclusive upper limits of all tiers but the open last one, in kWh.

    A monthly scheme read every second month has the limits of both months added up, each of its season. An
    annual scheme has the limits of the year, cut to the months of service in the year of connection (the
    month of connection counts); `months` then only picks the season. Large households get their growth on
    every limit for each of the months counted.
    """
    extra = _get_growth(tiers, household_persons)
    if tiers.kind is TierKind.ANNUAL:
        uppers = _list_uppers(find_season(tiers, months[0]))
        return tuple(upper * months_of_service / _MONTHS_PER_YEAR + extra * months_of_service for upper in uppers)
    by_month = [_list_uppers(find_season(tiers, month)) for month in months]
    return tuple(sum(uppers, Decimal(0)) + extra * len(months) for uppers in zip(*by_month, strict=True))


def list_surcharges(tiers: TierFacts, *, month: int) -> tuple[Decimal, ...]:
    """Return what each tier costs above the first, yuan per kWh, the first being 0."""
    return tuple(block.surcharge for block in find_season(tiers, month).blocks)


def may_choose_shared_price(tiers: TierFacts, *, household_persons: int) -> bool:
    """Tell whether a household is large enough to choose the shared-meter price (合表) instead of tiers."""
    return tiers.shared_price_persons is not None and household_persons >= tiers.shared_price_persons


def _get_growth(tiers: TierFacts, household_persons: int) -> Decimal:
    if tiers.large_household_persons is None or household_persons < tiers.large_household_persons:
        return Decimal(0)
    return tiers.large_household_kwh_per_month


def _list_uppers(season: TierSeason) -> list[Decimal]:
    return [block.upper_kwh for block in season.blocks if block.upper_kwh is not None]


def _check_blocks(season: TierSeason) -> list[DomainError]:
    uppers = _list_uppers(season)
    surcharges = [block.surcharge for block in season.blocks]
    faults: list[DomainError] = []
    if [block.upper_kwh is None for block in season.blocks] != [False] * len(uppers) + [True]:
        faults.append(InvalidTiers(reason="only the last tier, and it alone, is open above"))
    if any(upper <= 0 for upper in uppers) or any(high <= low for low, high in pairwise(uppers)):
        faults.append(InvalidTiers(reason=f"limits {[str(upper) for upper in uppers]} do not rise"))
    if surcharges[0] != 0 or any(high < low for low, high in pairwise(surcharges)):
        faults.append(InvalidTiers(reason=f"surcharges {[str(part) for part in surcharges]} fall"))
    return faults
