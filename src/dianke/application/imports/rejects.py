"""Rows that were not stored go back as they came, with what is wrong and what to do behind them."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator

from dianke.application.imports.faults import Fault
from dianke.application.imports.report import LoadReport

TITLES = {"zh": ("错误", "处理办法"), "en": ("fault", "remedy")}


def write_csv_rejects(report: LoadReport, language: str) -> bytes:
    """Return the rejected rows as CSV in UTF-8, in the layout of the file they came from."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    for row in _list_rows(report, language):
        writer.writerow(row)
    return out.getvalue().encode("utf-8-sig", errors="replace")


def write_xlsx_rejects(report: LoadReport, language: str) -> bytes:
    """Return the rejected rows as a workbook, every cell as text, in the layout they came in."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    book = Workbook(write_only=True)
    sheet = book.create_sheet("数据")
    for row in _list_rows(report, language):
        cells = []
        for text in row:
            printable = text.encode("utf-8", "replace").decode("utf-8")
            cell = WriteOnlyCell(sheet, value=ILLEGAL_CHARACTERS_RE.sub("\ufffd", printable))
            # A text that begins with an equals sign must not come back as a formula.
            cell.data_type = "s"
            cell.number_format = "@"
            cells.append(cell)
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _list_rows(report: LoadReport, language: str) -> Iterator[list[str]]:
    if report.sheet is None:
        return
    by_row: dict[int, list[Fault]] = defaultdict(list)
    for fault in report.faults:
        by_row[fault.row].append(fault)
    titles = [*report.sheet.titles]
    ours = {title for pair in TITLES.values() for title in pair}
    kept = [place for place, title in enumerate(titles) if title not in ours]
    yield [*(titles[place] for place in kept), *TITLES[language]]
    for row in report.rejected_rows:
        told = [(fault.column, *fault.describe(language)) for fault in by_row[row.line]]
        cells = [str(row.cells[place]) if place < len(row.cells) else "" for place in kept]
        # What stood beyond the titles stays too, between the row and what is said of it: nothing is lost.
        beyond = [str(cell) for cell in row.cells[len(titles) :] if cell.strip()]
        said = "；".join(f"{column}：{message}" if column else message for column, message, _ in told)
        if beyond:
            said = f"{said} [{' | '.join(beyond)}]"
        yield [*cells, said, "；".join(dict.fromkeys(remedy for _, _, remedy in told))]
