"""Facts of saved views and exports."""

from dataclasses import dataclass
from enum import StrEnum


class FileFormat(StrEnum):
    """What a list can be taken out as."""

    XLSX = "XLSX"
    CSV = "CSV"


@dataclass(frozen=True)
class ViewFacts:
    """A saved view as a list shows it; `is_own` tells whether the reader may change it."""

    id: int
    name: str
    query: str
    columns: tuple[str, ...]
    is_shared: bool
    is_default: bool
    is_own: bool
    owner_name: str = ""
