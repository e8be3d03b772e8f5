"""Words of load shapes."""

from enum import StrEnum


class ShapeRunVerdict(StrEnum):
    """Whether the kinds stay the same when points are drawn again."""

    STABLE = "STABLE"
    UNSTABLE = "UNSTABLE"
    TOO_FEW = "TOO_FEW"


SLOTS = 96
