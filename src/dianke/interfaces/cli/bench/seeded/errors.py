"""The errors that are seeded: one kind for each cause of the review, each done to what the database holds."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

import numpy as np

from dianke.interfaces.cli.bench.seeded.fleet import Random, add_share, build_clean
from dianke.interfaces.cli.bench.seeded.points import (
    CLOSING,
    DAYS_BILLED,
    MONTHS,
    STEPS,
    TURN,
    Change,
    Misread,
    Point,
    Seed,
    SeededFleet,
    Spell,
)

SEED = 20251231
LEAST_SEEDS = 3
_POINTS_A_SEED = 500
_HOURS = DAYS_BILLED * 24
_STOPPED_PART = 0.3


class NothingBehind(ValueError):
    """A point without a sub-meter was to have one misread."""


@dataclass(frozen=True, slots=True)
class ErrorKind:
    """
    An error: whom it can befall, and what it does to a point; `do` says what it did.

    Of a deterministic one the data alone tell; a statistical one may be what the customer really did.
    """

    code: str
    fits: Callable[[Point], bool]
    do: Callable[[Random, Point], str]
    is_deterministic: bool = True


def build_fleet(size: int, *, random_seed: int = SEED) -> SeededFleet:
    """Return a fleet of about `size` points with every error a few times; the same for the same size and seed."""
    random = np.random.default_rng(random_seed)
    each = max(LEAST_SEEDS, size // _POINTS_A_SEED)
    points = build_clean(random, size=size, seeds_a_code=each)
    seeds: list[Seed] = []
    taken: set[int] = set()
    touched: set[int] = set()
    for kind in ERRORS:
        in_turn = (points[at] for at in random.permutation(len(points)))
        pool = (point for point in in_turn if point.serial not in taken and kind.fits(point))
        for point in islice(pool, each):
            what = kind.do(random, point)
            fault = STOPPED_BEFORE.get(what, "")
            seeds.append(Seed(serial=point.serial, code=kind.code, what=what, fault=fault))
            taken.add(point.serial)
            if point.sub:
                touched.add(point.sub.serial)
    return SeededFleet(points=points, seeds=seeds, touched=frozenset(touched), random_seed=random_seed)


_BACKWARDS = "a register written lower than last time"
_SUB_AHEAD = "a digit too many at the sub-meter, which then took more than the main meter"
STOPPED_BEFORE = {_BACKWARDS: "register_backwards", _SUB_AHEAD: "negative_main"}
"""What the calculation itself refuses to bill: this fault stands in place of the suspicion."""


def _read_lower(random: Random, point: Point) -> str:
    register = point.registers[0] if not point.split else max(point.split, key=lambda one: point.split[one])
    point.misreads[register] = Misread(below_opening=int(random.integers(500, 6_000)))
    if random.random() < _STOPPED_PART:
        return _BACKWARDS
    point.marks_rollover = True
    return "a register written lower than last time and passed off as a rollover"


def _read_digit_more(random: Random, point: Point) -> str:
    point.misreads["total"] = Misread(times=10)
    return "a digit too many in the closing total"


def _misread_sub_meter(random: Random, point: Point) -> str:
    sub = point.sub
    if sub is None:
        raise NothingBehind(point.serial)
    if random.random() < _STOPPED_PART:
        for register in ("total", *sub.split):
            sub.misreads[register] = Misread(times=10)
        return _SUB_AHEAD
    # The same registers at both, to the last step.
    point.ct, point.multiplier, point.split = sub.ct, sub.multiplier, dict(sub.split)
    point.kwh[-1] = 0
    return "the sub-meter's values written down for the main meter too"


def _type_multiplier(random: Random, point: Point) -> str:
    wrong = point.ct[0] / point.ct[1] if point.pt[1] != 1 else point.multiplier * 2
    point.kwh = point.kwh * wrong / point.multiplier
    point.demand_kw *= wrong / point.multiplier
    point.multiplier = wrong
    return "the multiplier in the archive is not what the plates make"


def _exchange_unrecorded(random: Random, point: Point) -> str:
    point.change = Change(day=_day_within(random), is_other_meter=True, ct=point.ct, ticket=False)
    return "another meter without a ticket"


def _change_ratio_unrecorded(random: Random, point: Point) -> str:
    point.change = Change(
        day=_day_within(random), is_other_meter=False, ct=(point.ct[0] * 2, point.ct[1]), ticket=False
    )
    return "other current transformers without a ticket"


def _day_within(random: Random) -> date:
    return TURN + timedelta(days=int(random.integers(2, 28)))


def _type_demand(random: Random, point: Point) -> str:
    point.demand_kw = point.kva * random.uniform(1.1, 3.0)
    return "a demand that the transformers cannot carry"


def _use_sealed(random: Random, point: Point) -> str:
    since = date(2025, 10, 1) + timedelta(days=int(random.integers(0, 50)))
    for transformer in point.transformers:
        transformer.spells = [Spell("RUNNING", point.opened, since), Spell("SUSPENDED", since)]
    return "every transformer suspended, and the meter goes on"


def _rest_too_long(random: Random, point: Point) -> str:
    since = date(2025, 2, 1) + timedelta(days=int(random.integers(0, 110)))
    point.transformers[-1].spells = [Spell("RUNNING", point.opened, since), Spell("SUSPENDED", since)]
    point.kwh *= 0.5
    point.demand_kw *= 0.5
    return "suspended for more than half of the year"


def _mistake_class(random: Random, point: Point) -> str:
    point.industry = "6210" if point.kind == "HOME" else "3391"
    return "a restaurant at the price of homes, or a works at the price of farms"


def _charge_one_part(random: Random, point: Point) -> str:
    if point.basic_mode == "ACTUAL_DEMAND" or point.usage_class == "LARGE_INDUSTRIAL":
        point.structure = "SINGLE"
        point.basic_mode = "NONE"
        return "one part on a plant of 315 kVA and more"
    point.basic_mode = "NONE"
    return "two parts, and no basic charge in the terms"


def _type_standard(random: Random, point: Point) -> str:
    point.standard = {"0.90": "0.85", "0.85": "0.80"}[point.standard or "0.85"] if random.random() < 0.6 else None
    return "another power-factor standard than class and capacity ask for, or none"


def _jump(random: Random, point: Point) -> str:
    if random.random() < 0.5:
        point.kwh[-1] *= random.uniform(3, 8)
        return "several times of what is usual"
    point.kwh[-1] *= random.uniform(0.05, 0.2)
    return "a small part of what is usual"


def _sink(random: Random, point: Point) -> str:
    rest = random.uniform(0.05, 0.15)
    point.kwh[-2] *= 3 * rest
    point.kwh[-1] *= rest
    return "use that sinks away in two months"


def _misread_period(random: Random, point: Point) -> str:
    register = "peak"
    point.misreads[register] = Misread(plus=int(random.integers(300, 5_000)))
    return "a period register written too high"


def _stop_meter(random: Random, point: Point) -> str:
    months = 3 if point.kind != "HOME" else 6
    point.kwh[-months - int(random.integers(0, 4)) :] = 0
    return "the meter stands still"


def _estimate_twice(random: Random, point: Point) -> str:
    point.estimated = {TURN, CLOSING}
    return "two closing readings in a row are estimates"


def _type_share_price(random: Random, point: Point) -> str:
    add_share(random, point)
    point.shares[0].price, point.shares[0].ratio = "5.88868750", "0.40"
    return "the price of a share typed ten times too high"


def _forget_check(random: Random, point: Point) -> str:
    add_share(random, point)
    point.checks = [date(2024, 3, 1) + timedelta(days=int(random.integers(0, 250)))]
    return "shares that nobody verified for more than a year"


def _connect_anew(random: Random, point: Point) -> str:
    point.opened = MONTHS[-1].replace(day=int(random.integers(3, 26)))
    point.kwh[:-1] = np.nan
    point.opening_steps = dict.fromkeys(point.opening_steps, 0)
    return "a customer who came within the month"


def _is_plain(point: Point) -> bool:
    """Tell whether nothing happened yet that would hide the error or be mistaken for it."""
    return point.is_established and not point.estimated and point.change is None and point.digits == 6


def _is_used(point: Point) -> bool:
    if not _is_plain(point):
        return False
    return bool((point.kwh[-6:] > 0.3 * np.median(point.kwh)).all() and point.kwh[-1] > 60)


def _home(point: Point) -> bool:
    return point.kind == "HOME" and _is_used(point)


def _shop(point: Point) -> bool:
    return point.kind == "SHOP" and _is_used(point)


def _plant(point: Point) -> bool:
    return point.kind == "PLANT"


def _has_alone(point: Point) -> bool:
    return _plant(point) and all(one.spells[-1].state == "RUNNING" and not one.group for one in point.transformers)


def _passes_limit(point: Point) -> bool:
    # Nine times the register is more than a single phase carries around the clock.
    is_beyond = 9 * point.opening_steps["total"] > 25 * _HOURS * STEPS
    return _home(point) and is_beyond and _fits_digits(point)


def _fits_digits(point: Point) -> bool:
    turn: int = 10 ** (point.digits + 2)
    return point.opening_steps["total"] * 100 < 9 * turn


def _is_large(point: Point) -> bool:
    """Tell whether a jump is large enough to be worth a look."""
    return bool((_home(point) and point.kwh[-1] > 300) or (_shop(point) and point.kwh[-1] > 3_000))


ERRORS: tuple[ErrorKind, ...] = (
    ErrorKind("suspension_too_long", lambda one: _has_alone(one) and len(one.transformers) == 2, _rest_too_long),
    ErrorKind("suspension_in_use", _has_alone, _use_sealed),
    ErrorKind("demand_over_capacity", _has_alone, _type_demand),
    ErrorKind("two_part_not_charged", lambda one: _plant(one) and one.industry < "5", _charge_one_part),
    ErrorKind("power_factor_standard", lambda one: one.standard is not None, _type_standard),
    ErrorKind("multiplier_mismatch", lambda one: one.kind in {"PLANT", "WORKS"}, _type_multiplier),
    ErrorKind("multiplier_changed", lambda one: _shop(one) and one.multiplier > 1, _change_ratio_unrecorded),
    ErrorKind("main_negative", lambda one: one.sub is not None and _is_used(one.sub), _misread_sub_meter),
    ErrorKind("price_out_of_range", _shop, _type_share_price),
    ErrorKind("share_check_overdue", _shop, _forget_check),
    ErrorKind("use_over_capacity", _passes_limit, _read_digit_more),
    ErrorKind("register_backwards", lambda one: _home(one) and _fits_digits(one), _read_lower),
    ErrorKind("exchange_without_ticket", lambda one: _home(one) or _shop(one), _exchange_unrecorded),
    ErrorKind("class_against_industry", lambda one: _home(one) or one.kind == "FARM", _mistake_class),
    ErrorKind("periods_differ", lambda one: bool(one.split) and (_home(one) or _shop(one)), _misread_period),
    ErrorKind("estimated_twice", _home, _estimate_twice),
    ErrorKind("first_bill", _home, _connect_anew),
    ErrorKind("zero_use", lambda one: _home(one) or _shop(one), _stop_meter, is_deterministic=False),
    ErrorKind("jump_last_month", _is_large, _jump, is_deterministic=False),
    ErrorKind("jump_last_year", _is_large, _sink, is_deterministic=False),
)
