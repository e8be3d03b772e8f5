"""Invented values; names of people and places are made up."""

from datetime import datetime, timedelta
from decimal import Decimal

from dianke.interfaces.web.components.charts import Band, Chart, Series, Threshold
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.formats import fen, number
from dianke.interfaces.web.shell.home import WorkItem
from dianke.interfaces.web.shell.search import Hit
from dianke.platform.identity.types import Actor

RUN_URL = "/gallery/runs/JS-202601-02/"
MONTHS = [f"2025-{month:02d}" for month in range(2, 13)] + ["2026-01"]
QUARTERS = [f"{quarter // 4:02d}:{quarter % 4 * 15:02d}" for quarter in range(96)]
SHARDS = [
    ("01", "城关一所", "COMMITTED", 14820, 14820, 2, 51, 366463995, "02-02 18:03"),
    ("02", "城关二所", "COMMITTED", 13965, 13965, 1, 44, 334968506, "02-02 18:03"),
    ("10", "北岭所", "RUNNING", 8745, 6208, 2, 31, 114227706, "余约 8 秒"),
    ("12", "竹影所", "WAITING", 6612, 0, None, None, None, "缺 212 点冻结"),
    ("13", "柳林所", "FAILED", 9067, 3120, 3, 37, 162173121, "连接中断，可续算"),
]


WAITING = [
    (
        "退补审批",
        "TB-202602-0009",
        "倍率错误退补，户 4200483315",
        timedelta(minutes=-42),
        "−3,286.40 元",
        "韩述",
    ),
    ("价表复核", "HB-CI-2026-02", "代理购电价表，你是第二人", timedelta(minutes=36), "7 行", "许澄"),
    ("故障", "B01", "缺止码，补抄待回", timedelta(hours=1, minutes=5), "10 户", "系统"),
    ("疑点", "Q03", "电量突增，大于 12 个月均值 2 倍", timedelta(days=1), "26 户", "系统"),
    ("账单异议", "GD-20260202-1183", "质疑力调电费，户 4200664190", timedelta(days=2), "412.75 元", "95598"),
]


def work(actor: Actor, at: datetime) -> list[WorkItem]:
    """Return work of every distance in time, and some without a time."""
    dated = [
        WorkItem(kind, number, title, RUN_URL, at + left, quantity, source)
        for kind, number, title, left, quantity, source in WAITING
    ]
    return [*dated, WorkItem("差错分析", "ZL-202601", "1 月核算差错清单确认", RUN_URL, None, "6 条", "稽查")]


def figures(actor: Actor) -> list[Figure]:
    """Return five figures, as a run has."""
    return [
        Figure("计量点", "108,429", of="/ 124,020", ratio=0.874),
        Figure("账单（户）", "108,406", context="已算点减故障 23"),
        Figure("应收（元）", fen(2583718651), context="上月同口径 +3.1%"),
        Figure("故障 · 不能出账", "15", of="未处理 / 23", context="均已派单"),
        Figure("疑点 · 待人审", "93", of="未处理 / 412", context="影响 391,315.33 元"),
    ]


def find_customers(actor: Actor, text: str, limit: int) -> list[Hit]:
    """Find the foundry by any part of its name or number."""
    known = [
        Hit("云泽恒锐精密铸造有限公司", "/gallery/customer/", "4200118036", "东工大道 88 号 · 139****4418"),
        Hit("云泽恒通物流有限公司", "/gallery/customer/", "4200118114", "滨湖路 16 号 · 138****6027"),
    ]
    return [hit for hit in known if text in f"{hit.title}{hit.number}"][:limit]


def year_chart() -> Chart:
    """Return twelve months by time of use."""
    parts = [
        ("尖", "tou-sharp", 0.065),
        ("峰", "tou-peak", 0.23),
        ("平", "tou-flat", 0.345),
        ("谷", "tou-valley", 0.36),
    ]
    totals = [399540, 571230, 583470, 590820, 599850, 612360, 617010, 604530, 596280, 584250, 618930, 625620]
    return Chart(
        labels=MONTHS,
        series=[
            Series(name, [round(total * part) for total in totals], "bar", colour, stack="use")
            for name, colour, part in parts
        ],
        unit="万 kWh",
        value_unit="kWh",
        divisor=10_000,
        label_name="月份",
        description="12 个月分时电量",
    )


def day_chart() -> Chart:
    """Return 96 points of a day beside last week's."""
    today = [900 + 140 * ((quarter * 37) % 11 - 5) / 5 - (quarter > 62) * 160 for quarter in range(96)]
    last = [value + 60 * ((quarter * 13) % 7 - 3) / 3 for quarter, value in enumerate(today)]
    bands = [
        ("tou-valley", 0, 24),
        ("tou-flat", 24, 64),
        ("tou-peak", 64, 72),
        ("tou-sharp", 72, 80),
        ("tou-peak", 80, 95),
    ]
    return Chart(
        labels=QUARTERS,
        series=[
            Series("上周同日", [round(value, 1) for value in last], colour="quiet", dashed=True),
            Series("当日", [round(value, 1) for value in today], mark_max=True),
        ],
        unit="kW",
        label_name="时刻",
        description="96 点日负荷",
        bands=[Band(colour, start, end) for colour, start, end in bands],
        thresholds=[Threshold("合同需量", 1100)],
        label_every=16,
    )


def bills() -> list[tuple[str, str, str, str, str]]:
    """Return cells formatted as the view of a long list formats them."""
    rows = [
        ("2026-01", 625620, 45493012, "DUE"),
        ("2025-12", 618930, 45018437, "PAID"),
        ("2025-11", 588450, 43190655, "PAID"),
    ]
    return [
        (month, number(energy_kwh), fen(amount_fen), number(Decimal(amount_fen) / 100 / energy_kwh, 4), state)
        for month, energy_kwh, amount_fen, state in rows
    ]
