"""Empty files to fill in: titles in Chinese, and in a workbook a second sheet that explains every column."""

import csv
import io

from dianke.application.imports.columns import Column, Kind, TableSpec

_KINDS = {
    Kind.TEXT: ("文字", "text"),
    Kind.CODE: ("编码", "code"),
    Kind.INTEGER: ("整数", "whole number"),
    Kind.DECIMAL: ("数字", "number"),
    Kind.DATE: ("日期", "date"),
    Kind.MOMENT: ("日期时间", "date and time"),
    Kind.CHOICE: ("选一项", "one of"),
    Kind.CHOICES: ("选几项", "some of"),
    Kind.CODES: ("编码，可多个", "codes"),
    Kind.FLAG: ("是或否", "yes or no"),
    Kind.RATIO: ("变比", "ratio"),
}
_AS_TEXT = {Kind.TEXT, Kind.CODE, Kind.CODES, Kind.RATIO, Kind.CHOICES, Kind.DATE, Kind.MOMENT}
_HELP_TITLES = (
    "列名", "英文列名", "必填", "类型", "小数位", "单位", "可选值", "说明", "Explanation", "示例",
)  # fmt: skip


def write_csv_template(spec: TableSpec) -> bytes:
    """Return a CSV file with the titles alone; its byte-order mark makes spreadsheet programs read UTF-8."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([column.title_zh for column in spec.columns])
    return out.getvalue().encode("utf-8-sig")


def write_xlsx_template(spec: TableSpec) -> bytes:
    """Return a workbook: an empty sheet 数据 with titles, text formats and choices, and a sheet 说明."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101 - a new workbook has a sheet
    sheet.title = "数据"
    for number, column in enumerate(spec.columns, start=1):
        _prepare_column(sheet, number, column)
    sheet.freeze_panes = "A2"
    _write_help(book.create_sheet("说明"), spec)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _prepare_column(sheet: object, number: int, column: Column) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

    assert isinstance(sheet, Worksheet)  # noqa: S101 - made two lines above the call
    letter = get_column_letter(number)
    title = sheet.cell(row=1, column=number, value=column.title_zh)
    title.font = Font(bold=column.required)
    title.fill = PatternFill("solid", fgColor="E8EEF7" if column.required else "F4F4F4")
    sheet.column_dimensions[letter].width = max(12, 2 * len(column.title_zh) + 2)
    if column.kind in _AS_TEXT:
        # As text a spreadsheet keeps leading zeros and all digits of a long number.
        sheet.column_dimensions[letter].number_format = "@"
    labels = ",".join(choice.zh for choice in column.choices)
    if column.kind is Kind.CHOICE and len(labels) <= 250:
        validation = DataValidation(type="list", formula1=f'"{labels}"', allow_blank=not column.required)
        validation.add(f"{letter}2:{letter}1048576")
        sheet.add_data_validation(validation)


def _write_help(sheet: object, spec: TableSpec) -> None:
    from openpyxl.styles import Font
    from openpyxl.worksheet.worksheet import Worksheet

    assert isinstance(sheet, Worksheet)  # noqa: S101 - made by the caller
    sheet.append([f"{spec.zh}　{spec.en}"])
    sheet.append([spec.help_zh])
    sheet.append([spec.help_en])
    sheet.append(list(_HELP_TITLES))
    for cell in (*sheet[1], *sheet[4]):
        cell.font = Font(bold=True)
    for column in spec.columns:
        choices = "、".join(f"{choice.zh} ({choice.code})" for choice in column.choices)
        sheet.append(
            [
                column.title_zh,
                column.name,
                "是" if column.required else "",
                " / ".join(_KINDS[column.kind]),
                column.decimals or "",
                column.unit,
                choices,
                column.help_zh,
                column.help_en,
                column.example,
            ]
        )
        sheet.cell(row=sheet.max_row, column=len(_HELP_TITLES)).number_format = "@"
    for letter, width in zip("ABCDEFGHIJ", (18, 24, 6, 18, 8, 8, 40, 40, 40, 26), strict=True):
        sheet.column_dimensions[letter].width = width
