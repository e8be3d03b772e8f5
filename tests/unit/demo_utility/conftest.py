"""The hours of the two sheets as arrays, and the usage of every designed point, built once."""

from dataclasses import dataclass

import numpy as np
import pytest

from dianke.application.demo_utility import load, loads
from dianke.application.demo_utility.curves import CodeArray
from dianke.application.demo_utility.designs import COMMERCE_PLAN, HOME_PLAN, PointDesign
from dianke.application.demo_utility.loads import Usage

SHARP, PEAK, FLAT, VALLEY = range(4)


@dataclass(frozen=True, eq=False)
class Fleet:
    """Every designed point with its usage, found by serial."""

    points: list[PointDesign]
    usage: Usage

    def at(self, serial: int) -> int:
        """Return the place of a serial."""
        return [point.serial for point in self.points].index(serial)


@pytest.fixture(scope="session")
def codes() -> dict[str, CodeArray]:
    """Return the winter hours of Hubei and the hours of Guangzhou's homes for 365 days."""
    commerce = np.repeat([VALLEY, FLAT, VALLEY, FLAT, PEAK, SHARP, PEAK], [24, 24, 8, 8, 8, 8, 16])
    homes = np.repeat([VALLEY, FLAT, PEAK, FLAT, PEAK, FLAT], [32, 8, 8, 8, 20, 20])
    return {
        COMMERCE_PLAN: np.tile(commerce.astype(np.int8), (365, 1)),
        HOME_PLAN: np.tile(homes.astype(np.int8), (365, 1)),
    }


@pytest.fixture(scope="session")
def fleet(codes: dict[str, CodeArray]) -> Fleet:
    """Return the points that every demo utility has, with their usage."""
    points = load.list_designs()
    return Fleet(points, loads.build_usage(points, codes))
