"""Papers of orders: given at the counter or by the customer's link, judged by whoever takes applications."""

from datetime import datetime
from decimal import Decimal

from dianke.application.service_orders.linked import BY_LINK
from dianke.application.service_orders.rights import ACCEPT, VIEW
from dianke.domain.service_orders.models import OrderPaper, ServiceOrder
from dianke.domain.service_orders.operations import moving
from dianke.domain.service_orders.operations import papers as operations
from dianke.domain.service_orders.operations.papers import PaperUnknown
from dianke.domain.service_orders.queries import orders as queries
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.types import Actor

_KIND = "ORDER_PAPER"


@use_case(right=ACCEPT)
def give_paper(*, actor: Actor, number: str, paper: str, file_name: str, content: bytes, at: datetime) -> OrderPaper:
    """Put a file to a paper of an order, for the customer."""
    order = moving.lock_order(actor=actor, right=ACCEPT, number=number)
    return _give(actor, order, paper, file_name, content, None, at)


@use_case(right=BY_LINK)
def give_paper_by_link(
    *,
    actor: Actor,
    number: str,
    paper: str,
    file_name: str,
    content: bytes,
    position: tuple[Decimal, Decimal] | None = None,
    at: datetime,
) -> OrderPaper:
    """Take a paper that the customer gives by their link, with the place of the phone where it tells it."""
    order = moving.lock_order(actor=actor, right=BY_LINK, number=number)
    return _give(actor, order, paper, file_name, content, position, at)


@use_case(right=ACCEPT)
def judge_paper(*, actor: Actor, number: str, paper: str, is_good: bool, reason: str = "", at: datetime) -> OrderPaper:
    """
    Accept a paper of an order, or refuse it for a reason that the customer is shown.

    :raises OrderReasonMissing: if it is refused without a reason
    """
    order = moving.lock_order(actor=actor, right=ACCEPT, number=number)
    text = reason.strip() if is_good else moving.require_reason(reason)
    return operations.judge_paper(order=order, code=paper, is_good=is_good, reason=text, actor=actor, at=at)


@use_case(right=VIEW)
def open_paper(*, actor: Actor, number: str, paper: str) -> tuple[OrderPaper, bytes]:
    """
    Return a paper with its file; who looked stands in the trail.

    :raises PaperUnknown: if the order has no such paper with a file
    """
    order = queries.get_order(actor=actor, number=number)
    for one in queries.list_papers(actor=actor, order=order):
        if one.code == paper and one.document is not None:
            return one, documents.read_document(one.document)
    raise PaperUnknown(field="paper", number=number, paper=paper)


def _give(
    actor: Actor,
    order: ServiceOrder,
    paper: str,
    file_name: str,
    content: bytes,
    position: tuple[Decimal, Decimal] | None,
    at: datetime,
) -> OrderPaper:
    document = documents.add_document(
        actor=actor, unit=order.unit, kind=_KIND, title=f"{order.number} {paper}", file_name=file_name,
        content=content, at=at,
    )  # fmt: skip
    return operations.give_paper(order=order, code=paper, document=document, position=position, actor=actor, at=at)
