"""Load sheets, hours and policy values: what is new is stored, what is known stays, every fault is told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeAlias

from django.db import connection, transaction

from dianke.domain.tariffs.operations.rows import Outcome, Stamp, store_versions
from dianke.domain.tariffs.operations.values import store_policies, store_time_rules
from dianke.domain.tariffs.rules import sheets
from dianke.domain.tariffs.rules.documents import MAX_BYTES
from dianke.domain.tariffs.types import (
    LoadedItem,
    LoadFault,
    LoadReport,
    PolicyDraft,
    ReadFile,
    Skipped,
    TimeRuleDraft,
    VersionDraft,
)
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_DATA_PACKAGE = "dianke.domain.tariffs"
_SUFFIX = ".yaml"
# Loads run one after the other: two at once would judge the same plan by the same old versions.
_LOCK = 0x7A121FF5
SHIPPED = "sheet that ships with the product"

_Draft: TypeAlias = PolicyDraft | TimeRuleDraft | VersionDraft


class UnableToReadSheetFile(DomainError):
    """A file cannot be opened."""

    code = "tariffs.unable_to_read_sheet_file"
    message = "{file} cannot be read: {reason}"


class NotOnlySheets(DomainError):
    """A proposal holds versions of plans and nothing else."""

    code = "tariffs.not_only_sheets"
    message = "{file} holds hours or policy values, which are loaded by set-up and not proposed"


@dataclass(slots=True)
class _Tally:
    loaded: list[LoadedItem] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: list[LoadFault] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)

    def report(self) -> LoadReport:
        return LoadReport(
            loaded=tuple(self.loaded),
            unchanged=tuple(self.unchanged),
            refused=tuple(self.refused),
            skipped=tuple(self.skipped),
        )


def load_shipped_tariffs(*, actor: Actor, loaded_at: datetime) -> LoadReport:
    """Load every file that ships with the product; again, it stores nothing and says so."""
    folder = resources.files(_DATA_PACKAGE).joinpath("data")
    return load_files(actor=actor, files=list(_list_files(folder)), loaded_at=loaded_at)


def propose_file(*, actor: Actor, name: str, data: bytes, reason: str, proposed_at: datetime) -> LoadReport:
    """
    Propose every version of a file of sheets, all of them or none; another person decides each.

    :raises NotOnlySheets: if the file holds shared hours or policy values, which are no versions of a plan
    """
    return _propose(actor, sheets.read_file(name=name, data=data), reason, proposed_at)


def propose_document(
    *, actor: Actor, name: str, document: Mapping[str, Any], sha256: str, reason: str, proposed_at: datetime
) -> LoadReport:
    """
    Propose every version of a sheet given as plain data, which somebody typed in another form than text.

    :raises NotOnlySheets: if it holds shared hours or policy values, which are no versions of a plan
    """
    return _propose(actor, sheets.read_plain(name=name, sha256=sha256, document=document), reason, proposed_at)


def _propose(actor: Actor, file: ReadFile, reason: str, proposed_at: datetime) -> LoadReport:
    if file.policies or file.time_rules:
        raise NotOnlySheets(field="file", file=file.name)
    if file.faults:
        return LoadReport(refused=file.faults, skipped=file.skipped)
    stamp = Stamp(actor=actor, loaded_at=proposed_at, reason=reason)
    with transaction.atomic():
        wait_for_other_loads()
        report = _store([file], stamp)
        if report.refused:
            transaction.set_rollback(True)
    return replace(report, loaded=()) if report.refused else report


def load_sheet_file(*, actor: Actor, path: Path, loaded_at: datetime) -> LoadReport:
    """
    Load one file.

    :raises UnableToReadSheetFile: if it cannot be opened; everything else is in the report
    """
    try:
        with path.open("rb") as file:
            # One byte more than is allowed shows that a file is too large without reading all of it.
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UnableToReadSheetFile(field="file", file=path.name, reason=error.strerror or str(error)) from error
    return load_files(actor=actor, files=[(path.name, data)], loaded_at=loaded_at)


def load_files(*, actor: Actor, files: Sequence[tuple[str, bytes]], loaded_at: datetime) -> LoadReport:
    """
    Load files given as name and content, as set-up does: approved at once, by nobody in person.

    A sheet is stored whole or not at all; a refused sheet keeps no other from being stored. Policy values
    and shared hours come first, for sheets of the same load may refer to them.
    """
    read = [sheets.read_file(name=name, data=data) for name, data in files]
    with transaction.atomic():
        wait_for_other_loads()
        return _store(read, Stamp(actor=actor, loaded_at=loaded_at, reason=SHIPPED, approves=True))


def _store(read: Sequence[ReadFile], stamp: Stamp) -> LoadReport:
    tally = _Tally()
    for file in read:
        tally.refused.extend(file.faults)
        tally.skipped.extend(file.skipped)
    policies = [(draft, file) for file in read for draft in file.policies]
    hours = [(draft, file) for file in read for draft in file.time_rules]
    versions = [(draft, file) for file in read for draft in file.versions]
    # In order of time, so that a version finds the one that it ends.
    versions.sort(key=lambda pair: (pair[0].plan_code, pair[0].start))
    outcomes: list[tuple[Outcome, tuple[_Draft, ReadFile]]] = [
        *zip(store_policies(policies, stamp), policies, strict=True),
        *zip(store_time_rules(hours, stamp), hours, strict=True),
        *zip(store_versions(versions, stamp), versions, strict=True),
    ]
    for outcome, (draft, file) in outcomes:
        _note(outcome, file, draft, tally)
    return tally.report()


def _note(outcome: Outcome, file: ReadFile, draft: _Draft, tally: _Tally) -> None:
    match outcome:
        case LoadedItem():
            tally.loaded.append(outcome)
        case LoadFault():
            tally.refused.append(outcome)
        case None:
            tally.unchanged.append(f"{file.name}: {_name_draft(draft)}")


def _name_draft(draft: _Draft) -> str:
    match draft:
        case PolicyDraft():
            return draft.code
        case TimeRuleDraft():
            return draft.region
        case VersionDraft():
            return f"{draft.plan_code} {draft.sheet_id}"


def _list_files(folder: Traversable) -> Iterable[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            yield from _list_files(entry)
        elif entry.name.endswith(_SUFFIX):
            yield entry.name, entry.read_bytes()


def wait_for_other_loads() -> None:
    """Wait until no other load or decision is under way; held to the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
