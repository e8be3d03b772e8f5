"""Papers of customers: handed in, shown, kept as long as they must be."""

from dataclasses import dataclass
from datetime import date, datetime

from dianke.application.archive.narrowing import narrow
from dianke.domain.customers import operations
from dianke.domain.customers.models import Customer, CustomerAccount, CustomerDocument
from dianke.domain.customers.types import DocumentKind
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.types import Actor

ADD = "documents.add"
VIEW = "documents.view"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came in."""

    file_name: str
    content: bytes
    title: str = ""


@use_case(right=ADD)
def add_document(
    *,
    actor: Actor,
    customer: Customer,
    kind: DocumentKind,
    upload: Upload,
    at: datetime,
    account: CustomerAccount | None = None,
    retention_until_date: date | None = None,
) -> CustomerDocument:
    """Keep a paper of a customer."""
    return keep_upload(
        actor=narrow(actor, ADD),
        customer=customer,
        account=account,
        kind=kind,
        upload=upload,
        at=at,
        retention_until_date=retention_until_date,
    )


@use_case(right=VIEW)
def open_document(*, actor: Actor, paper: CustomerDocument) -> bytes:
    """Return the bytes of a paper; who looked stands in the trail."""
    return documents.read_document(paper.document)


@use_case(right=ADD)
def dispose_expired_documents(*, actor: Actor, on: date, at: datetime) -> int:
    """Remove the files whose time of keeping is over and return how many."""
    return documents.dispose_expired(actor=narrow(actor, ADD), on=on, at=at)


def keep_upload(
    *,
    actor: Actor,
    customer: Customer,
    account: CustomerAccount | None,
    kind: DocumentKind,
    upload: Upload,
    at: datetime,
    retention_until_date: date | None = None,
) -> CustomerDocument:
    """Keep a file inside a use case that has asked for the right."""
    document = documents.add_document(
        actor=actor,
        unit=customer.unit,
        kind=kind.value,
        title=upload.title,
        file_name=upload.file_name,
        content=upload.content,
        at=at,
        retention_until_date=retention_until_date,
    )
    return operations.attach_document(actor=actor, customer=customer, document=document, account=account)
