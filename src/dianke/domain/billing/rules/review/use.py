"""Suspicions about how much was used."""

import numpy as np
import numpy.typing as npt

from dianke.domain.billing.rules.review.facts import HISTORY_MONTHS, Found, ReviewFacts, found
from dianke.domain.billing.rules.review.parameters import ParameterBook
from dianke.engine.types import BoolArray, IntArray

SAME_MONTH_OF_LAST_YEAR = 1
_MONTHS_OF_A_YEAR = 12
# A normal distribution's standard deviation is 1.4826 times its median absolute deviation.
_MAD_TO_DEVIATION = 1.4826
_ONE_KWH_E2 = 100


def zero_use(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find points without use in this and the bills before it, that nobody has suspended (AR-Q01).

    Who used nothing in the same month of last year either, and something since, rests with the season, as pumps do.
    """
    run = count_zero_bills(facts)
    rested = facts.history.is_billed[:, SAME_MONTH_OF_LAST_YEAR] & (
        facts.history.energy_kwh_e2[:, SAME_MONTH_OF_LAST_YEAR] == 0
    )
    is_season = rested & (run < _MONTHS_OF_A_YEAR)
    all_sealed = (facts.capacities.contract_kva_e4 > 0) & (facts.capacities.live_kva_days_e4 == 0)
    is_known = facts.is_account_suspended | all_sealed
    cycles = book.column(facts, "zero_use", "cycles")
    return found("zero_use", (run >= cycles) & ~is_known & ~is_season, cycles=run, limit=cycles)


def count_zero_bills(facts: ReviewFacts) -> IntArray:
    """Return how many bills in a row, this one and backwards, are for nothing; 0 where this one is not."""
    history = facts.history
    run: IntArray = (facts.figures.energy_kwh_e2 == 0).astype(np.int64)
    still = run > 0
    for column in reversed(range(HISTORY_MONTHS)):
        is_billed = history.is_billed[:, column]
        still &= ~is_billed | (history.energy_kwh_e2[:, column] == 0)
        run += still & is_billed
    return run


def jump_last_month(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find use far from that of the bill before and from what is usual for the point (AR-Q03, AR-Q04).

    Where the same month of last year was alike, the season explains it.
    """
    last, has_last = _last_bill(facts)
    season = facts.history.energy_kwh_e2[:, SAME_MONTH_OF_LAST_YEAR]
    had_season = facts.history.is_billed[:, SAME_MONTH_OF_LAST_YEAR]
    is_explained = had_season & _is_near(facts, book, "jump_last_month", season)
    return _find_jump(facts, book, "jump_last_month", reference=last, candidates=has_last & ~is_explained)


def jump_last_year(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find use far from that of the same month of last year and from what is usual for the point.

    Where the two bills before were alike, the point lives on another level since, and was looked at then.
    """
    season = facts.history.energy_kwh_e2[:, SAME_MONTH_OF_LAST_YEAR]
    had_season = facts.history.is_billed[:, SAME_MONTH_OF_LAST_YEAR]
    is_level = np.ones(facts.size, dtype=np.bool_)
    for column in (HISTORY_MONTHS - 1, HISTORY_MONTHS - 2):
        before = facts.history.energy_kwh_e2[:, column]
        is_level &= facts.history.is_billed[:, column] & _is_near(facts, book, "jump_last_year", before)
    return _find_jump(facts, book, "jump_last_year", reference=season, candidates=had_season & ~is_level)


def _last_bill(facts: ReviewFacts) -> tuple[IntArray, BoolArray]:
    """Return the energy of the last bill and whether there is one within three months, as two-monthly reading wants."""
    energy = np.zeros(facts.size, dtype=np.int64)
    has = np.zeros(facts.size, dtype=np.bool_)
    for column in range(HISTORY_MONTHS - 3, HISTORY_MONTHS):
        is_billed = facts.history.is_billed[:, column]
        energy = np.where(is_billed, facts.history.energy_kwh_e2[:, column], energy)
        has |= is_billed
    return energy, has


def _is_near(facts: ReviewFacts, book: ParameterBook, code: str, reference: IntArray) -> BoolArray:
    percent = book.column(facts, code, "near_percent")
    energy = facts.figures.energy_kwh_e2
    near: BoolArray = (energy * 100 <= reference * percent) & (reference * 100 <= energy * percent)
    return near


def _find_jump(
    facts: ReviewFacts, book: ParameterBook, code: str, *, reference: IntArray, candidates: BoolArray
) -> Found:
    energy = facts.figures.energy_kwh_e2
    is_far = abs(energy - reference) >= book.column(facts, code, "least_kwh") * 100
    is_up = energy * 100 >= reference * book.column(facts, code, "up_percent")
    is_down = energy * 100 <= reference * book.column(facts, code, "down_percent")
    positions = np.flatnonzero(candidates & is_far & (is_up | is_down))
    # The dear part is done for the few that are left.
    months = facts.history.is_billed[positions, -_MONTHS_OF_A_YEAR:]
    before = facts.history.energy_kwh_e2[positions, -_MONTHS_OF_A_YEAR:]
    median_e2, z_e1 = measure_distance(
        energy[positions], before, months, spread_percent=book.column(facts, code, "spread_percent")[positions]
    )
    is_enough = months.sum(axis=1) >= book.column(facts, code, "least_months")[positions]
    wild = book.column(facts, code, "wild_percent")[positions]
    is_wild = (energy[positions] * 100 >= reference[positions] * wild) | (
        energy[positions] * wild <= reference[positions] * 100
    )
    is_jump = np.where(is_enough, z_e1 >= book.column(facts, code, "z_e1")[positions], is_wild)
    kept = positions[is_jump]
    return Found(
        code=code,
        positions=kept,
        evidence={
            "energy_kwh_e2": energy[kept],
            "reference_kwh_e2": reference[kept],
            "percent": energy[kept] * 100 // np.maximum(reference[kept], 1),
            "median_kwh_e2": median_e2[is_jump],
            "z_e1": np.where(is_enough, z_e1, 0)[is_jump],
        },
    )


def measure_distance(
    energy: IntArray, before: IntArray, is_billed: BoolArray, *, spread_percent: IntArray
) -> tuple[IntArray, IntArray]:
    """
    Return the median of the bills before and how far this one lies from it, in tenths of a robust deviation.

    Shapes: energy, spread_percent (k,); before, is_billed (k, 12) -> (k,), (k,). Units: 1e-2 kWh; 1e-1.
    The deviation is at least `spread_percent` of the median, for a point that always used the same has none;
    nor is it measured where nothing was billed: median and distance are 0 there.
    """
    if not len(energy):
        return energy, energy
    usual = np.where(is_billed, before, np.nan)
    usual[~is_billed.any(axis=1), 0] = 0
    median = np.nanmedian(usual, axis=1)
    spread = np.nanmedian(abs(usual - median[:, None]), axis=1) * _MAD_TO_DEVIATION
    spread = np.maximum(np.maximum(spread, abs(median) * spread_percent / 100), 1)
    far = np.maximum(abs(energy - median) / spread, _measure_fall(energy, usual, spread_percent=spread_percent))
    z_e1 = np.floor(far * 10).astype(np.int64)
    return np.rint(median).astype(np.int64), np.where(is_billed.any(axis=1), z_e1, 0)


def _measure_fall(
    energy: IntArray, usual: npt.NDArray[np.float64], *, spread_percent: IntArray
) -> npt.NDArray[np.float64]:
    """
    Return how far energies fell below the usual ones in deviations of their logarithms, 0 where they did not.

    Nothing can fall farther than to nought, so that in kWh a fall is never far where the seasons differ; as a ratio
    a tenth is as far as tenfold. Shapes: energy, spread_percent (k,); usual (k, 12), nan without a bill.
    """
    logs = np.log(np.maximum(usual, _ONE_KWH_E2))
    median = np.nanmedian(logs, axis=1)
    spread = np.nanmedian(abs(logs - median[:, None]), axis=1) * _MAD_TO_DEVIATION
    fall = median - np.log(np.maximum(energy, _ONE_KWH_E2))
    deviations: npt.NDArray[np.float64] = np.maximum(fall / np.maximum(spread, spread_percent / 100), 0)
    return deviations


def use_over_capacity(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find more energy than the transformers, or else the meter, can carry around the clock (AR-Q11)."""
    code = "use_over_capacity"
    own = facts.capacities.contract_kva_e4
    is_direct, ratio_e6 = measure_ratio(facts)
    direct = np.where(
        facts.is_single_phase,
        book.column(facts, code, "direct_single_phase_kva"),
        book.column(facts, code, "direct_three_phase_kva"),
    )
    through_ratio = ratio_e6 * book.column(facts, code, "ratio_kva_e1") // 1_000
    through_meter = np.where(is_direct, direct * 10_000, through_ratio)
    through_meter = through_meter * book.column(facts, code, "spare_percent") // 100
    # A high-voltage meter without a transformer in the archive bounds nothing: its voltage ratio is in the multiplier.
    is_known = (own > 0) | ~facts.is_high_voltage
    kva_e4 = np.where(own > 0, own, through_meter)
    limit_e2 = kva_e4 * 24 * facts.days * book.column(facts, code, "limit_percent") // 10_000
    energy = facts.figures.energy_kwh_e2
    has_meter = (own > 0) | (ratio_e6 > 0)
    return found(
        code,
        is_known & has_meter & (energy > limit_e2),
        energy_kwh_e2=energy,
        kva_e4=kva_e4,
        days=facts.days,
        limit_kwh_e2=limit_e2,
    )


def measure_ratio(facts: ReviewFacts) -> tuple[BoolArray, IntArray]:
    """Return which points are metered directly, and the largest multiplier (1e-6) of each."""
    ratio = np.zeros(facts.size, dtype=np.int64)
    np.maximum.at(ratio, facts.segments.owner, facts.segments.multiplier_e6)
    is_direct: BoolArray = ratio <= 1_000_000
    return is_direct, ratio


def estimated_twice(facts: ReviewFacts, book: ParameterBook) -> Found:
    """Find bills on an estimated reading after one on an estimated reading (AR-Q07)."""
    is_estimated = np.zeros(facts.size, dtype=np.bool_)
    is_estimated[facts.segments.owner[facts.segments.is_estimated]] = True
    return found(
        "estimated_twice",
        is_estimated & facts.changes.was_estimated,
        energy_kwh_e2=facts.figures.energy_kwh_e2,
    )


def first_bill(facts: ReviewFacts, book: ParameterBook) -> Found:
    """
    Find first bills, where that is news: of a young account, or where the others were billed before.

    The first month of a new system is a first bill for everybody, which says nothing.
    """
    has_none = ~facts.history.is_billed.any(axis=1)
    known_percent = 0 if not facts.size else int((~has_none).sum()) * 100 // facts.size
    age_days = (np.datetime64(facts.end, "D") - facts.opened_date).astype(np.int64)
    is_young = age_days <= book.column(facts, "first_bill", "young_days")
    is_known = known_percent >= book.column(facts, "first_bill", "known_percent")
    return found("first_bill", has_none & (is_young | is_known), days=age_days)
