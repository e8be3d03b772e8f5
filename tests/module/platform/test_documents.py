"""Files are kept once by their hash, told by their bytes, and gone when their time is over."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from dianke.kernel.clock import SHANGHAI
from dianke.platform.documents import operations
from dianke.platform.documents.media import find_media_type
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=SHANGHAI)
SYSTEM = Actor.system("keeping papers in a test")
PDF = b"%PDF-1.4 a paper"


@pytest.fixture
def unit(settings: Any, tmp_path: Path) -> Unit:
    settings.DATA_DIR = tmp_path
    return add_unit(code="GS", name="示例供电公司", kind=UnitKind.UTILITY, parent=None)


def add(unit: Unit, content: bytes = PDF, name: str = "paper.pdf", until: date | None = None) -> Document:
    return operations.add_document(
        actor=SYSTEM,
        unit=unit,
        kind="OTHER",
        title="",
        file_name=name,
        content=content,
        at=NOW,
        retention_until_date=until,
    )


def list_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_same_bytes_are_kept_once(unit: Unit, tmp_path: Path) -> None:
    first, second = add(unit), add(unit, name="again.pdf")

    [file] = list_files(tmp_path / "documents")
    assert first.sha256 == second.sha256 == file.parent.name + file.name
    assert operations.read_document(second) == PDF
    assert file.stat().st_mode & 0o077 == 0


def test_name_cannot_lead_out_of_the_folder(unit: Unit) -> None:
    assert add(unit, name="../../etc/passwd").file_name == "passwd"
    assert add(unit, name="C:\\papers\\id.pdf").file_name == "id.pdf"


@pytest.mark.parametrize("content", [b"", b"<html>\x00", b"PK\x03\x04 an archive", b"\x7fELF\x02\x01"])
def test_what_cannot_be_shown_safely_is_refused(unit: Unit, tmp_path: Path, content: bytes) -> None:
    with pytest.raises(operations.UnableToAddDocument):
        add(unit, content)

    assert list_files(tmp_path) == []


def test_page_of_another_site_is_only_text() -> None:
    assert find_media_type(b"<script>alert(1)</script>") == "text/plain"
    assert find_media_type(b"\x89PNG\r\n\x1a\n...") == "image/png"


def test_changed_file_is_not_shown(unit: Unit) -> None:
    document = add(unit)
    operations.find_path(document.sha256).write_bytes(b"%PDF-1.4 another paper")

    with pytest.raises(operations.DocumentMissing):
        operations.read_document(document)


def test_bytes_stay_while_anybody_keeps_them(unit: Unit, tmp_path: Path) -> None:
    add(unit, until=date(2026, 1, 31))
    kept = add(unit)

    assert operations.dispose_expired(actor=SYSTEM, on=date(2026, 2, 1), at=NOW) == 1

    assert operations.read_document(kept) == PDF
    assert operations.dispose_expired(actor=SYSTEM, on=date(2026, 2, 1), at=NOW) == 0


def test_bytes_go_with_the_last_document(unit: Unit, tmp_path: Path) -> None:
    document = add(unit, until=date(2026, 1, 31))

    operations.dispose_expired(actor=SYSTEM, on=date(2026, 2, 1), at=NOW)

    assert list_files(tmp_path) == []
    document.refresh_from_db()
    assert document.disposed_at == NOW
