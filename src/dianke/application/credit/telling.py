"""Telling customers of lower grades: a message through the outbox, and a letter with the reasons as PDF."""

from collections.abc import Sequence
from datetime import date, datetime
from importlib import resources

from dianke.domain.collection.queries.people import find_reach
from dianke.domain.credit.models import GradeNotice
from dianke.domain.credit.operations import objections as operations
from dianke.domain.credit.queries import scores as queries
from dianke.domain.credit.queries.policies import get_policy
from dianke.domain.credit.rules.notices import get_notice_texts
from dianke.domain.valuation.queries.serving import choose_way
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.documents.typesetting import set_pdf
from dianke.platform.identity.types import Actor
from dianke.platform.outbox import operations as outbox
from dianke.platform.outbox.types import NewMessage

ABOUT, PURPOSE = "credit.gradenotice", "CREDIT"
_SENSITIVE = "credit.see_sensitive"


@use_case(right="credit.manage")
def send_notice(*, actor: Actor, key: int, at: datetime) -> GradeNotice:
    """
    Put the message of a lower grade into the outbox, once; it names no reasons, for those a letter is handed over.

    :raises NoticeOutOfState: if the customer was told already
    """
    notice = queries.get_notice(actor=actor, key=key, lock=True)
    on = to_shanghai(at).date()
    texts, reach = get_notice_texts(on=on), find_reach(customer_id=notice.customer_id, on=on)
    way = choose_way(reach=reach, customer=notice.customer, on=on)
    message = outbox.queue_message(
        actor=actor,
        new=NewMessage(
            unit_id=notice.unit_id,
            channel=way.channel,
            address=way.address,
            text=texts.message.format_map(_list_values(notice)),
            subject=texts.subject,
            purpose=PURPOSE,
            source=f"credit:{notice.pk}",
            template="credit.lower_grade",
            template_from=texts.valid_from,
            about_kind=ABOUT,
            about_key=str(notice.pk),
            due_at=at,
            consent=way.consent,
            quiet=way.quiet,
        ),
        login=actor.login,
        at=at,
    )
    return operations.attach_message(notice=notice, message=message)


@use_case(right="credit.manage")
def write_notice_letter(
    *, actor: Actor, key: int, reasons: Sequence[tuple[str, str, str]], measures: Sequence[str], at: datetime
) -> bytes:
    """
    Return the letter of a lower grade as PDF, with the reasons and what the grade asks for.

    :param reasons: day, what happened and points of each, in the words of the pages
    :param measures: what the grade asks for, in the words of the pages
    :raises PermissionRefused: if the actor may not see what accuses at the unit: the letter would name it
    """
    notice = queries.get_notice(actor=actor, key=key)
    if not actor.may(_SENSITIVE, notice.unit.path):
        raise PermissionRefused(field="actor", login=actor.login, right=_SENSITIVE)
    today = to_shanghai(at).date()
    texts, values = get_notice_texts(on=today), _list_values(notice)
    content = {
        "title": texts.subject,
        "number": f"{notice.customer.number}-{notice.as_of_date:%Y%m%d}",
        "name": notice.customer.name,
        "text": texts.letter.format_map(values),
        "heads": ["日期", "事项", "分值"],
        "rows": [list(one) for one in reasons],
        "asks": texts.asks,
        "measures": list(measures),
        "objection": texts.objection.format_map(values),
        "unit": notice.unit.name,
        "day": _write_day(today),
        "receipt": f"送达回执　客户编号 {notice.customer.number}",
        "signature": "签收人：＿＿＿＿＿＿　日期：＿＿＿＿＿＿",
    }
    template = (resources.files("dianke.application.credit") / "letter.typ").read_bytes()
    return set_pdf(template=template, content=content)


def _list_values(notice: GradeNotice) -> dict[str, str]:
    return {
        "name": notice.customer.name,
        "number": notice.customer.number,
        "before": notice.grade_before,
        "grade": notice.grade,
        "day": _write_day(notice.as_of_date),
        "days": str(get_policy(on=notice.as_of_date).objection_days),
        "unit": notice.unit.name,
    }


def _write_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
