"""A file becomes a sheet of cells: CSV in UTF-8 or GB18030, or an XLSX workbook; nothing else gets in."""

from collections.abc import Sequence
from dataclasses import dataclass

from dianke.application.imports.faults import Fault
from dianke.kernel.errors import DomainError

MIB = 1024 * 1024
MOST_ROWS = 500_000
MOST_COLUMNS = 256


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be."""

    size: int
    rows: int = MOST_ROWS
    # Read so many rows and no more, to show what a file looks like; 0 reads all.
    head: int = 0


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row as it stands in the file: where, and its cells."""

    line: int
    cells: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a file holds: titles of the first row and the rows below; how it was read."""

    format: str
    titles: tuple[str, ...]
    rows: list[SheetRow]
    encoding: str = ""
    delimiter: str = ""
    title_line: int = 1


class UnreadableFile(DomainError):
    """The file as a whole cannot be read."""

    code = "imports.unreadable_file"
    message = "the file cannot be read: {fault}"

    def __init__(self, code: str, *, row: int = 0, **facts: str) -> None:
        self.fault = Fault(row=row, code=code, facts=facts)
        super().__init__(field="file", fault=self.fault.describe("en")[0])
