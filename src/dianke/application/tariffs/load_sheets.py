"""Sheets come in: what ships is loaded by set-up, what a person brings is proposed."""

from datetime import datetime
from pathlib import Path

from dianke.domain.tariffs import operations
from dianke.domain.tariffs.types import LoadReport
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor


class OnlyProposals(DomainError):
    """A person wants to load what only set-up loads."""

    code = "tariffs.only_proposals"
    message = "what a person brings is proposed, and another person approves it"


@use_case(right="tariffs.load_sheets")
def load_shipped_tariffs(*, actor: Actor, loaded_at: datetime) -> LoadReport:
    """Load every sheet, table of hours and policy value that ships with the product."""
    return operations.load_shipped_tariffs(actor=actor, loaded_at=loaded_at)


@use_case(right="tariffs.load_sheets")
def load_sheet_file(*, actor: Actor, path: Path, loaded_at: datetime) -> LoadReport:
    """
    Load one file of sheets, hours or policy values as set-up does: approved at once.

    :raises OnlyProposals: if a person acts, for nobody approves what they bring themselves
    """
    if actor.staff_id is not None:
        raise OnlyProposals(field="actor")
    return operations.load_sheet_file(actor=actor, path=path, loaded_at=loaded_at)
