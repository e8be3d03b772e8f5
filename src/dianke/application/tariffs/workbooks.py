"""
A price sheet typed into a workbook, read as the same plain data as a sheet of text.

Four sheets: the head (表头), the prices (价格), the parts (构成), the hours (时段). Where a value stands is remembered,
so that a fault can name its cell.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from dianke.kernel.errors import DomainError

SCHEMA = "tariff-sheet/v1"
SUFFIX = ".xlsx"
UNIT = "CNY/kWh"
_MOST_BYTES = 4 * 1024 * 1024
_UNPACKED_TIMES = 8
_MOST_ROWS, _MOST_COLUMNS = 500, 40
_SHARED_HOURS = "tou-rules-2025.yaml"
_NO_SUCH = {"n/a", "N/A", "无", "—", "–", "-", "/"}
_SEPARATORS = re.compile(r"[\s,，;；、]+")
_SPAN = re.compile(r"(\d{1,2})\s*[-–~至]\s*(\d{1,2})")

HEAD, PRICES, PARTS, HOURS = "表头", "价格", "构成", "时段"
KINDS = {"工商业代理购电": "agency_purchase_monthly", "农业": "agricultural", "部分价格": "partial"}
STRUCTURES = {"单一制": "single", "两部制": "two_part"}
HEAD_ROWS: dict[str, tuple[str, ...]] = {
    "表号": ("sheet", "id"),
    "类别": ("sheet", "kind"),
    "省份": ("document", "region", "province"),
    "价区": ("document", "region", "area"),
    "发布单位": ("document", "issuer"),
    "执行起日": ("sheet", "effective", "from"),
    "执行止日": ("sheet", "effective", "to"),
    "证据等级": ("sheet", "evidence", "grade"),
    "公告网址": ("sheet", "evidence", "urls"),
    "录入说明": ("sheet", "evidence", "via"),
    "依据": ("sheet", "regulations"),
    "时段取自": ("sheet", "tou", "region"),
}
PRICE_COLUMNS = {
    "结构": "structure", "电压": "voltage", "用途": "class", "输配电价": "td_energy", "尖峰": "sharp", "高峰": "peak",
    "平段": "flat", "低谷": "valley", "深谷": "deep_valley", "需量": "demand", "容量": "capacity",
}  # fmt: skip
PART_COLUMNS = ("项目", "价格", "属于")
WHOLE_PARTS = {
    "代理购电价格": "agency_purchase", "上网环节线损费用": "line_loss", "系统运行费用": "system_operation",
    "政府性基金及附加": "funds",
}  # fmt: skip
_BREAKDOWNS = {"政府性基金及附加": "funds_breakdown", "系统运行费用": "system_operation_breakdown"}
_KNOWN_PARTS = {
    "农网还贷资金": "rural_grid_loan", "大中型水库移民后期扶持资金": "large_reservoir_resettlement",
    "可再生能源电价附加": "renewable_surcharge", "抽水蓄能容量电费": "pumped_storage_capacity",
    "煤电容量电费": "coal_capacity", "辅助服务费用": "ancillary",
}  # fmt: skip
HOUR_COLUMNS = {
    "月份": "months", "结构": "structure", "尖峰": "sharp", "高峰": "peak", "平段": "flat", "低谷": "valley",
    "深谷": "deep_valley",
}  # fmt: skip


class UnreadableWorkbook(DomainError):
    """A workbook is no price sheet that can be read."""

    code = "tariffs.unreadable_workbook"
    message = "the workbook cannot be read: {reason}"


@dataclass
class TypedSheet:
    """What a workbook holds, and the cell of each value by its path: {"rows[0].flat": "价格!G2"}."""

    document: dict[str, Any]
    places: dict[str, str] = field(default_factory=dict)

    def find_place(self, path: str) -> str:
        """Return the cell of a path, or of what holds it; the path itself where no cell does."""
        known = path
        while known:
            if known in self.places:
                return self.places[known]
            known = re.sub(r"(\.[^.\[]*|\[\d+\])$", "", known) if re.search(r"[.\[]", known) else ""
        return path


def is_workbook(name: str) -> bool:
    """Tell whether a file is a workbook, by its name."""
    return name.casefold().endswith(SUFFIX)


def read_typed_sheet(data: bytes) -> TypedSheet:
    """
    Return the sheet that a workbook holds.

    :raises UnreadableWorkbook: if it is damaged, too large, or lacks the head or the prices
    """
    try:
        _require_bearable(data)
        tables = _read_tables(data)
    except UnreadableWorkbook:
        raise
    except Exception as error:  # a damaged workbook fails anywhere inside the library
        raise UnreadableWorkbook(field="file", reason="it is damaged") from error
    if HEAD not in tables:
        raise UnreadableWorkbook(field="file", reason="it has no sheet 表头")
    if PRICES not in tables:
        raise UnreadableWorkbook(field="file", reason="it has no sheet 价格")
    return _Typist(tables).type()


def _require_bearable(data: bytes) -> None:
    if len(data) > _MOST_BYTES:
        raise UnreadableWorkbook(field="file", reason="it is larger than any price sheet")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        if sum(part.file_size for part in parts) > _UNPACKED_TIMES * _MOST_BYTES:
            raise UnreadableWorkbook(field="file", reason="it is larger than any price sheet")
        for part in parts:
            with archive.open(part) as file:
                # Workbooks declare no document types; entities in one are an attack.
                if b"<!DOCTYPE" in file.read(4096):
                    raise UnreadableWorkbook(field="file", reason="it declares a document type")


_Cells = list[tuple[int, list[Any]]]


def _read_tables(data: bytes) -> dict[str, _Cells]:
    """Return the rows that hold anything, with their line, of each sheet by name."""
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        tables = {}
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows: _Cells = []
            for line, row in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS, max_row=_MOST_ROWS), start=1):
                cells = [_read_cell(cell.value) for cell in row]
                if any(cell is not None for cell in cells):
                    rows.append((line, cells))
            tables[sheet.title.strip()] = rows
        return tables
    finally:
        book.close()


def _read_cell(value: Any) -> Any:
    """Return a cell as a sheet of text has it: exact numbers, days, text without blanks around it; None if empty."""
    if isinstance(value, bool) or value is None:
        return None if value is None else str(value)
    if isinstance(value, int | float):
        return Decimal(repr(value))
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value).strip()
    return text or None


class _Typist:
    """Goes through the sheets and notes where each value stands."""

    def __init__(self, tables: Mapping[str, _Cells]) -> None:
        self._tables = tables
        self._sheet: dict[str, Any] = {"unit": UNIT}
        self._typed = TypedSheet({"schema": SCHEMA, "sheets": [self._sheet]})

    def type(self) -> TypedSheet:
        """Return the whole sheet."""
        self._type_head()
        self._sheet["rows"] = [self._type_row(*row) for row in enumerate(self._list_rows(PRICES, PRICE_COLUMNS))]
        self._type_parts()
        self._type_hours()
        return self._typed

    def _type_head(self) -> None:
        for line, cells in self._tables[HEAD]:
            way = HEAD_ROWS.get(str(cells[0]).rstrip("：:* "))
            if way is None or len(cells) < 2 or cells[1] is None:
                continue
            self._put(way, _HEAD_VALUES.get(way[-1], _as_text)(cells[1]), f"{HEAD}!B{line}")

    def _put(self, way: Sequence[str], value: Any, place: str) -> None:
        root, *names = way
        node = self._sheet if root == "sheet" else self._typed.document
        for name in names[:-1]:
            node = node.setdefault(name, {})
        node[names[-1]] = value
        self._typed.places[".".join(names)] = place
        if names[0] == "tou":
            node["see"] = _SHARED_HOURS

    def _type_row(self, index: int, row: Mapping[str, tuple[Any, str]]) -> dict[str, Any]:
        typed: dict[str, Any] = {}
        for key, (value, place) in row.items():
            typed[key] = _WORD_COLUMNS.get(key, _as_price)(value)
            self._typed.places[f"rows[{index}].{key}"] = place
            self._typed.places.setdefault(f"rows[{index}]", place)
        if typed.get("class") is None:
            typed.pop("class", None)
        return typed

    def _type_parts(self) -> None:
        labels: dict[str, str] = {}
        for index, row in enumerate(self._list_rows(PARTS, {title: title for title in PART_COLUMNS}), start=1):
            name, whole = (str(row[title][0]) if row.get(title, (None,))[0] else "" for title in ("项目", "属于"))
            value, place = row.get("价格", (None, ""))
            block = _BREAKDOWNS.get(whole, "components")
            key = WHOLE_PARTS.get(name, name) if block == "components" else _KNOWN_PARTS.get(name, f"part_{index}")
            self._sheet.setdefault(block, {})[key] = _as_price(value)
            self._typed.places[f"{block}.{key}"] = place
            labels[key] = name
        if labels:
            self._sheet["labels"] = labels

    def _type_hours(self) -> None:
        periods = []
        for index, row in enumerate(self._list_rows(HOURS, HOUR_COLUMNS)):
            typed = {}
            for key, (value, place) in row.items():
                self._typed.places[f"tou.periods[{index}].{key}"] = place
                self._typed.places.setdefault(f"tou.periods[{index}]", place)
                self._typed.places.setdefault("tou", place)
                if value is not None:
                    typed[key] = _HOUR_VALUES.get(key, _as_hours)(value)
            periods.append(typed)
        if periods:
            self._sheet["tou"] = {"periods": periods}

    def _list_rows(self, name: str, columns: Mapping[str, str]) -> Iterator[dict[str, tuple[Any, str]]]:
        """Return the rows below the titles, each value with its cell; a title that is not known is passed over."""
        from openpyxl.utils import get_column_letter

        rows = self._tables.get(name, [])
        if not rows:
            return
        titles = [columns.get(str(title).rstrip("* ")) for title in rows[0][1]]
        for line, cells in rows[1:]:
            padded = [*cells, *[None] * (len(titles) - len(cells))]
            yield {
                key: (padded[place], f"{name}!{get_column_letter(place + 1)}{line}")
                for place, key in enumerate(titles)
                if key is not None
            }


def _as_text(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _as_day(value: Any) -> Any:
    try:
        return date.fromisoformat(value.replace("/", "-")) if isinstance(value, str) else value
    except ValueError:
        return value


def _as_list(value: Any) -> list[str]:
    return [part for part in _SEPARATORS.split(_as_text(value)) if part]


def _as_price(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if value in _NO_SUCH:
        return "n/a"
    try:
        number = Decimal(value.replace(",", ""))
    except InvalidOperation:
        return value
    return number if number.is_finite() else value


def _as_months(value: Any) -> Any:
    text = _as_text(value)
    if text in {"全年", "all"}:
        return "all"
    months: list[Any] = []
    for part in _SEPARATORS.split(text.replace("月", "")):
        span = _SPAN.fullmatch(part)
        if span:
            months += [Decimal(month) for month in range(int(span[1]), int(span[2]) + 1)]
        elif part:
            months.append(Decimal(part) if part.isascii() and part.isdigit() else part)
    return months


def _as_hours(value: Any) -> Any:
    return "rest" if value in {"其余", "rest"} else _as_list(value)


_HEAD_VALUES: dict[str, Callable[[Any], Any]] = {
    "kind": lambda value: KINDS.get(_as_text(value), _as_text(value)),
    "from": _as_day,
    "to": _as_day,
    "urls": _as_list,
    "regulations": _as_list,
}
_WORD_COLUMNS: dict[str, Callable[[Any], Any]] = {
    "structure": lambda value: STRUCTURES.get(str(value), value),
    "voltage": lambda value: "" if value is None else _as_text(value),
    "class": lambda value: None if value is None else _as_text(value),
}
_HOUR_VALUES: dict[str, Callable[[Any], Any]] = {
    "months": _as_months,
    "structure": lambda value: STRUCTURES.get(str(value), value),
}
