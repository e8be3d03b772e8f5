"""Statements as CSV, by the names that banks give their columns; in UTF-8 or GB18030."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from dianke.domain.channels.rules.bank_files.types import Fault
from dianke.domain.channels.rules.statements.types import Entry, Statement, refuse

# What a column may be called; blanks and brackets in titles do not count.
TITLES: Mapping[str, tuple[str, ...]] = {
    "account": ("本方账号", "账号", "account"),
    "reference": ("交易流水号", "流水号", "交易序号", "reference", "entry reference"),
    "booked_on": ("记账日期", "交易日期", "入账日期", "booking date", "date"),
    "credit": ("收入金额", "贷方发生额", "贷方金额", "收入", "credit"),
    "debit": ("支出金额", "借方发生额", "借方金额", "支出", "debit"),
    "amount": ("金额", "交易金额", "发生额", "amount"),
    "way": ("借贷标志", "收支方向", "借贷", "credit/debit"),
    "counterparty": ("对方户名", "对方名称", "对方单位", "counterparty"),
    "counterparty_account": ("对方账号", "counterparty account"),
    "remittance": ("附言", "用途", "remittance", "purpose"),
    "summary": ("摘要", "summary"),
}
_CREDIT_WORDS, _DEBIT_WORDS = (
    {"贷", "收", "收入", "c", "cr", "crdt", "credit"},
    {"借", "支", "支出", "d", "dr", "dbit", "debit"},
)
_DAY = re.compile(r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})", re.ASCII)
_MOST_ROWS_ABOVE = 10


def read_csv(content: bytes, *, account: str = "") -> Statement:
    """Return a statement; its account stands in a column or is given."""
    try:
        text = _decode(content)
    except UnicodeDecodeError as error:
        return refuse(Fault("characters_bad", 0, "", "", {"byte": str(error.start + 1)}))
    rows = list(csv.reader(io.StringIO(text), delimiter=_find_delimiter(text)))
    place, columns = _find_titles(rows)
    missing = _find_missing(columns)
    if missing:
        return refuse(Fault("title_missing", place + 1, missing))
    entries: list[Entry] = []
    faults: list[Fault] = []
    accounts: set[str] = set()
    for line, row in enumerate(rows[place + 1 :], place + 2):
        cells = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        if not any(cells.values()):
            continue
        read = _read_row(cells, line)
        if isinstance(read, Fault):
            faults.append(read)
        else:
            entries.append(read)
        accounts.add(cells.get("account") or account)
    if len(accounts) > 1 or accounts == {""}:
        faults.append(Fault("account_missing", 0, "account"))
    return Statement(next(iter(accounts), account), "", entries, tuple(faults))


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030")


def _find_delimiter(text: str) -> str:
    head = "\n".join(text.splitlines()[:_MOST_ROWS_ABOVE])
    return max((",", "\t", ";"), key=head.count)


def _find_titles(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Return the row that knows most titles among the first, and where each column stands."""
    best: tuple[int, dict[str, int]] = (0, {})
    for place, row in enumerate(rows[:_MOST_ROWS_ABOVE]):
        folded = [_fold(cell) for cell in row]
        columns = {
            name: folded.index(known)
            for name, titles in TITLES.items()
            if (known := next((_fold(title) for title in titles if _fold(title) in folded), None)) is not None
        }
        if len(columns) > len(best[1]):
            best = (place, columns)
    return best


def _find_missing(columns: Mapping[str, int]) -> str:
    if "booked_on" not in columns:
        return "booked_on"
    if "reference" not in columns:
        return "reference"
    has_sides = "credit" in columns or "debit" in columns
    return "" if has_sides or {"amount", "way"} <= columns.keys() else "amount"


def _fold(title: str) -> str:
    return re.sub(r"[\s()（）\[\]]|元|rmb|cny", "", title.lower())


def _read_row(cells: Mapping[str, str], line: int) -> Entry | Fault:
    if not cells["reference"]:
        return Fault("reference_missing", line, "reference")
    day = _DAY.match(cells["booked_on"])
    try:
        booked_on = date(*map(int, day.groups())) if day else None
    except ValueError:
        booked_on = None
    if booked_on is None:
        return Fault("day_unreadable", line, "booked_on", cells["booked_on"][:40])
    amount = _read_amount(cells)
    if amount is None:
        return Fault("amount_unreadable", line, "amount", " ".join(
            cells.get(name, "") for name in ("credit", "debit", "amount", "way")).strip()[:40])  # fmt: skip
    return Entry(
        reference=cells["reference"],
        booked_on=booked_on,
        amount_fen=amount,
        counterparty=cells.get("counterparty", ""),
        counterparty_account=cells.get("counterparty_account", ""),
        remittance=" ".join(text for text in (cells.get("remittance", ""), cells.get("summary", "")) if text),
    )


def _read_amount(cells: Mapping[str, str]) -> int | None:
    """Return fen, below zero for what left; None where it cannot be read or is nothing."""
    credit, debit = _to_fen(cells.get("credit", "")), _to_fen(cells.get("debit", ""))
    if credit is None or debit is None:
        return None
    if credit or debit:
        return credit - debit if not (credit and debit) else None
    amount, way = _to_fen(cells.get("amount", "")), cells.get("way", "").lower()
    if not amount:
        return None
    if way in _CREDIT_WORDS:
        return amount
    return -amount if way in _DEBIT_WORDS else None


def _to_fen(text: str) -> int | None:
    if not text or text in {"-", "--"}:
        return 0
    try:
        fen = Decimal(text.replace(",", "").replace("，", "").removeprefix("+")) * 100
    except InvalidOperation:
        return None
    return int(fen) if fen.is_finite() and fen == fen.to_integral_value() else None
