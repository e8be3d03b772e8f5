"""Papers of orders: asked for at acceptance, given later with their file, judged, and waited for before their step."""

from datetime import datetime
from decimal import Decimal

from dianke.domain.service_orders.models import OrderAct, OrderNote, OrderPaper, PaperState, ServiceOrder
from dianke.domain.service_orders.rules.catalog import list_materials
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor

_PLACES = Decimal("0.00001")


class PaperUnknown(DomainError):
    """The order needs no such paper."""

    code = "service_orders.paper_unknown"
    message = "{number} asks for no paper {paper}"


class PaperOutOfState(DomainError):
    """The paper was accepted already, or nobody gave it."""

    code = "service_orders.paper_out_of_state"
    message = "the paper {paper} is in another state by now; look at the order again"


class PapersMissing(DomainError):
    """Papers that a step waits for are not there."""

    code = "service_orders.papers_missing"
    message = "this step waits for papers of the customer: {papers}"


def ask_for_papers(*, order: ServiceOrder, shown: frozenset[str], actor: Actor, at: datetime) -> None:
    """Write down every paper that an order needs; those shown to the clerk at acceptance are accepted."""
    rows = []
    for one in list_materials(kind=OrderKind(order.kind), on=to_shanghai(order.accepted_at).date()):
        row = OrderPaper(order=order, code=one.code, by_step=one.by or "")
        if one.code in shown:
            row.state, row.given_by, row.given_at = PaperState.ACCEPTED.value, actor.login, at
            row.judged_by, row.judged_at = actor.login, at
        rows.append(row)
    OrderPaper.objects.bulk_create(rows)


def give_paper(
    *,
    order: ServiceOrder,
    code: str,
    document: Document,
    position: tuple[Decimal, Decimal] | None,
    actor: Actor,
    at: datetime,
) -> OrderPaper:
    """
    Put a file to a paper, with latitude and longitude in degrees where they are known.

    :raises PaperUnknown: if the order needs no such paper
    :raises PaperOutOfState: if it was accepted already
    """
    row = _lock(actor, order, code)
    if row.state == PaperState.ACCEPTED.value:
        raise PaperOutOfState(field="paper", paper=code)
    row.state, row.document, row.given_by, row.given_at = PaperState.GIVEN.value, document, actor.login, at
    row.latitude, row.longitude = [one.quantize(_PLACES) for one in position] if position else (None, None)
    row.judged_by, row.judged_at, row.reason = "", None, ""
    row.save()
    _tell(order, actor, at, OrderAct.PAPER_GIVEN, code, f"SHA-256 {document.sha256[:16]}")
    return row


def judge_paper(
    *, order: ServiceOrder, code: str, is_good: bool, reason: str, actor: Actor, at: datetime
) -> OrderPaper:
    """
    Accept or refuse a paper; one that lies before the clerk is accepted without a file.

    :raises PaperUnknown: if the order needs no such paper
    :raises PaperOutOfState: if it was accepted already, or is refused and was never given
    """
    row = _lock(actor, order, code)
    if row.state == PaperState.ACCEPTED.value or (not is_good and row.state != PaperState.GIVEN.value):
        raise PaperOutOfState(field="paper", paper=code)
    if row.given_at is None:
        row.given_by, row.given_at = actor.login, at
    row.state = (PaperState.ACCEPTED if is_good else PaperState.REFUSED).value
    row.judged_by, row.judged_at, row.reason = actor.login, at, "" if is_good else reason[:200]
    row.save()
    _tell(order, actor, at, OrderAct.PAPER_JUDGED, f"{code}:{row.state}", row.reason)
    return row


# A meeting decides in the place of one person, by the same papers.
_DECIDED_AS = {"review_meeting": "approve_plan"}


def require_papers(*, order: ServiceOrder, step: str, actor: Actor) -> None:
    """
    Refuse a step that waits for papers which were not accepted.

    :raises PapersMissing: with the codes of all of them
    """
    rows = (
        OrderPaper.objects.for_actor(actor)
        .filter(order=order, by_step=_DECIDED_AS.get(step, step))
        .exclude(state=PaperState.ACCEPTED.value)
    )
    missing = list(rows.order_by("code").values_list("code", flat=True))
    if missing:
        raise PapersMissing(field="papers", papers=", ".join(missing), codes=tuple(missing))


def _lock(actor: Actor, order: ServiceOrder, code: str) -> OrderPaper:
    rows = OrderPaper.objects.for_actor(actor).select_for_update().filter(order=order, code=code)
    row: OrderPaper | None = rows.first()
    if row is None:
        raise PaperUnknown(field="paper", number=order.number, paper=code)
    return row


def _tell(order: ServiceOrder, actor: Actor, at: datetime, act: OrderAct, subject: str, text: str) -> None:
    OrderNote(order=order, at=at, by=actor.login, act=act.value, subject=subject[:60], text=text).save()
