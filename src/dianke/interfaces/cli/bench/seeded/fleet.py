"""A clean fleet: homes, shops, farms, works and plants, each supplied and charged as the regulations ask."""

from datetime import date, timedelta

import numpy as np

from dianke.interfaces.cli.bench.seeded import use
from dianke.interfaces.cli.bench.seeded.points import (
    BUSINESS_PLAN,
    CLOSING,
    DAYS_BILLED,
    HOME_PLAN,
    MONTHS,
    OPENING,
    STEPS,
    TURN,
    Change,
    FloatArray,
    Point,
    Share,
    Spell,
    Transformer,
)

Random = np.random.Generator

# Of a thousand points; homes are the rest.
_PER_THOUSAND = {"PLANT": 20, "WORKS": 12, "SHARED_HOMES": 8, "FARM": 12, "MAIN": 4, "SHOP": 100}
_LEAST_SEEDS = {"PLANT": 12, "WORKS": 3, "SHARED_HOMES": 1, "FARM": 1, "MAIN": 2, "SHOP": 8}
_SPLITS = {
    ("peak", "flat", "valley"): (0.35, 0.35, 0.30),
    ("sharp", "peak", "flat", "valley"): (0.08, 0.27, 0.40, 0.25),
}
_BY_TIME = ("sharp", "peak", "flat", "valley")
_HOME_BY_TIME = ("peak", "flat", "valley")
_TRADES = ("5211", "6210", "6110", "7010", "6560", "8051")
_INDUSTRIES = ("1713", "2710", "3011", "3311", "3391", "2921")


