"""What the pages say of the demo utility, so that nobody takes it for a real one."""

from dataclasses import dataclass

from dianke.application.demo_utility.organisation import UTILITY_CODE
from dianke.platform.org import queries as org
from dianke.platform.org.scoping import Scope


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence in both languages; the first of the notes fits a foot line."""

    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Source:
    """A data set that ships with the product."""

    title: str
    used_for_zh: str
    used_for_en: str
    licence: str
    origin: str
    folder: str


TITLE = Note("TITLE", "示例数据", "Sample data")
MORE = Note("MORE", "数据来源与处理", "Sources and what was done to them")

_NOTES = (
    Note(
        "INVENTED",
        "示例数据：单位、人名、企业、地址、户号均为虚构。",
        "Sample data: units, people, companies, addresses and numbers are invented.",
    ),
    Note(
        "PROVINCES",
        "价格真实，但混用两省：工商业用湖北 2026 年 1 月代理购电价表，居民用广州阶梯电价。",
        "Prices are real but of two provinces: the Hubei sheet of 2026-01 for commerce and industry, the "
        "Guangzhou tiers for homes.",
    ),
    Note(
        "PROPOSED",
        "待审批的下月价表为虚构，只供审批与比对演示。",
        "The sheet that waits for approval is invented; it is there to be compared and decided.",
    ),
    Note(
        "HOMES",
        "滨湖小区前 17 户为实测用电（CityLearn，逐小时，摊为四个相等的一刻钟），日期按整周平移；光伏按余电上网计量。",
        "The first 17 lake homes are measured (CityLearn, hourly, spread over four equal quarters), moved by "
        "whole weeks; panels feed in what is left over.",
    ),
    Note(
        "AREA",
        "城关台区为基准模型（SimBench LV-urban6），不是真实台区；11 种负荷形状供 111 户，"
        "每户按种子平移整周并加日噪声，电量不变，标为推导值。",
        "The old town's area is a benchmark model (SimBench LV-urban6), not a real one. Eleven shapes serve "
        "111 customers: each is moved by whole weeks and given seeded day noise that keeps its energy, and is "
        "marked as derived.",
    ),
    Note(
        "TRADES",
        "高压客户由三条实测曲线按变压器容量缩放；无功按设定功率因数推导，标为推导值。",
        "High-voltage customers are three measured profiles scaled to their transformers; reactive energy is "
        "derived from a stated power factor and marked as derived.",
    ),
    Note(
        "MAP",
        "坐标已整体平移到虚构的城镇。",
        "Coordinates were moved to a town that does not exist.",
    ),
    Note(
        "BILLED",
        "只有 2026 年 1 月出账，另有 2 月 11 日一户销户、一户过户的终结账单；"
        "此前 11 个月只有用电量，时段按同一价表划分。",
        "January 2026 is billed, and a home that is closed and one that is handed over on 11 February; of the eleven "
        "months before there is usage, split by the hours of the same sheets.",
    ),
)

_SOURCES = (
    Source(
        "CityLearn Challenge 2022, 17 single-family homes",
        "滨湖小区",
        "homes",
        "MIT",
        "CityLearn 2.1.2, Intelligent Environments Laboratory",
        "citylearn_homes",
    ),
    Source(
        "SimBench 1-LV-urban6--0-sw",
        "城关台区",
        "transformer area with its network",
        "ODbL 1.0, DbCL 1.0",
        "SimBench 1.6.3, University of Kassel and partners",
        "lv_urban6",
    ),
    Source(
        "pyCity measured non-residential profiles 2010",
        "高压客户",
        "industry and commerce",
        "MIT",
        "pycity_base 0.3.3, RWTH Aachen University EBC",
        "de_nonresidential",
    ),
)


def is_demo(*, actor: Scope) -> bool:
    """Tell whether the utility of this database is the demo: it carries the demo's code."""
    utility = org.get_utility(actor=actor)
    return utility is not None and utility.code == UTILITY_CODE


def list_notes() -> tuple[Note, ...]:
    """Return what has to be said, the most important first."""
    return _NOTES


def list_sources() -> tuple[Source, ...]:
    """Return the data sets with licence and origin."""
    return _SOURCES
