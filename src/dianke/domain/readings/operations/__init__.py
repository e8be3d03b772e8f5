"""Writes of readings."""

from dianke.domain.readings.operations.calendars import (
    UnableToMoveDay,
    UnableToPlan,
    generate_days,
    move_day,
    set_interim_days,
    set_template,
)
from dianke.domain.readings.operations.curves import UnableToRecordIntervals, record_intervals, sum_days
from dianke.domain.readings.operations.cycles import (
    UnableToAddCycle,
    UnableToOpenMonth,
    UnableToPutPointsOnRoute,
    add_cycle,
    add_route,
    open_month,
    put_points_on_route,
)
from dianke.domain.readings.operations.freezing import UnableToFreezeMonth, freeze_month
from dianke.domain.readings.operations.registers import (
    UnableToRecordReadings,
    find_reading_faults,
    record_readings,
)
from dianke.domain.readings.operations.whole_days import UnableToRecordDays, WholeDays, record_whole_days

__all__ = [
    "UnableToAddCycle",
    "UnableToFreezeMonth",
    "UnableToMoveDay",
    "UnableToOpenMonth",
    "UnableToPlan",
    "UnableToPutPointsOnRoute",
    "UnableToRecordDays",
    "UnableToRecordIntervals",
    "UnableToRecordReadings",
    "WholeDays",
    "add_cycle",
    "add_route",
    "find_reading_faults",
    "freeze_month",
    "generate_days",
    "move_day",
    "open_month",
    "put_points_on_route",
    "record_intervals",
    "record_readings",
    "record_whole_days",
    "set_interim_days",
    "set_template",
    "sum_days",
]
