"""Telling of a lower grade: a message through the outbox, and the letter with its reasons."""

from functools import partial

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _now
from django.views.decorators.http import require_GET, require_POST

from dianke.application import credit
from dianke.domain.credit.models import CreditScore, GradeNotice
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.queries.measures import find_measures
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.acting import carry_out
from dianke.interfaces.web.credit import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.shell.errors import explain
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.documents.typesetting import FontMissing

# Customers are written to in the language of the country, whatever the clerk reads.
_LETTER = "zh-hans"


@require_POST
@page_right(credit.MANAGE)
def send_notice(request: StaffRequest, key: int) -> HttpResponse:
    """Write to the customer that the grade fell."""
    notice = _get(request, key)
    return carry_out(
        request,
        partial(credit.send_notice, actor=request.actor, key=key, at=SystemClock().now()),
        done=_now("The message is in the outbox; hand the letter over and record that the customer was told."),
        back=reverse("web:credit_customer", args=[notice.customer.number]),
        missing=queries.NoticeUnknown,
    )


@require_GET
@page_right(credit.MANAGE)
def show_letter(request: StaffRequest, key: int) -> HttpResponse:
    """Give the letter of a lower grade out as PDF."""
    notice, now = _get(request, key), SystemClock().now()
    asked = find_measures(grade=notice.grade, on=to_shanghai(now).date()).measures
    with translation.override(_LETTER):
        reasons = _list_reasons(request, notice)
        measures = [str(words.MEASURES[one.value]) for one in asked]
    try:
        content = credit.write_notice_letter(actor=request.actor, key=key, reasons=reasons, measures=measures, at=now)
    except FontMissing as fault:
        messages.error(request, explain(fault))
        return redirect("web:credit_customer", number=notice.customer.number)
    answer = HttpResponse(content, content_type="application/pdf")
    name = f"{notice.customer.number}-{notice.as_of_date:%Y%m%d}"
    answer["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return answer


def _list_reasons(request: StaffRequest, notice: GradeNotice) -> list[tuple[str, str, str]]:
    """Return day, words and points of what moved the score of a notice."""
    score = CreditScore.objects.for_actor(request.actor).filter(pk=notice.score_id).first()
    found = [words.describe_reason(request.actor, one, notice.unit.path) for one in score.reasons] if score else []
    return [(str(one["on"]), str(one["words"]), str(one["points"])) for one in found]


def _get(request: StaffRequest, key: int) -> GradeNotice:
    try:
        return queries.get_notice(actor=request.actor, key=key)
    except queries.NoticeUnknown as unknown:
        raise Http404 from unknown