def count_kinds(size: int, seeds_a_code: int) -> dict[str, int]:
    """Return how many points of each kind a fleet has; few points still have enough of each for the seeds."""
    counts = {
        kind: max(size * share // 1000, _LEAST_SEEDS[kind] * seeds_a_code) for kind, share in _PER_THOUSAND.items()
    }
    counts["SUB"] = counts["MAIN"]
    counts["HOME"] = max(size - sum(counts.values()), 8 * seeds_a_code)
    return counts


def build_clean(random: Random, *, size: int, seeds_a_code: int) -> list[Point]:
    """Return a fleet without an error, by ascending serial."""
    counts = count_kinds(size, seeds_a_code)
    points: list[Point] = []
    makers = {
        "HOME": _home, "SHARED_HOMES": _shared_homes, "SHOP": _shop, "FARM": _farm, "WORKS": _works, "PLANT": _plant,
    }  # fmt: skip
    for kind, make in makers.items():
        for _ in range(counts[kind]):
            points.append(make(random, len(points) + 1))
    for _ in range(counts["MAIN"]):
        points.extend(_main_with_sub(random, len(points) + 1))
    for point in points:
        _finish(random, point)
    return points


def _home(random: Random, serial: int) -> Point:
    by_time = random.random() < 0.6
    return Point(
        serial=serial,
        kind="HOME",
        usage_class="RESIDENTIAL",
        plan=HOME_PLAN,
        registers=("total", *_HOME_BY_TIME) if by_time else ("total",),
        time_of_use=by_time,
        household=int(random.integers(1, 7)),
        kwh=use.use_home(random),
    )


def _shared_homes(random: Random, serial: int) -> Point:
    return Point(
        serial=serial,
        kind="SHARED_HOMES",
        usage_class="RESIDENTIAL_SHARED",
        industry=("7020", "8321", "8331", "8510")[int(random.integers(4))],
        plan=HOME_PLAN,
        voltage="380V",
        registers=("total",),
        kwh=use.use_shop(random, 1_500),
    )


def _shop(random: Random, serial: int) -> Point:
    is_large = random.random() < 0.25
    point = Point(
        serial=serial,
        kind="SHOP",
        usage_class="COMMERCIAL_INDUSTRIAL",
        industry=_TRADES[int(random.integers(len(_TRADES)))],
        plan=BUSINESS_PLAN,
        price_voltage="<1kV",
        voltage="380V",
        registers=("total", *_BY_TIME),
        time_of_use=True,
        kwh=use.use_shop(random, 9_000 if is_large else 800),
    )
    if is_large:
        _set_ratio(point, ct=(int(random.choice([150, 200, 300])), 5))
    if random.random() < 0.08:
        add_share(random, point)
    return point


def add_share(random: Random, point: Point) -> None:
    """Give a point a share at another price, verified within the last year."""
    point.shares = [Share(name="职工宿舍", price="0.58886875", ratio=f"0.{int(random.integers(5, 25)):02d}")]
    point.checks = [TURN - timedelta(days=int(random.integers(20, 300)))]


def _farm(random: Random, serial: int) -> Point:
    return Point(
        serial=serial,
        kind="FARM",
        usage_class="AGRICULTURAL",
        industry=("0111", "0141", "0311", "0412")[int(random.integers(4))],
        plan=BUSINESS_PLAN,
        price_voltage="<1kV",
        voltage="380V",
        registers=("total",),
        kwh=use.use_farm(random),
    )


def _works(random: Random, serial: int) -> Point:
    """Single part on an own transformer below 315 kVA, metered on its low side."""
    kva = int(random.choice([50, 80, 100, 125, 160, 200, 250]))
    is_industry = random.random() < 0.6
    trades = _INDUSTRIES if is_industry else _TRADES
    point = _on_high_voltage(random, serial, "WORKS", trades, use.use_works(random, kva))
    point.side, point.price_voltage = "HIGH_LOW", "<1kV"
    point.transformers = [Transformer(kva=kva, spells=[_running(point)])]
    point.standard = None if kva < 100 else "0.90" if is_industry and kva > 160 else "0.85"
    point.registers = _registers(has_standard=point.standard is not None)
    _set_ratio(point, ct=(max(kva * 2 // 50 * 50, 100), 5))
    _set_demand(random, point, kva)
    return point


def _plant(random: Random, serial: int) -> Point:
    """Two parts, from 315 kVA, metered on the high side; every third with a second or an interlocked transformer."""
    kva = int(random.choice([315, 400, 500, 630, 800, 1000, 1250, 1600]))
    second = random.random()
    running = kva * (2 if second < 0.2 else 1)
    is_industry = random.random() < 0.9
    point = _on_high_voltage(
        random, serial, "PLANT", _INDUSTRIES if is_industry else _TRADES, use.use_works(random, running)
    )
    if not is_industry:
        point.opened = date(2023, 9, 1)
    point.usage_class = "LARGE_INDUSTRIAL" if is_industry and random.random() < 0.4 else "COMMERCIAL_INDUSTRIAL"
    point.structure, point.price_voltage = "TWO_PART", "1-10(20)kV"
    point.basic_mode = "CAPACITY" if random.random() < 0.5 else "ACTUAL_DEMAND"
    point.standard = "0.90" if is_industry else "0.85"
    point.registers = _registers(has_standard=True)
    point.transformers = [Transformer(kva=kva, spells=[_running(point)])]
    if second < 0.2:
        point.transformers.append(Transformer(kva=kva, spells=[_running(point)]))
    elif second < 0.3:
        point.transformers.append(Transformer(kva=kva, spells=[_running(point)], group="A"))
        point.transformers[0].group = "A"
    elif second < 0.4:
        # Resting for the slack season, within what a year allows.
        rests = date(2025, 8, 1) + timedelta(days=int(random.integers(0, 110)))
        spells = [Spell("RUNNING", point.opened, rests), Spell("SUSPENDED", rests)]
        point.transformers.append(Transformer(kva=kva, spells=spells))
    _set_ratio(point, ct=(max(running // 15 // 5 * 5, 20), 5), pt=(10_000, 100))
    _set_demand(random, point, running)
    return point


def _on_high_voltage(random: Random, serial: int, kind: str, trades: tuple[str, ...], kwh: FloatArray) -> Point:
    return Point(
        serial=serial,
        kind=kind,
        usage_class="COMMERCIAL_INDUSTRIAL",
        industry=trades[int(random.integers(len(trades)))],
        plan=BUSINESS_PLAN,
        voltage="10kV",
        side="HIGH_HIGH",
        registers=("total", *_BY_TIME),
        time_of_use=True,
        kwh=kwh,
    )


def _main_with_sub(random: Random, serial: int) -> list[Point]:
    """Return a trading hall and the shop behind its meter, which the hall's bill leaves out."""
    sub = _shop(random, serial + 1)
    sub.kind, sub.parent, sub.shares, sub.checks = "SUB", serial, [], []
    sub.kwh = np.minimum(sub.kwh, 6_000)
    main = _shop(random, serial)
    main.kind, main.shares, main.checks = "MAIN", [], []
    main.kwh = main.kwh + 3 * sub.kwh
    _set_ratio(main, ct=(600, 5))
    main.sub = sub
    return [main, sub]


def _registers(*, has_standard: bool) -> tuple[str, ...]:
    reactive = ("reactive_import", "reactive_export") if has_standard else ()
    return ("total", *_BY_TIME, *reactive, "demand")


def _running(point: Point) -> Spell:
    return Spell("RUNNING", point.opened)


def _set_ratio(point: Point, *, ct: tuple[int, int], pt: tuple[int, int] = (1, 1)) -> None:
    point.ct, point.pt = ct, pt
    point.multiplier = ct[0] * pt[0] / (ct[1] * pt[1])


def _set_demand(random: Random, point: Point, kva: float) -> None:
    mean_kw = float(point.kwh[-1]) / (DAYS_BILLED * 24)
    point.demand_kw = min(mean_kw * random.uniform(1.25, 2.2), kva * 0.98)
    point.power_factor = random.uniform(0.86, 0.98)


def _finish(random: Random, point: Point) -> None:
    """Give the meter its split and its past, and let what happens to meters and customers happen."""
    kinds = tuple(kind for kind in point.registers if kind in _BY_TIME)
    if kinds:
        shares = random.dirichlet(np.array(_SPLITS[kinds]) * 60)
        point.split = dict(zip(kinds, map(float, shares), strict=True))
    years = random.uniform(1, 6)
    yearly = (float(np.nansum(point.kwh[-12:])) + sum(map(point.sub_kwh, range(-12, 0)))) / point.multiplier * STEPS
    past = int(min(yearly * years, 70_000_000)) + int(random.integers(100, 40_000))
    point.opening_steps = {kind: int(past * part) for kind, part in point.split.items()}
    point.opening_steps["total"] = sum(point.opening_steps.values()) if kinds else past
    if point.kind in {"HOME", "SHOP"}:
        _happen(random, point)


def _happen(random: Random, point: Point) -> None:
    draw = random.random()
    if draw < 0.008:
        _connect(random, point, months_ago=int(random.integers(0, 3)))
    elif draw < 0.05:
        _connect(random, point, months_ago=int(random.integers(3, len(MONTHS) - 1)))
    elif draw < 0.058:
        day = TURN + timedelta(days=int(random.integers(2, 28)))
        point.change = Change(day=day, is_other_meter=True, ct=point.ct, ticket=True)
    elif draw < 0.078:
        # One reading that never came in; those before and after it did.
        point.estimated = {TURN if random.random() < 0.5 else CLOSING}
    elif draw < 0.083 and point.kind == "HOME" and not point.split:
        # An old meter of five digits turns over within the month.
        point.digits = 5
        used = point.kwh[-2] + point.kwh[-1] / 2
        point.opening_steps["total"] = 10**5 * STEPS - int(used * STEPS) - 1


def _connect(random: Random, point: Point, *, months_ago: int) -> None:
    """Let the customer have come so many months before the billed one, in the middle of that month."""
    month = len(MONTHS) - 1 - months_ago
    day = int(random.integers(3, 26))
    point.opened = MONTHS[month].replace(day=day)
    point.kwh[:month] = np.nan
    point.kwh[month] *= (30 - day) / 30
    if MONTHS[month] >= OPENING:
        point.opening_steps = dict.fromkeys(point.opening_steps, 0)
