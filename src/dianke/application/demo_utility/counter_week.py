"""A week at the demo utility's counters: who takes what from whom, designed; the log-ins carry it out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dianke.application.demo_utility.area import list_area
from dianke.application.demo_utility.trades import list_trades
from dianke.domain.receivables.types import Tender
from dianke.kernel.clock import SHANGHAI

TOWN, EAST = "cashier", "cashier-east"
UNITS = {TOWN: "DEMO-CQ", EAST: "DEMO-DJ"}
FLOAT_FEN = 50_000
_DAYS = 5
_A_DAY = 3
_ROUND = (10_000, 20_000, 5_000, 30_000, 10_000)
_FIRST_AT = time(9, 12)


@dataclass(frozen=True, slots=True)
class PaidAhead:
    """Money that came before the month's bills: it becomes a prepayment, which the bills use when they are issued."""

    account_number: str
    amount_fen: int
    tender: Tender
    slip_number: str = ""


@dataclass(frozen=True, slots=True)
class CounterDay:
    """A day of a cashier: what came, what the count was short of, the bank's slip of the evening."""

    cashier: str
    at: datetime
    payments: tuple[PaidAhead, ...]
    short_fen: int
    deposit_slip: str


@dataclass(frozen=True, slots=True)
class BillPaid:
    """A bill that is paid on the day of issue; `share` of what is owed, in cash with a round note handed over."""

    account_number: str
    tender: Tender
    share: tuple[int, int] = (1, 1)
    slip_number: str = ""
    bank_name: str = ""
    returned_because: str = ""


UNKNOWN_FEN = 8_800
UNKNOWN_NOTE = "来人称代缴城关片区电费，未带户号"
SHORT_FEN = 2_000
SHORT_BECAUSE = "找零时可能多付一张贰拾元，监控待查"


def list_paid_today(cashier: str) -> tuple[BillPaid, ...]:
    """Return the bills that a cashier is paid on the day of issue."""
    if cashier == EAST:
        trades = list_trades()
        return (
            BillPaid(trades[0].account_number, Tender.CHEQUE, slip_number="20471165", bank_name="云泽农商行"),
            BillPaid(trades[2].account_number, Tender.CARD, slip_number="POS000312"),
        )
    homes = list_area()[20:24]
    return (
        BillPaid(homes[0].account_number, Tender.CASH),
        BillPaid(homes[1].account_number, Tender.CARD, slip_number="POS000871"),
        BillPaid(homes[2].account_number, Tender.CASH, share=(1, 2)),
        BillPaid(homes[3].account_number, Tender.CASH, returned_because="户号输错，当场冲正"),
    )


def list_days(today: date) -> Iterator[CounterDay]:
    """Yield the days before today, the first first; every amount follows from its place."""
    homes = list_area()
    for place in range(_DAYS):
        day = today - timedelta(days=_DAYS - place)
        payers = homes[place * _A_DAY : (place + 1) * _A_DAY]
        yield CounterDay(
            cashier=TOWN,
            at=datetime.combine(day, _FIRST_AT, SHANGHAI),
            payments=tuple(
                PaidAhead(
                    account_number=home.account_number,
                    amount_fen=_ROUND[(place + at) % len(_ROUND)],
                    tender=Tender.CARD if at == _A_DAY - 1 else Tender.CASH,
                    slip_number=f"POS{place + 1:03d}{at:03d}" if at == _A_DAY - 1 else "",
                )
                for at, home in enumerate(payers)
            ),
            short_fen=50 if place == 2 else 0,
            deposit_slip=f"JC{day:%m%d}01",
        )
