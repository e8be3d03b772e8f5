"""Customers on a plain map: places in their true proportions and a scale, without tiles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import cos, log10, pi, radians

from dianke.application.care.portfolio import Managed

_WIDTH, _HEIGHT, _EDGE = 640.0, 420.0, 30.0
_EARTH_KM = 6_371.0
_KM_A_DEGREE = 2 * pi * _EARTH_KM / 360
# A single place is shown with so much around it.
_LEAST_KM = 0.4
# A name takes so much room; one that would lie on another is left to the list.
_NAME_WIDTH, _NAME_HEIGHT = 120.0, 15.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A customer where they are."""

    x: float
    y: float
    kind: str
    managed: Managed
    is_named: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A map with its scale."""

    spots: Sequence[Spot]
    width: float
    height: float
    scale_km: str
    scale_px: float
    without: int


def draw_map(rows: Sequence[Managed], *, today: date, soon: date) -> Picture | None:
    """Return where customers are, north above; None where no position is known."""
    placed = [(one, float(one.position[0]), float(one.position[1])) for one in rows if one.position]
    if not placed:
        return None
    west, east = min(x for _one, x, _y in placed), max(x for _one, x, _y in placed)
    south, north = min(y for _one, _x, y in placed), max(y for _one, _x, y in placed)
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    # On so small a piece of the earth a degree of longitude is a degree of latitude times the cosine.
    narrow = max(cos(radians(middle_y)), 0.01)
    width_km = max((east - west) * _KM_A_DEGREE * narrow, _LEAST_KM)
    height_km = max((north - south) * _KM_A_DEGREE, _LEAST_KM)
    px_a_km = min((_WIDTH - 2 * _EDGE) / width_km, (_HEIGHT - 2 * _EDGE) / height_km)
    spots: list[Spot] = []
    named: list[tuple[float, float]] = []
    for one, longitude, latitude in placed:
        x = round(_WIDTH / 2 + (longitude - middle_x) * _KM_A_DEGREE * narrow * px_a_km, 1)
        y = round(_HEIGHT / 2 - (latitude - middle_y) * _KM_A_DEGREE * px_a_km, 1)
        is_free = all(abs(x - left) > _NAME_WIDTH or abs(y - top) > _NAME_HEIGHT for left, top in named)
        if is_free:
            named.append((x, y))
        spots.append(Spot(x=x, y=y, kind=_choose_kind(one, today, soon), managed=one, is_named=is_free))
    scale_km = _round_down(_WIDTH / 4 / px_a_km)
    return Picture(
        # Drawn last, the late ones lie on top.
        spots=sorted(spots, key=lambda one: ("none", "later", "soon", "late").index(one.kind)),
        width=_WIDTH,
        height=_HEIGHT,
        scale_km=f"{scale_km:g} km",
        scale_px=round(scale_km * px_a_km, 1),
        without=len(rows) - len(placed),
    )


def _choose_kind(one: Managed, today: date, soon: date) -> str:
    if one.visit_due is None:
        return "none"
    if one.visit_due < today:
        return "late"
    return "soon" if one.visit_due <= soon else "later"


def _round_down(km: float) -> float:
    """Return the largest 1, 2 or 5 times a power of ten that is not above a length."""
    power: float = 10.0 ** int(log10(km) // 1)
    return next(step * power for step in (5, 2, 1) if step * power <= km)
