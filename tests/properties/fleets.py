"""
Strategies for whole fleets: quote cases that share a plan and differ in what was measured.

`fleets()` draws everyday sizes, `fleets(scale=10**k)` sizes whose products pass 2^63.
"""

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from tests.twin.schema import PERIODS

Case = dict[str, Any]
MONTHS = [
    {"start": "2024-05-01", "end": "2024-06-01"},
    {"start": "2024-06-01", "end": "2024-07-01"},
    {"start": "2024-06-15", "end": "2024-07-20"},
]
SPAN = (date(2024, 4, 1), date(2024, 8, 1))


def decimals(low: int, high: int, places: int) -> st.SearchStrategy[str]:
    """Draw decimal text between low and high last places, so that 10**places of them make one."""
    return st.integers(low, high).map(lambda units: as_text(units, places))


def as_text(units: int, places: int) -> str:
    """Write an integer of last places as decimal text."""
    if not places:
        return str(units)
    sign, size = ("-" if units < 0 else ""), abs(units)
    return f"{sign}{size // 10**places}.{size % 10**places:0{places}d}"


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw None a quarter of the time."""
    return st.integers(0, 3).flatmap(lambda chance: strategy if chance else st.none())


@st.composite
def fleets(draw: DrawFn, *, scale: int = 1, max_points: int = 5) -> list[Case]:
    """Draw a plan and points that keep to it."""
    plan = draw(plans(scale=scale))
    shape = draw(shapes(plan))
    size = draw(st.integers(1, max_points))
    cases = [draw(points(plan, shape, scale=scale)) for _ in range(size)]
    return [{"id": f"P{index}", **case} for index, case in enumerate(cases)]


@st.composite
def plans(draw: DrawFn, *, scale: int = 1) -> Case:
    """Draw what all points share: prices, funds, charges, rounding."""
    line = draw(st.sampled_from([2, 2, 2, 3, 5]))
    plan: Case = {
        "rounding": {
            "quantity": draw(st.sampled_from([0, 0, 1, 2])),
            "power_factor": draw(st.sampled_from([2, 2, 3])),
            "line": line,
            "total": draw(st.sampled_from([2, line, 0])),
            "lines_rounded": draw(st.booleans()),
        },
        "per_kwh": draw(_named(st.fixed_dictionaries({"price": decimals(-5_000_000, 5_000_000, 8)}), 2)),
        "funds": draw(_named(_fund(), 3)),
        "fixed_charges": draw(
            _named(st.fixed_dictionaries({"amount": decimals(-500_000 * scale, 500_000 * scale, 4)}), 2)
        ),
        "energy_price": draw(maybe(_energy_price(scale))),
        "basic_charge": draw(maybe(_basic_charge(scale))),
        "power_factor": draw(maybe(_power_factor())),
        "tax_ratio": draw(maybe(decimals(0, 20_000, 5))),
    }
    return {key: value for key, value in plan.items() if value is not None}


def _named(rows: st.SearchStrategy[Case], most: int) -> st.SearchStrategy[list[Case]]:
    return st.lists(rows, max_size=most).map(
        lambda drawn: [{"name": f"n{index}", **row} for index, row in enumerate(drawn)]
    )


def _fund() -> st.SearchStrategy[Case]:
    return st.fixed_dictionaries(
        {"price": decimals(0, 5_000_000, 8)},
        optional={"on": st.sampled_from(["all", "main"]), "included": st.booleans()},
    )


@st.composite
def _energy_price(draw: DrawFn, scale: int) -> Case:
    price = decimals(0, 200_000_000 * scale, 8)
    base = draw(st.sampled_from(["none", "single", "periods", "periods"]))
    prices: Case = {}
    if base == "single":
        prices["single"] = draw(price)
    if base == "periods":
        priced = {"flat", *draw(st.sets(st.sampled_from(PERIODS)))}
        prices = {name: draw(price) for name in PERIODS if name in priced}
    if base == "none" or draw(st.booleans()):
        prices["tiers"] = draw(_tiers("price" if base == "none" else "surcharge"))
        if draw(st.booleans()):
            prices["used_before_kwh"] = "0"
    return prices


@st.composite
def _tiers(draw: DrawFn, kind: str) -> list[Case]:
    limits = sorted(draw(st.sets(st.integers(1, 5_000), max_size=3)))
    rows = [{"up_to_kwh": str(limit), kind: draw(decimals(0, 100_000_000, 8))} for limit in limits]
    return [*rows, {kind: draw(decimals(0, 100_000_000, 8))}]


@st.composite
def _basic_charge(draw: DrawFn, scale: int) -> Case:
    mode = draw(st.sampled_from(["capacity", "contract_demand", "contract_demand", "actual_demand"]))
    charge: Case = {"mode": mode, "price": draw(decimals(0, 600_000 * scale, 4))}
    if mode == "contract_demand":
        charge |= draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "floor_ratio": decimals(0, 100, 2),
                    "band_ratio": decimals(100, 120, 2),
                    "excess_multiple": decimals(10, 30, 1),
                    "excess_base": st.sampled_from(["contract", "band"]),
                },
            )
        )
    if draw(st.booleans()):
        charge["discount"] = {"kwh_per_kva": draw(st.sampled_from(["0", "0", "2", "260"])), "ratio": "0.90"}
    return charge


@st.composite
def _power_factor(draw: DrawFn) -> Case:
    facts: Case = draw(st.fixed_dictionaries({}, optional={"base": st.sampled_from(["with_funds", "without_funds"])}))
    if draw(st.booleans()):
        return {**facts, "standard": draw(st.sampled_from(["0.90", "0.85", "0.80"]))}
    limits = sorted(draw(st.sets(st.integers(5, 100), min_size=1, max_size=4)), reverse=True)
    row = st.one_of(
        st.fixed_dictionaries({"per_point": decimals(-300, 300, 2)}),
        st.fixed_dictionaries({"percent": decimals(-300, 1_000, 2)}),
    )
    return {**facts, "table": [{"below": as_text(limit, 2), **draw(row)} for limit in limits]}


@st.composite
def shapes(draw: DrawFn, plan: Case) -> Case:
    """Draw which facts every point gives: kinds of registers, losses, shares, capacity."""
    prices = plan.get("energy_price", {})
    priced = [name for name in PERIODS if name in prices]
    kinds = ["total"]
    if priced:
        read = [name for name in priced if name != "flat"]
        kinds = draw(st.sampled_from([["total", *read], ["total", *read, "flat"], [*read, "flat"], ["total"]]))
    if draw(st.integers(0, 3)):
        kinds = [*kinds, "reactive_import"]
        if draw(st.booleans()):
            kinds = [*kinds, "reactive_export"]
    return {
        "kinds": kinds,
        "priced": priced,
        "source": draw(st.sampled_from(["meters", "usage"])),
        "meters": draw(st.sampled_from([1, 1, 2])),
        "has_add": draw(st.booleans()),
        "has_demand": "basic_charge" in plan,
        "loss": draw(st.sampled_from([None, "formula", "given", "ratio"])),
        "has_line_loss": draw(st.booleans()),
        "has_months": draw(st.booleans()),
        "gives_power_factor": "power_factor" in plan and draw(st.integers(0, 3)) == 0,
        "shares": draw(_shares(priced)),
        "capacity": draw(st.sampled_from([2, 1, 3, 0])) if "basic_charge" in plan else 0,
        "has_period": draw(st.booleans()),
    }


def _shares(priced: list[str]) -> st.SearchStrategy[list[Case]]:
    flags = {name: st.booleans() for name in ("in_power_factor", "in_power_factor_base", "funds")}
    if priced:
        flags["taken_from"] = st.sampled_from(priced)
    row = st.fixed_dictionaries(
        {"price": decimals(0, 200_000_000, 8), "kind": st.sampled_from(["fixed_kwh", "ratio"])},
        optional=flags,
    )
    return _named(row, 3)


@st.composite
def points(draw: DrawFn, plan: Case, shape: Case, *, scale: int = 1) -> Case:
    """Draw one case of the plan."""
    case: Case = dict(plan)
    usage = draw(_usage(shape, scale))
    case |= draw(_meters(shape, usage)) if shape["source"] == "meters" else {"usage": usage}
    if shape["loss"]:
        case["transformer_loss"] = draw(_transformer_loss(shape["loss"]))
    if shape["has_line_loss"]:
        case["line_loss_ratio"] = draw(decimals(0, 1_000, 4))
    if shape["has_months"]:
        case["months"] = draw(decimals(1, 400, 2))
    if shape["gives_power_factor"]:
        case["power_factor"] = {**plan["power_factor"], "value": draw(decimals(0, 100, 2))}
    if shape["shares"]:
        case["shares"] = draw(_share_amounts(shape["shares"], scale))
    if "used_before_kwh" in plan.get("energy_price", {}):
        case["energy_price"] = {**plan["energy_price"], "used_before_kwh": draw(decimals(0, 600_000, 2))}
    if plan.get("basic_charge", {}).get("mode") == "contract_demand":
        case["basic_charge"] = {**plan["basic_charge"], "contract_kw": draw(decimals(0, 500_000, 2))}
    if shape["capacity"]:
        case |= draw(_capacity(shape))
    return case


@st.composite
def _usage(draw: DrawFn, shape: Case, scale: int) -> Case:
    """Draw period figures first, then a total that leaves a flat of about zero or more."""
    places = 2
    active = [kind for kind in shape["kinds"] if kind in PERIODS]
    figures = {kind: draw(st.integers(0, 300_000 * scale)) for kind in active}
    if "total" in shape["kinds"]:
        figures["total"] = sum(figures.values()) + draw(st.integers(0, 300_000 * scale))
        figures["total"] += draw(st.sampled_from([0, 250]))
        if "flat" in active and draw(st.booleans()):
            figures["total"] = sum(figures[kind] for kind in active)
    usage = {f"{kind}_kwh": as_text(units, places) for kind, units in figures.items()}
    for kind in shape["kinds"]:
        if kind.startswith("reactive"):
            usage[f"{kind}_kvarh"] = as_text(draw(st.integers(-200_000 * scale, 900_000 * scale)), places)
    if shape["has_demand"]:
        usage["demand_kw"] = draw(decimals(0, 900_000_000 * scale, 6))
    return usage


@st.composite
def _meters(draw: DrawFn, shape: Case, usage: Case) -> Case:
    """Turn figures into readings of one meter or two, some with registers that roll over."""
    meters = []
    for _ in range(shape["meters"]):
        start = draw(decimals(0, 99_999, 2))
        digits = draw(st.none() | st.integers(4, 6))
        registers: Case = {}
        for kind in shape["kinds"]:
            unit = "_kvarh" if kind.startswith("reactive") else "_kwh"
            advance = usage[kind + unit].lstrip("-")
            registers[kind] = _readings(start, advance, digits)
        if shape["has_demand"]:
            registers["demand"] = [draw(decimals(0, 900_000, 4))]
        meter: Case = {
            "multiplier": draw(st.sampled_from(["1", "20", "1.5", "3000"])),
            "registers": registers,
        }
        if digits is not None:
            meter |= {"digits": digits, "rollover": True}
        if shape["has_add"]:
            added = draw(st.sets(st.sampled_from(shape["kinds"])))
            meter["add"] = {kind: draw(decimals(0, 90_000, 2)) for kind in sorted(added)}
        meters.append(meter)
    return {"meters": meters}


def _readings(start: str, advance: str, digits: int | None) -> list[str]:
    """Return start and end; a register with few digits shows what is left after it rolled over."""
    units = [int(text.replace(".", "")) for text in (start, advance)]
    if digits is None:
        return [start, as_text(sum(units), 2)]
    return [start, as_text(sum(units) % 10 ** (digits + 2), 2)]


def _transformer_loss(method: str) -> st.SearchStrategy[Case]:
    if method == "given":
        return st.fixed_dictionaries({"active_kwh": decimals(0, 500_000, 2), "reactive_kvarh": decimals(0, 500_000, 2)})
    if method == "ratio":
        return st.fixed_dictionaries(
            {
                "method": st.just("ratio"),
                "copper_ratio": decimals(0, 5_000, 5),
                "iron_kwh": decimals(0, 90_000, 2),
            }
        )
    return st.fixed_dictionaries(
        {
            "method": st.just("formula"),
            "p0_kw": decimals(0, 50_000, 4),
            "pk_kw": decimals(0, 250_000, 4),
            "i0_percent": decimals(0, 300, 2),
            "uk_percent": decimals(0, 800, 2),
            "sn_kva": st.sampled_from(["50", "315", "1000", "2500"]),
            "hours": st.sampled_from(["720", "744", "672", "360"]),
            "k": st.sampled_from(["1", "1.2", "1.8", "3.6"]),
        }
    )


@st.composite
def _share_amounts(draw: DrawFn, shares: list[Case], scale: int) -> list[Case]:
    rows = []
    for share in shares:
        row = {key: value for key, value in share.items() if key != "kind"}
        fixed = decimals(0, 200_000 * scale, 2)
        row[share["kind"]] = draw(fixed if share["kind"] == "fixed_kwh" else decimals(0, 6_000, 4))
        rows.append(row)
    return rows


@st.composite
def _capacity(draw: DrawFn, shape: Case) -> Case:
    dated = shape["has_period"]
    rows = []
    for _ in range(shape["capacity"]):
        row: Case = {
            "kva": draw(st.sampled_from(["50", "315", "1000.5", "31500"])),
            "state": draw(st.sampled_from(["running", "running", "hot_standby", "cold_sealed"])),
            "interlock": draw(st.sampled_from([None, None, "a", "b"])),
        }
        if not dated:
            row["days"] = str(draw(st.integers(0, 31)))
        else:
            row |= draw(_dates())
        rows.append(row)
    if not dated:
        return {"capacity": rows}
    return {"capacity": rows, "period": draw(st.sampled_from(MONTHS))}


@st.composite
def _dates(draw: DrawFn) -> Case:
    row: Case = {}
    if draw(st.integers(0, 3)) == 0:
        return {"days": str(draw(st.integers(0, 31))), "suspended": draw(st.lists(_suspension(), max_size=2))}
    if draw(st.booleans()):
        row["from"] = draw(st.dates(*SPAN)).isoformat()
    if draw(st.booleans()):
        row["to"] = draw(st.dates(*SPAN)).isoformat()
    if "from" in row and "to" in row and row["to"] < row["from"]:
        row["from"], row["to"] = row["to"], row["from"]
    if draw(st.booleans()):
        row["suspended"] = draw(st.lists(_suspension(), max_size=2))
    return row


@st.composite
def _suspension(draw: DrawFn) -> Case:
    """Draw a suspension, often of about the fifteen days that decide."""
    start = draw(st.dates(*SPAN))
    days = draw(st.sampled_from([14, 15, 16]) | st.integers(0, 60))
    return {"from": start.isoformat(), "to": (start + timedelta(days=days)).isoformat()}
