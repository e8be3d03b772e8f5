"""Facts of the network."""

from enum import StrEnum


class TransformerState(StrEnum):
    """How a transformer stands (运行状态); it decides what capacity is charged."""

    RUNNING = "RUNNING"
    HOT_STANDBY = "HOT_STANDBY"
    COLD_SEALED = "COLD_SEALED"
    SUSPENDED = "SUSPENDED"
    REMOVED = "REMOVED"
