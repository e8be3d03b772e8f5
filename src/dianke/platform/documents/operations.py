"""Writes of documents: bytes first, under their hash, then the row that tells of them."""

import hashlib
import os
import secrets
from datetime import date, datetime
from pathlib import Path

from django.conf import settings

from dianke.kernel.errors import DomainError
from dianke.platform.documents.media import find_media_type
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import require_reach

MOST_BYTES = 20 * 1024 * 1024
_NAME_LENGTH = 160


class UnableToAddDocument(DomainError):
    """The file cannot be kept."""

    code = "documents.unable_to_add"
    message = "the file {file} cannot be kept: {reason}"


class DocumentMissing(DomainError):
    """The bytes of a document are gone or are not the ones that were handed in."""

    code = "documents.missing"
    message = "the file of {title} cannot be shown: {reason}"


def add_document(
    *,
    actor: Actor,
    unit: Unit,
    kind: str,
    title: str,
    file_name: str,
    content: bytes,
    at: datetime,
    retention_until_date: date | None = None,
) -> Document:
    """
    Keep a file for a unit; the same bytes are stored once however often they come.

    :raises UnableToAddDocument: if it is empty, too large or of a type that cannot be shown safely
    """
    require_reach(actor=actor, unit_ids=[unit.pk])
    name = Path(file_name.replace("\\", "/")).name[-_NAME_LENGTH:] or "file"
    if not content:
        raise UnableToAddDocument(field="file", file=name, reason="the file is empty")
    if len(content) > MOST_BYTES:
        raise UnableToAddDocument(field="file", file=name, reason="the file is larger than 20 MB")
    media_type = find_media_type(content)
    if media_type is None:
        raise UnableToAddDocument(field="file", file=name, reason="only PDF, JPEG, PNG, WebP and plain text are taken")
    digest = hashlib.sha256(content).hexdigest()
    _store(digest, content)
    document = Document(
        unit=unit,
        kind=kind,
        title=title.strip() or name,
        file_name=name,
        media_type=media_type,
        size_bytes=len(content),
        sha256=digest,
        retention_until_date=retention_until_date,
        added_by=actor.login,
        added_at=at,
    )
    document.save()
    return document


def read_document(document: Document) -> bytes:
    """
    Return the bytes of a document that the caller may see.

    :raises DocumentMissing: if they were disposed of, are gone or were changed
    """
    if document.disposed_at is not None:
        raise DocumentMissing(title=document.title, reason="its time of keeping is over")
    try:
        content = find_path(document.sha256).read_bytes()
    except FileNotFoundError as error:
        raise DocumentMissing(title=document.title, reason="the file is not in the data directory") from error
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise DocumentMissing(title=document.title, reason="the file was changed since it was handed in")
    return content


def dispose_expired(*, actor: Actor, on: date, at: datetime) -> int:
    """Remove the bytes whose time of keeping is over on a day and return how many documents that ends."""
    expired = list(
        Document.objects.for_actor(actor).filter(retention_until_date__lt=on, disposed_at=None).order_by("id")
    )
    for document in expired:
        document.disposed_at = at
        document.save(update_fields=["disposed_at"])
    everybody = Actor.system("asking whether anybody still keeps the same bytes")
    for digest in sorted({document.sha256 for document in expired}):
        if not Document.objects.for_actor(everybody).filter(sha256=digest, disposed_at=None).exists():
            find_path(digest).unlink(missing_ok=True)
    return len(expired)


def find_path(digest: str) -> Path:
    """Return where the bytes of a hash lie."""
    root: Path = settings.DATA_DIR
    return root / "documents" / digest[:2] / digest[2:]


def _store(digest: str, content: bytes) -> None:
    path = find_path(digest)
    if path.is_file():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Written aside and renamed, so that a reader never sees half a file.
    aside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
