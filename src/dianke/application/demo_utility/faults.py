"""Gaps and flaws that were left on purpose, so that a run and its review have something to list."""

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

DESIGNED_FLAWS = (
    DesignedFault(
        CYCLE_HOMES,
        estate.FIRST_SERIAL + estate.RUNS_AN_INN,
        "class_against_industry",
        "小区一户登记为民宿，仍执行居民电价。",
        "A home that is registered as an inn pays the price of homes.",
    ),
    DesignedFault(
        CYCLE_HOMES,
        estate.FIRST_SERIAL + estate.ALSO_RUNS_AN_INN,
        "class_against_industry",
        "小区另一户登记为民宿，仍执行居民电价。",
        "Another home that is registered as an inn pays the price of homes.",
    ),
    DesignedFault(
        CYCLE_HOMES,
        estate.FIRST_SERIAL + estate.EXCHANGED_WITHOUT_TICKET,
        "exchange_without_ticket",
        "小区一户月中换表，没有换表工单。",
        "The meter of a home was exchanged within the month, and no ticket of it was entered.",
    ),
    DesignedFault(
        CYCLE_HOMES,
        estate.FIRST_SERIAL + estate.PEAK_MISREAD,
        "periods_differ",
        "小区一户月末峰段示数抄高 30 千瓦时，分时之和与总示数不符。",
        "The closing peak register of a home was written down 30 kWh too high.",
    ),
    DesignedFault(
        CYCLE_HOMES,
        estate.FIRST_SERIAL + estate.KEEPS_A_SHOP,
        "share_check_overdue",
        "小区一户自建房小卖部的定量多年未核定。",
        "The fixed share of a shop in a home was not verified for years.",
    ),
)
"""Bills of a home's run that can be issued and look wrong: the review waits with them."""


def list_fault_codes(cycle_code: str) -> list[str]:
    """Return the causes that the run of a cycle is to list, each once."""
    return sorted({fault.code for fault in DESIGNED_FAULTS if fault.cycle_code == cycle_code})
