"""Money and open work of a customer as small links in the head of its page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dianke.application.listings.customer_summary import Line, Summary
from dianke.interfaces.web.components import formats


@dataclass(frozen=True)
class WorkLink:
    """One thing that is open, and where it is looked at."""

    text: str
    url: str
    is_bad: bool = False


def list_links(summary: Summary, number: str, url: Callable[[str], str]) -> list[WorkLink]:
    """Return what is owed and held, then what is open, each with its page; nothing where nothing is."""
    return [*_list_money(summary, url), *_list_work(summary, number, url)]


def _list_money(summary: Summary, url: Callable[[str], str]) -> list[WorkLink]:
    if summary.open_fen is None:
        return []
    links = [WorkLink(_("Open bills %(amount)s yuan") % {"amount": formats.fen(summary.open_fen)}, url("money"))]
    if summary.overdue_fen:
        overdue = _("overdue %(amount)s yuan") % {"amount": formats.fen(summary.overdue_fen)}
        links.append(WorkLink(overdue, url("money"), is_bad=True))
    if summary.prepaid_fen:
        prepaid = _("prepaid %(amount)s yuan") % {"amount": formats.fen(summary.prepaid_fen)}
        links.append(WorkLink(prepaid, url("money")))
    return links


def _list_work(summary: Summary, number: str, url: Callable[[str], str]) -> list[WorkLink]:
    work = {line: len(keys) for line, keys in summary.work.items()}
    supply, watched = summary.work.get(Line.SUPPLY_ORDER, ()), summary.work.get(Line.WATCHED, ())
    shown = (
        (
            Line.ORDER,
            ngettext("%(count)d order running", "%(count)d orders running", work.get(Line.ORDER, 0)),
            "orders",
        ),
        (
            Line.OBJECTION,
            ngettext("%(count)d objection", "%(count)d objections", work.get(Line.OBJECTION, 0)),
            "credit",
        ),
        (Line.APPEAL, ngettext("%(count)d appeal", "%(count)d appeals", work.get(Line.APPEAL, 0)), "value"),
        (
            Line.MEASURE,
            ngettext("%(count)d measure by grade", "%(count)d measures by grade", work.get(Line.MEASURE, 0)),
            "credit",
        ),
    )
    links = [WorkLink(text % {"count": work[line]}, url(tab)) for line, text, tab in shown if line in work]
    if Line.RISK_MEASURE in work:
        text = ngettext("%(count)d measure against risk", "%(count)d measures against risk", work[Line.RISK_MEASURE])
        links.append(WorkLink(text % {"count": work[Line.RISK_MEASURE]}, reverse("web:risk_account", args=[number])))
    if supply:
        text = ngettext("%(count)d order to cut or restore", "%(count)d orders to cut or restore", len(supply))
        links.append(WorkLink(text % {"count": len(supply)}, reverse("web:supply_order", args=[supply[0]])))
    if watched:
        text = ngettext("on %(count)d watch list", "on %(count)d watch lists", len(watched))
        links.append(WorkLink(text % {"count": len(watched)}, reverse("web:watching_entry", args=[watched[0]])))
    return links
