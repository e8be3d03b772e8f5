"""Files of customers with faults whose places are known."""

from collections import Counter

HEADER = "客户编号,客户名称,客户类型,行业代码,立户日期,单位编码"
ROWS = 20_000
# Each kind of fault comes so often; together 300.
KINDS = {
    "value_missing": 50,
    "not_a_choice": 50,
    "date_impossible": 50,
    "not_a_date": 40,
    "comes_twice": 40,
    "not_found": 40,
    "value_too_long": 30,
}
_EVERY = ROWS // sum(KINDS.values())


def write_customers(unit: str = "GSE", *, rows: int = ROWS, every: int = _EVERY) -> tuple[bytes, dict[int, str]]:
    """Return a CSV file of customers, each so manieth bad, and the code of the fault in each bad line."""
    waiting = list(Counter(KINDS).elements())
    faults: dict[int, str] = {}
    lines = [HEADER]
    for serial in range(rows):
        cells = [f"K{serial:06d}", f"示例客户{serial:06d}", "个人", "", "2020-05-01", unit]
        line = serial + 2
        if waiting and serial % every == every - 1:
            code = waiting.pop(0)
            faults[line] = code
            _spoil(cells, code, serial)
        lines.append(",".join(cells))
    return "\r\n".join(lines).encode(), faults


def _spoil(cells: list[str], code: str, serial: int) -> None:
    place, text = {
        "value_missing": (1, ""),
        "not_a_choice": (2, "外星人"),
        "date_impossible": (4, "2021-02-30"),
        "not_a_date": (4, "去年"),
        "comes_twice": (0, f"K{serial - 1:06d}"),
        "not_found": (5, "NOWHERE"),
        "value_too_long": (1, "长" * 121),
    }[code]
    cells[place] = text
