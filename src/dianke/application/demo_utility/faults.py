"""Gaps that were left on purpose, so that a run has something to list; each is one designed point."""

from dataclasses import dataclass

from dianke.application.demo_utility import area, estate, trades
from dianke.application.demo_utility.designs import CYCLE_BUSINESS, CYCLE_HOMES


@dataclass(frozen=True, slots=True)
class DesignedFault:
    """A point that cannot be billed, the cause as the run names it, and why it is so."""

    cycle_code: str
    serial: int
    code: str
    zh: str
    en: str


DESIGNED_FAULTS = (
    DesignedFault(
        CYCLE_BUSINESS,
        trades.PLATELESS_SERIAL,
        "transformer_data_missing",
        "高供低计按公式计变损，变压器铭牌损耗未归档。",
        "Metered on the low side with losses by formula, but the nameplate is not in the archive.",
    ),
    DesignedFault(
        CYCLE_BUSINESS,
        area.FIRST_SERIAL + area.LACKS_CLOSING_READING,
        "end_reading_missing",
        "台区一户月末示数未采到。",
        "The closing reading of one customer of the area never came in.",
    ),
    DesignedFault(
        CYCLE_HOMES,
        estate.FIRST_SERIAL + estate.LACKS_CLOSING_READING,
        "end_reading_missing",
        "小区一户月末示数未采到。",
        "The closing reading of one home never came in.",
    ),
    DesignedFault(
        CYCLE_HOMES,
        estate.FIRST_SERIAL + estate.LACKS_TERMS,
        "terms_missing",
        "小区一户未建计费档案。",
        "One home was connected and never given terms.",
    ),
)


def list_fault_codes(cycle_code: str) -> list[str]:
    """Return the causes that the run of a cycle is to list, each once."""
    return sorted({fault.code for fault in DESIGNED_FAULTS if fault.cycle_code == cycle_code})
