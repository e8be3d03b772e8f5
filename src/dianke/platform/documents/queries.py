"""Reads of documents."""

from datetime import date

from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor


def get_document(*, actor: Actor, key: int, right: str | None = None) -> Document | None:
    """Return a document within the actor's units, or None."""
    document: Document | None = Document.objects.for_actor(actor, right).filter(id=key).first()
    return document


def list_expired(*, actor: Actor, on: date) -> list[Document]:
    """Return the documents whose time of keeping is over on a day, the longest over first."""
    rows = Document.objects.for_actor(actor).filter(retention_until_date__lt=on, disposed_at=None)
    return list(rows.order_by("retention_until_date", "id"))
