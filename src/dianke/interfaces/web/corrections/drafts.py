"""What the forms of both kinds of orders begin with: the bill, or the draft that is written anew."""

from django.http import Http404

from dianke.application import bill_corrections
from dianke.domain.billing.models import Bill, BillCorrection
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries import corrections as queries
from dianke.domain.billing.types import CorrectionKind, CorrectionState
from dianke.interfaces.web.requests import StaffRequest


def find_bill(request: StaffRequest, bill_id: int) -> Bill:
    """
    Return a bill of the units where the reader may ask for orders.

    :raises Http404: if there is none
    """
    try:
        return bill_queries.get_bill(actor=request.actor.within(bill_corrections.ASK), bill_id=bill_id)
    except bill_queries.BillNotFound as error:
        raise Http404 from error


def find_draft(request: StaffRequest, key: int, kind: CorrectionKind) -> BillCorrection | None:
    """
    Return a drafted order of a kind, or None where the order is past that or of the other kind.

    :raises Http404: if there is no such order within the reader's units
    """
    try:
        order = queries.get_correction(actor=request.actor.within(bill_corrections.ASK), key=key)
    except queries.CorrectionNotFound as error:
        raise Http404 from error
    return order if (order.state, order.kind) == (CorrectionState.DRAFT.value, kind.value) else None
