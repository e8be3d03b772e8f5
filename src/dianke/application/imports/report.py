"""What came of a file: how it was read, what was stored, what is wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from dianke.application.imports.columns import TableSpec
from dianke.application.imports.faults import Fault
from dianke.application.imports.files import Sheet, SheetRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """The outcome of checking or loading a file."""

    spec: TableSpec
    file_name: str
    format: str = ""
    encoding: str = ""
    delimiter: str = ""
    rows: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    is_dry_run: bool = False
    faults: tuple[Fault, ...] = ()
    sheet: Sheet | None = field(default=None, repr=False)
    rejected_rows: Sequence[SheetRow] = field(default=(), repr=False)
    # Which batch the stored rows belong to, by its number; empty while nothing was stored.
    batch_number: str = ""

    @property
    def is_faultless(self) -> bool:
        """Tell whether nothing at all is wrong."""
        return not self.faults

    def as_dict(self, language: str) -> dict[str, object]:
        """Return the report as commands and pages print it."""
        return {
            "table": self.spec.name,
            "file": self.file_name,
            "format": self.format,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "rows": self.rows,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "rejected": self.rejected,
            "dry_run": self.is_dry_run,
            "batch": self.batch_number,
            "errors": [fault.as_dict(language) for fault in self.faults],
        }
