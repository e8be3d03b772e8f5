"""The shipped data sets as arrays: energies of whole weeks in quarters of an hour, and the area's network."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

DATA = Path(__file__).parent / "data"
WEEKS = 52
DAYS = WEEKS * 7
SLOTS = 96

TRADE_SHAPES = ("metal_1", "metal_2", "warehouse")
HOMES = 17

# Rated power of the homes' panels in kW as stated in the schema of the data set, building 1 first.
HOME_PANELS_KW = (4, 4, 4, 5, 4, 4, 4, 4, 4, 5, 5, 5, 5, 5, 5, 5, 5)


@dataclass(frozen=True, eq=False)
class WeekSeries:
    """52 whole weeks: whole mWh of each quarter of an hour (364, 96), and the day that row 0 was."""

    first_day: date
    mwh: Array

    @property
    def total_mwh(self) -> int:
        """Return the energy of all weeks."""
        return int(self.mwh.sum())


@dataclass(frozen=True, slots=True)
class AreaLoad:
    """A customer of the benchmark area: its bus, its peak power and the shape it follows."""

    name: str
    bus: int
    peak_w: int
    profile: str


@dataclass(frozen=True, slots=True)
class AreaBus:
    """A node of the benchmark area with its published coordinates."""

    bus: int
    name: str
    longitude: float
    latitude: float


@dataclass(frozen=True, slots=True)
class AreaLine:
    """A cable of the benchmark area."""

    name: str
    kind: str
    from_bus: int
    to_bus: int
    length_km: float


@dataclass(frozen=True, slots=True)
class AreaTransformer:
    """The nameplate of the benchmark area's transformer."""

    kind: str
    lv_bus: int
    capacity_kva: float
    no_load_loss_kw: float
    load_loss_kw: float
    no_load_current_percent: float
    impedance_percent: float


@dataclass(frozen=True)
class AreaNetwork:
    """The benchmark area: its nodes, cables, transformer, customers and panels."""

    buses: tuple[AreaBus, ...]
    lines: tuple[AreaLine, ...]
    transformer: AreaTransformer
    loads: tuple[AreaLoad, ...]
    panels: tuple[AreaLoad, ...]


@cache
def load_homes() -> tuple[WeekSeries, ...]:
    """
    Return the 17 homes' use from the first Monday on; an hour's energy is spread over its four quarters.

    Row 0 of the published series is the last hour of a Sunday; the day types show that the first of August
    after it is a Monday, as it was in 2016.
    """
    return tuple(_from_hours(column * 1_000_000) for column in _read_home_columns("equipment_kwh"))


@cache
def load_home_panels() -> tuple[WeekSeries, ...]:
    """Return what the homes' panels generate, W per kW times their rated power."""
    columns = _read_home_columns("solar_w_per_kw")
    return tuple(_from_hours(column * 1_000 * rated) for column, rated in zip(columns, HOME_PANELS_KW, strict=True))


@cache
def load_trade(shape: str) -> WeekSeries:
    """Return a measured trade profile; the source scaled it to 1,000 kWh a year."""
    table = _read("de_nonresidential/profiles_2010.parquet", [f"{shape}_w"])
    watts = table[f"{shape}_w"].to_numpy()
    return WeekSeries(first_day=date(2010, 1, 1), mwh=_to_weeks(watts * 250))


@cache
def load_area_shape(profile: str) -> WeekSeries:
    """Return a shape of the benchmark area at a peak of 1 kW; rows stand in standard time."""
    is_panel = profile.startswith("PV")
    column = profile if is_panel else f"{profile}_pload"
    file = "pv_profiles_15min" if is_panel else "load_profiles_15min"
    relative = _read(f"lv_urban6/{file}.parquet", [column])[column].to_numpy()
    return WeekSeries(first_day=date(2016, 1, 1), mwh=_to_weeks(relative * 250_000))


@cache
def load_area() -> AreaNetwork:
    """Return the benchmark area's network with its published coordinates."""
    [plate] = _read("lv_urban6/transformer.parquet").to_pylist()
    capacity_kva = plate["sn_mva"] * 1_000
    return AreaNetwork(
        buses=tuple(
            AreaBus(row["bus"], row["name"], row["longitude"], row["latitude"])
            for row in _read("lv_urban6/buses.parquet").to_pylist()
            if row["vn_kv"] < 1
        ),
        lines=tuple(
            AreaLine(row["name"], row["std_type"], row["from_bus"], row["to_bus"], row["length_km"])
            for row in _read("lv_urban6/lines.parquet").to_pylist()
        ),
        transformer=AreaTransformer(
            kind=plate["std_type"],
            lv_bus=plate["lv_bus"],
            capacity_kva=capacity_kva,
            no_load_loss_kw=plate["pfe_kw"],
            load_loss_kw=round(plate["vkr_percent"] / 100 * capacity_kva, 4),
            no_load_current_percent=round(plate["i0_percent"], 4),
            impedance_percent=plate["vk_percent"],
        ),
        loads=_read_loads("customers"),
        panels=_read_loads("generators"),
    )


def _read_loads(file: str) -> tuple[AreaLoad, ...]:
    return tuple(
        AreaLoad(row["name"], row["bus"], round(row["p_mw"] * 1_000_000), row["profile"])
        for row in _read(f"lv_urban6/{file}.parquet").to_pylist()
    )


def _read_home_columns(name: str) -> list[Array]:
    table = _read("citylearn_homes/homes_hourly.parquet", ["building", name])
    building, values = table["building"].to_numpy(), table[name].to_numpy()
    return [values[building == home] for home in range(1, HOMES + 1)]


def _from_hours(hourly_mwh: Array) -> WeekSeries:
    hours = np.rint(hourly_mwh[1 : 1 + DAYS * 24])
    # Four equal quarters; what an hour does not divide into goes to its first quarters.
    quarters = hours[:, None] // 4 + (np.arange(4) < hours[:, None] % 4)
    return WeekSeries(first_day=date(2016, 8, 1), mwh=quarters.reshape(DAYS, SLOTS))


def _to_weeks(slots_mwh: Array) -> Array:
    return np.rint(slots_mwh[: DAYS * SLOTS]).reshape(DAYS, SLOTS)


def _read(file: str, columns: list[str] | None = None) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetFile(DATA / file).read(columns=columns)
