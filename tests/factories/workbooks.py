"""Workbooks of price sheets, typed into the template as a person would."""

import io
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from openpyxl import load_workbook

from dianke.application.tariffs.workbook_template import write_template
from dianke.application.tariffs.workbooks import HEAD, HOURS, PARTS, PRICES

HEAD_VALUES: dict[str, Any] = {
    "表号": "HB-CI-2026-02",
    "类别": "工商业代理购电",
    "省份": "湖北",
    "价区": "全省",
    "发布单位": "国网湖北省电力有限公司",
    "执行起日": date(2026, 2, 1),
    "证据等级": "B",
    "公告网址": "https://example.org/sheet",
    "依据": "REG-526-2023",
}
PRICE_ROWS: Sequence[Mapping[str, Any]] = (
    {"结构": "单一制", "电压": "<1kV", "输配电价": 0.2103, "高峰": 0.93, "平段": 0.735686, "低谷": 0.51, "需量": "n/a",
     "容量": "无"},
    {"结构": "两部制", "电压": "1-10(20)kV", "平段": "0.651886", "高峰": None, "需量": 42, "容量": 26.3},
)  # fmt: skip
PART_ROWS: Sequence[Mapping[str, Any]] = (
    {"项目": "代理购电价格", "价格": 0.38447},
    {"项目": "政府性基金及附加", "价格": 0.0452},
    {"项目": "农网还贷资金", "价格": 0.02, "属于": "政府性基金及附加"},
)
HOUR_ROWS: Sequence[Mapping[str, Any]] = (
    {"月份": "全年", "高峰": "16:00-24:00", "低谷": "00:00-06:00、12:00-14:00", "平段": "其余"},
    {"月份": "7-8月", "尖峰": "20:00-22:00"},
)


def write_workbook(
    *,
    head: Mapping[str, Any] | None = None,
    prices: Sequence[Mapping[str, Any]] = PRICE_ROWS,
    parts: Sequence[Mapping[str, Any]] = PART_ROWS,
    hours: Sequence[Mapping[str, Any]] = HOUR_ROWS,
    without: str = "",
) -> bytes:
    """Return the template filled in; `head` replaces values, `without` takes a sheet away."""
    book = load_workbook(io.BytesIO(write_template()))
    for row in book[HEAD].iter_rows(max_col=2):
        label = str(row[0].value).rstrip(" *")
        row[1].value = {**HEAD_VALUES, **(head or {})}.get(label)
    for name, rows in ((PRICES, prices), (PARTS, parts), (HOURS, hours)):
        titles = [cell.value for cell in book[name][1]]
        for line in rows:
            book[name].append([line.get(str(title)) for title in titles])
    if without:
        del book[without]
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
