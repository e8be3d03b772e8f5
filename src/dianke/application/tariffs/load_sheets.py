"""Load published sheets."""

from datetime import datetime
from pathlib import Path

from dianke.domain.tariffs import operations
from dianke.domain.tariffs.types import LoadReport
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


@use_case(right="tariffs.load_sheets")
def load_shipped_tariffs(*, actor: Actor, loaded_at: datetime) -> LoadReport:
    """Load every sheet, table of hours and policy value that ships with the product."""
    return operations.load_shipped_tariffs(actor=actor, loaded_at=loaded_at)


@use_case(right="tariffs.load_sheets")
def load_sheet_file(*, actor: Actor, path: Path, loaded_at: datetime) -> LoadReport:
    """Load one file of sheets, hours or policy values."""
    return operations.load_sheet_file(actor=actor, path=path, loaded_at=loaded_at)
