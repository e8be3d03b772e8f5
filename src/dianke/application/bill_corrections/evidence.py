"""Papers that show why a correction is right: attached when asking and later, seen by who may see the correction."""

from datetime import datetime

from dianke.application.bill_corrections.orders import ASK
from dianke.domain.billing.models import CorrectionEvidence
from dianke.domain.billing.operations import corrections
from dianke.domain.billing.queries import corrections as queries
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.types import Actor

VIEW = "billing.view"
KIND = "BILL_EVIDENCE"


@use_case(right=ASK)
def add_evidence(
    *, actor: Actor, key: int, file_name: str, content: bytes, title: str, at: datetime
) -> CorrectionEvidence:
    """
    Keep a paper with a correction, for as long as the correction.

    :raises UnableToAddDocument: if it is empty, too large or of a type that cannot be shown safely
    :raises CorrectionOutOfState: if the correction was refused or taken back
    """
    order = queries.get_correction(actor=actor, key=key, lock=True)
    corrections.require_state(order, "attach")
    document = documents.add_document(
        actor=actor, unit=order.unit, kind=KIND, title=title, file_name=file_name, content=content, at=at
    )
    return corrections.attach_evidence(order=order, document=document)


@use_case(right=VIEW)
def open_evidence(*, actor: Actor, key: int) -> bytes:
    """Return the bytes of a paper; who looked stands in the trail."""
    return documents.read_document(queries.get_evidence(actor=actor, key=key).document)
