"""What to do next for a customer: every piece of advice with where it comes from and why."""

from dataclasses import dataclass
from datetime import date

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dianke.application import valuation, watching
from dianke.application.watching.masking import hide_accusations
from dianke.domain.audits.queries import findings
from dianke.domain.credit.queries.measures import find_measures
from dianke.domain.credit.types import Measure
from dianke.domain.customers.models import Consent
from dianke.domain.customers.types import ConsentPurpose
from dianke.domain.valuation.queries.service import find_service
from dianke.domain.watching.queries import entries as queries
from dianke.interfaces.web.components.page import Chip, Text
from dianke.interfaces.web.components.states import state_chip
from dianke.interfaces.web.customers.account_frame import Viewed, account_page, get_tab, refuse_tab, show_tab
from dianke.interfaces.web.quality.words import RULES
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.valuation import words as value_words
from dianke.interfaces.web.watching import words

_TAB, _CREDIT, _QUALITY = "advice", "credit.view", "quality.view"
_MOST_FAULTS = 10
# What is to be done; paying afterwards and by instalments are leave, not work.
MEASURES: dict[Measure, Text] = {
    Measure.PREPAY_OR_DEPOSIT: gettext_lazy("Agree on prepayment or a deposit"),
    Measure.WEEKLY_READING: gettext_lazy("Read the meter every week"),
    Measure.FEE_CONTROL: gettext_lazy("Agree on fee control"),
    Measure.GUARANTEE: gettext_lazy("Ask for a guarantee"),
    Measure.MANAGER_FOR_CAPACITY: gettext_lazy("More capacity only with a manager's leave"),
}


@dataclass(frozen=True)
class Advice:
    """What to do, why, where that is known from, until when."""

    text: Text
    reasons: list[str]
    source: Text
    url: str
    chip: Chip | None = None
    due: date | None = None


@account_page
def show_advice(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show what is to be done next, the most urgent first; nothing where no source says anything."""
    if not viewed.actor.may(get_tab(_TAB).right):
        return refuse_tab(request, viewed, _TAB)
    found = [
        *_list_watched(viewed),
        *_list_dues(viewed),
        *_list_offers(viewed),
        *_list_faults(viewed),
        *_list_consents(viewed),
    ]
    return show_tab(request, viewed, _TAB, "watching/advice.html", {"advice": found})


def _list_watched(viewed: Viewed) -> list[Advice]:
    rows = queries.list_living_of(actor=viewed.actor.within(watching.VIEW), customer_id=viewed.customer.pk)
    return [
        Advice(
            text=words.ACTIONS[row.action],
            reasons=[words.write_reason(one) for one in hide_accusations(viewed.actor, row.reasons, row.unit.path)],
            source=words.LISTS[row.list_code],
            url=reverse("web:watching_entry", args=[row.pk]),
            chip=state_chip("watching.level", row.level),
            due=row.due_date,
        )
        for row in rows
    ]


def _list_dues(viewed: Viewed) -> list[Advice]:
    """Return what the credit grade asks for, where the customer was judged and asks for more than everybody."""
    grade = viewed.customer.credit_grade
    if not grade or not viewed.actor.may(_CREDIT):
        return []
    asked = [one for one in find_measures(grade=grade, on=viewed.today).measures if one in MEASURES]
    return [
        Advice(
            text=MEASURES[one],
            reasons=[_("credit grade %(grade)s asks for it") % {"grade": grade}],
            source=gettext_lazy("Measures of the credit grade"),
            url="",
        )
        for one in asked
    ]


def _list_offers(viewed: Viewed) -> list[Advice]:
    """Return what the service table says to offer to the class of the customer."""
    if not viewed.customer.value_class or not viewed.actor.may(valuation.VIEW):
        return []
    service = find_service(viewed.customer.value_class, viewed.today)
    if not service.offers:
        return []
    name = value_words.CLASSES[viewed.customer.value_class]
    return [
        Advice(
            text=service.offers,
            reasons=[_("offered to the class %(class)s") % {"class": name}],
            source=gettext_lazy("Service by class"),
            url=reverse("web:value_service"),
        )
    ]


def _list_faults(viewed: Viewed) -> list[Advice]:
    """Return what the rules of archive quality find missing at the account."""
    if not viewed.actor.may(_QUALITY):
        return []
    rows = findings.filter_findings(actor=viewed.actor).filter(
        account_number=viewed.get_account().number, resolved_at=None
    )
    return [
        Advice(
            text=gettext_lazy("Mend the archive"),
            reasons=[str(RULES.get(row.rule, row.rule))],
            source=gettext_lazy("Archive quality"),
            url=reverse("web:quality_finding", args=[row.pk]),
            due=row.due_date,
        )
        for row in rows.order_by("due_date", "id")[:_MOST_FAULTS]
    ]


def _list_consents(viewed: Viewed) -> list[Advice]:
    """Return the consents of notices that the customer never gave, or withdrew."""
    given = set(
        Consent.objects.for_actor(viewed.actor)
        .filter(customer=viewed.customer, withdrawn_at=None)
        .values_list("purpose", flat=True)
    )
    wanted = {
        ConsentPurpose.BILL_NOTICE: gettext_lazy("Ask for consent to notices of bills"),
        ConsentPurpose.OUTAGE_NOTICE: gettext_lazy("Ask for consent to notices of outages"),
    }
    return [
        Advice(
            text=text,
            reasons=[_("no consent of this purpose is on file")],
            source=gettext_lazy("Consents"),
            url=viewed.url("contacts"),
        )
        for purpose, text in wanted.items()
        if purpose.value not in given
    ]
