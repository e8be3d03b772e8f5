"""An empty workbook to type a price sheet into: the titles that are read, the words to choose from, one line each."""

import io
from typing import Any

from dianke.application.tariffs.workbooks import (
    HEAD,
    HEAD_ROWS,
    HOUR_COLUMNS,
    HOURS,
    KINDS,
    PART_COLUMNS,
    PARTS,
    PRICE_COLUMNS,
    PRICES,
    STRUCTURES,
    WHOLE_PARTS,
)

_NEEDED = {"表号", "类别", "省份", "发布单位", "执行起日", "证据等级", "公告网址"}
_EXPLAINED = {
    "表号": "大写字母、数字和连字符，如 HB-CI-2026-02；去掉年月即方案编码",
    "类别": "、".join(KINDS),
    "价区": "全省统一的留空",
    "执行起日": "2026-02-01",
    "执行止日": "最后一天；长期有效的留空",
    "证据等级": "A 官方原文，B 两处独立转载一致，C 仅一处转载（只作演示）",
    "公告网址": "多个网址用空格分开",
    "依据": "法规编号，如 REG-526-2023",
    "时段取自": "引用已载入的分省时段时填省份，并将“时段”表留空",
}
_LAST_LINE = 200


def write_template() -> bytes:
    """Return the workbook."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    book = Workbook()
    head = book.active
    assert head is not None  # noqa: S101 - a new workbook has a sheet
    head.title = HEAD
    for label in HEAD_ROWS:
        head.append([f"{label}{' *' if label in _NEEDED else ''}", None, _EXPLAINED.get(label, "")])
        head.cell(row=head.max_row, column=2).number_format = "@"
    for letter, width in zip("ABC", (14, 44, 60), strict=True):
        head.column_dimensions[letter].width = width
    _offer(head, "B2:B2", list(KINDS))
    for name, titles in ((PRICES, list(PRICE_COLUMNS)), (PARTS, list(PART_COLUMNS)), (HOURS, list(HOUR_COLUMNS))):
        sheet = book.create_sheet(name)
        sheet.append(titles)
        for cell in sheet[1]:
            cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EEF7")
            sheet.column_dimensions[cell.column_letter].width = 18
        sheet.freeze_panes = "A2"
    _offer(book[PRICES], f"A2:A{_LAST_LINE}", list(STRUCTURES))
    _offer(book[PARTS], f"C2:C{_LAST_LINE}", list(WHOLE_PARTS))
    _offer(book[HOURS], f"B2:B{_LAST_LINE}", list(STRUCTURES))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _offer(sheet: Any, cells: str, choices: list[str]) -> None:
    from openpyxl.worksheet.datavalidation import DataValidation

    validation = DataValidation(type="list", formula1=f'"{",".join(choices)}"', allow_blank=True)
    validation.add(cells)
    sheet.add_data_validation(validation)
