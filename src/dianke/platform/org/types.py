"""Facts of the organisation."""

from enum import StrEnum


class UnitKind(StrEnum):
    """What a unit of the utility is."""

    UTILITY = "UTILITY"
    BRANCH = "BRANCH"
    STATION = "STATION"
    DEPARTMENT = "DEPARTMENT"
