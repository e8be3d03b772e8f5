"""What is known of the customers of the demo utility: who looks after whom, visits, facts, who is asked."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from dianke.application.demo_utility.area import list_area
from dianke.application.demo_utility.designs import PointDesign
from dianke.application.demo_utility.trades import list_trades
from dianke.domain.credit.types import FactType
from dianke.domain.customers.types import CustomerKind, VisitPurpose

MANAGER, SECOND_MANAGER, CHIEF, KEEPER = "manager", "manager-two", "chief", "keeper"
SEGMENT_NAME, SEGMENT_CONDITION = "年用电十万千瓦时以上", "energy_12 > 100000"
SEGMENT_NOTE = "综合能源服务推介"
# Reviews bills, and may put them on one sheet.
COMBINER = "reviewer"
GROUP_SHARE_E4, GROUP_SOURCE = 7_000, "企业信用信息公示"
ASSIGNED_BECAUSE, ASSIGNED_SINCE = "企业用户指定客户经理", timedelta(days=120)


@dataclass(frozen=True)
class FactDesign:
    """A fact about a customer, so many days before the demo is made; one that moves the score waits if it is open."""

    account_number: str
    type: FactType
    days_ago: int
    value: Decimal | None = None
    note: str = ""
    is_open: bool = False


@dataclass(frozen=True)
class VisitDesign:
    """A visit: days from today, done where there is an outcome."""

    account_number: str
    purpose: VisitPurpose
    days: int
    note: str
    outcome: str = ""
    next_step: str = ""


def list_managed() -> dict[str, list[str]]:
    """
    Return the accounts that each account manager looks after: of the trades every third is the second one's.

    The shops of the old town are the first one's: of them the places are known, so that there is a map.
    """
    numbers = [point.account_number for point in list_trades()]
    shops = [point.account_number for point in list_area() if point.kind is CustomerKind.COMPANY]
    return {SECOND_MANAGER: numbers[8::3], MANAGER: [one for one in numbers if one not in numbers[8::3]] + shops}


def find_landlord() -> tuple[str, str]:
    """Return the accounts of the plaza and of the tenant that is supplied there: one lets to the other."""
    trades = list_trades()
    return trades[12].account_number, trades[-1].account_number


def find_group() -> tuple[str, str]:
    """Return the accounts of the foundry and of the forge that it controls: they get one combined statement."""
    trades = list_trades()
    return trades[0].account_number, trades[1].account_number


def list_visits() -> list[VisitDesign]:
    """Return visits of the manager: one done with a next step, two to come."""
    trades = list_trades()
    return [
        VisitDesign(
            trades[0].account_number,
            VisitPurpose.ENERGY,
            -6,
            "力率偏低，看补偿柜投切",
            outcome="电容柜两组未投入，已请用户电工检修",
            next_step="复查功率因数",
        ),
        VisitDesign(trades[3].account_number, VisitPurpose.ROUTINE, 3, "季度走访"),
        VisitDesign(trades[6].account_number, VisitPurpose.EXPANSION, 8, "了解二期用电需求"),
    ]


def list_facts() -> list[FactDesign]:
    """Return what happened with customers; later modules will bring such facts by themselves."""
    trades, homes = list_trades(), list_area()
    return [
        FactDesign(_number(trades[2]), FactType.PLANT_ACCIDENT, 200, note="厂内配电柜短路"),
        FactDesign(_number(trades[4]), FactType.BREACH, 150, note="私自启用已封停设备"),
        FactDesign(_number(trades[7]), FactType.NOT_RECTIFIED, 12, note="隐患通知书逾期未整改", is_open=True),
        FactDesign(_number(trades[1]), FactType.MANAGEMENT, 90, Decimal(4), "年度走访评定"),
        FactDesign(_number(trades[1]), FactType.GROWTH, 90, Decimal(5), "年度走访评定"),
        FactDesign(_number(trades[5]), FactType.OWN_GENERATION, 30, note="屋顶光伏 400 kW 立项"),
        FactDesign(_number(trades[6]), FactType.ENERGY_SERVICE_INTEREST, 40),
        *(FactDesign(_number(homes[20]), FactType.COMPLAINT, days, note="电压低") for days in (75, 41, 9)),
        *(FactDesign(_number(homes[20]), FactType.CALL, days) for days in (76, 42, 40, 10)),
        *(FactDesign(_number(home), FactType.SATISFACTION, 25, Decimal(4)) for home in homes[22:30]),
        FactDesign(_number(homes[20]), FactType.SATISFACTION, 8, Decimal(2)),
        *(FactDesign(_number(home), FactType.ONLINE_LOGIN, 4) for home in homes[30:50]),
    ]


def _number(point: PointDesign) -> str:
    return point.account_number
