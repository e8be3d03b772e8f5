"""The care tab of a customer: who looks after it, visits, next steps, care."""

from django.http import HttpResponse

from dianke.application import care
from dianke.application.care.rhythm import read_rhythm
from dianke.domain.customers.queries.care import list_care_records, list_visits
from dianke.domain.customers.queries.managers import list_managements
from dianke.domain.customers.rules.care import find_visit_due
from dianke.domain.customers.types import VisitState
from dianke.interfaces.web.care import words as care_words
from dianke.interfaces.web.customers import words
from dianke.interfaces.web.customers.account_frame import Viewed, customer_page, get_tab, refuse_tab, show_tab
from dianke.interfaces.web.people import Names
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.clock import to_shanghai


@customer_page
def show_care(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show who looks after the customer, visits, next steps and care."""
    if not viewed.actor.may(get_tab("care").right):
        return refuse_tab(request, viewed, "care")
    managements = list_managements(actor=viewed.actor, customer=viewed.customer)
    visits = list_visits(actor=viewed.actor, customer=viewed.customer)
    records = list_care_records(actor=viewed.actor, customer=viewed.customer)
    names = Names(one.done_by for one in records)
    manager = next((one for one in managements if words.is_in_force(one.period, viewed.today)), None)
    last = max((to_shanghai(one.done_at).date() for one in visits if one.done_at), default=None)
    rhythm = read_rhythm(on=viewed.today)
    days = rhythm.find_days(viewed.customer)
    begun = manager.period.lower if manager else viewed.customer.since_date
    values = {
        "manager": manager,
        "former": [one for one in managements if one is not manager],
        "visits": [(one, care_words.PURPOSES[one.purpose]) for one in visits],
        "waiting": [one for one in visits if one.next_due_date and not one.next_done_date],
        "records": [(one, care_words.CARES[one.kind], names.of(one.done_by)) for one in records],
        "channels": words.PREFERRED_CHANNELS,
        "rhythm": days,
        "table": rhythm.table if viewed.customer.value_class else "",
        "last_visit": last,
        "visit_due": find_visit_due(last=last, begun=begun, rhythm_days=days),
        "is_planned": any(one.state == VisitState.PLANNED.value for one in visits),
        "may_work": viewed.actor.may(care.WORK, viewed.customer.unit.path),
        "may_assign": viewed.actor.may(care.ASSIGN, viewed.customer.unit.path),
    }
    return show_tab(request, viewed, "care", "customers/account_care.html", values)
