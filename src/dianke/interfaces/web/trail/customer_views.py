"""The tab of changes on a customer's page: one thing of the customer at a time, the latest change first."""

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from dianke.application.listings import customer_archive as archive
from dianke.application.trail.look_up import VIEW, list_changes
from dianke.domain.customers import queries as customers
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Text
from dianke.interfaces.web.components.paging import KeyPage
from dianke.interfaces.web.customers.account_frame import Viewed, customer_page, show_tab
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.trail.change_views import draw_changes, read_mark, write_mark

_PAGE = 30


@dataclass(frozen=True)
class _Thing:
    """A row of the customer's whose changes can be looked at."""

    label: str
    key: int
    name: Text

    @property
    def reference(self) -> str:
        """Return the thing as an address writes it."""
        return f"{self.label}:{self.key}"


@customer_page
def show_customer_changes(request: StaffRequest, viewed: Viewed) -> HttpResponse:
    """Show what was changed of a customer: of the customer, the account, a place, a point or a contact."""
    things = _list_things(viewed)
    asked = request.GET.get("thing", "")
    thing = next((one for one in things if one.reference == asked), things[0])
    after = read_mark(request.GET.get("at", ""))
    page = list_changes(actor=viewed.actor, model_label=thing.label, key=thing.key, after=after, limit=_PAGE)
    sees_trail = viewed.actor.may(VIEW)
    lines = draw_changes(page.changes)
    values = {
        "filters": [
            FilterChip(one.name, f"?{urlencode({'thing': one.reference})}", active=one == thing) for one in things
        ],
        # One change as a whole is a page of the trail.
        "lines": lines if sees_trail else [replace(line, url="") for line in lines],
        "rows": KeyPage(rows=(), next=write_mark(page.next_after)),
        "trail_url": f"{reverse('web:trail')}?{urlencode({'thing': thing.reference})}" if sees_trail else "",
    }
    return show_tab(request, viewed, "changes", "trail/customer_changes.html", values)


def _list_things(viewed: Viewed) -> list[_Thing]:
    """Return what hangs on the customer; nothing else can be asked for here."""
    things = [_Thing("customers.customer", viewed.customer.pk, _("Customer"))]
    if viewed.account is not None:
        things.append(_Thing("customers.customeraccount", viewed.account.pk, viewed.account.number))
    places = archive.list_locations(actor=viewed.actor, location_ids=viewed.supply.location_ids)
    things += [_Thing("customers.servicelocation", place.pk, place.address) for place in places]
    things += [_Thing("metering.usagepoint", key, code) for key, code in viewed.supply.usage_points]
    contacts = customers.list_contacts(actor=viewed.actor, customer=viewed.customer)
    things += [_Thing("customers.contact", contact.pk, contact.name) for contact in contacts]
    return things
