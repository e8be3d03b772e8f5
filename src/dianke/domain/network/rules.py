"""Decisions of the network archive."""

from collections.abc import Sequence
from datetime import date

from dianke.domain.network.types import VOLTAGES, NewTransformer, Spell, TransformerState


def find_transformer_obstacle(new: NewTransformer, *, area_feeder_id: int | None) -> str | None:
    """Return why a transformer cannot stand as described, or None."""
    if new.capacity_kva <= 0:
        return "its capacity is not above zero"
    if (new.area_id is None) == (new.account_id is None):
        return "it is either public in an area or belongs to an account"
    if area_feeder_id is not None and area_feeder_id != new.feeder_id:
        return "its area hangs on another feeder"
    return None


def find_voltage_obstacle(voltage: str) -> str | None:
    """Return why a voltage is none of the nominal ones, or None."""
    return None if voltage in VOLTAGES else f"{voltage} is not one of {', '.join(VOLTAGES)}"


def find_spell_obstacle(spells: Sequence[Spell], *, state: TransformerState, from_date: date) -> str | None:
    """Return why a transformer cannot pass into a state on a day, given its spells in order, or None."""
    if not spells:
        return None
    last = spells[-1]
    if from_date < last.start:
        return f"a later state is recorded from {last.start}"
    if from_date == last.start:
        return f"it passed into {last.state} on that day already"
    if last.end is not None:
        return f"its last state is recorded until {last.end}" if from_date < last.end else None
    if last.state in {TransformerState.REMOVED, state}:
        return f"it is {last.state} since {last.start}"
    return None
