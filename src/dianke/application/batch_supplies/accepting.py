"""One application for a whole estate: its list is checked whole, and every place gets its number."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from dianke.application.batch_supplies import files
from dianke.application.imports.checking import Checked
from dianke.application.service_orders.rights import ACCEPT
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.operations.numbers import draw_customer_number, draw_location_code, draw_user_number
from dianke.domain.customers.types import (
    AccountStatus,
    CustomerKind,
    IdentityKind,
    NewAccount,
    NewCustomer,
    NewLocation,
    UsageClass,
)
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations import accepting, batches, moving
from dianke.domain.service_orders.operations.accepting import Application, KindNotOffered
from dianke.domain.service_orders.operations.batches import Flat
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

_FIRST = 1


class BatchFileFaulty(DomainError):
    """Rows of a list cannot stand; `checked` in the facts holds every fault."""

    code = "service_orders.batch_file_faulty"
    message = "{bad} rows of the list cannot stand, {good} can; mend them, or take the good ones alone"


class PlaceMissing(DomainError):
    """The account of the applicant names no place."""

    code = "service_orders.place_missing"
    message = "account {account} has no address; enter it first"


@use_case(right=ACCEPT)
def accept_batch(
    *,
    actor: Actor,
    account_number: str,
    application: Application,
    content: bytes,
    takes_good_rows: bool = False,
    at: datetime,
) -> ServiceOrder:
    """
    Accept the application for a whole estate: its places enter the archive with their numbers, not yet supplied.

    :raises BatchFileFaulty: with every fault, unless the good rows are to be taken alone
    :raises PlaceMissing: if the applicant's account has no address
    """
    if application.kind is not OrderKind.BATCH:
        raise KindNotOffered(field="kind", kind=application.kind)
    rows = CustomerAccount.objects.for_actor(actor).select_related("customer__unit", "location", "unit")
    account: CustomerAccount | None = rows.select_for_update(of=("self",)).filter(number=account_number).first()
    if account is None or account.location is None:
        raise PlaceMissing(field="account", account=account_number)
    checked = files.read_flats(content, address=account.location.address, on=to_shanghai(at).date())
    _require_usable(checked, takes_good_rows=takes_good_rows)
    flats = _enter_flats(actor, account, checked, to_shanghai(at).date())
    asked = replace(
        application, account_numbers=tuple(one.account.number for one in flats),
        capacity_kva=sum((one.capacity_kva for one in flats), Decimal(0)),
    )  # fmt: skip
    order = accepting.accept(actor=actor, account=account, application=asked, at=at)
    batches.keep_flats(order=order, flats=flats)
    moving.complete(order=order, serial=_FIRST, outcome="", text="", actor=actor, at=at)
    return order


def _require_usable(checked: Checked, *, takes_good_rows: bool) -> None:
    good = [] if checked.is_unusable else checked.good()
    if not good or (checked.faults and not takes_good_rows):
        raise BatchFileFaulty(field="file", good=len(good), bad=len(checked.bad), checked=checked)


def _enter_flats(actor: Actor, account: CustomerAccount, checked: Checked, on: date) -> list[Flat]:
    places, unit = checked.good(), account.unit
    assert account.location is not None  # noqa: S101 - asked before
    address = account.location.address
    locations = customers.add_locations(
        actor=actor,
        locations=[
            NewLocation(
                unit_id=unit.pk, code=draw_location_code(),
                address=files.place_line(address, checked.get(place, "flat")),
            )
            for place in places
        ],
    )  # fmt: skip
    owners = _enter_owners(actor, account, checked, places, on)
    accounts = customers.add_accounts(
        actor=actor,
        accounts=[
            NewAccount(
                unit_id=unit.pk, customer_id=owners[place].pk, number=draw_user_number(),
                usage_class=UsageClass.RESIDENTIAL, opened_date=on, status=AccountStatus.PLANNED,
                household_size=checked.get(place, "persons") or 0, location_id=location.pk,
            )
            for place, location in zip(places, locations, strict=True)
        ],
    )  # fmt: skip
    return [
        Flat(account=one, name=checked.get(place, "flat"), capacity_kva=checked.get(place, "capacity_kva"))
        for place, one in zip(places, accounts, strict=True)
    ]


def _enter_owners(
    actor: Actor, account: CustomerAccount, checked: Checked, places: Sequence[int], on: date
) -> Mapping[int, Customer]:
    """Return who holds each place: a new customer where the row names one, else the applicant."""
    named = [place for place in places if checked.get(place, "owner")]
    new = [
        NewCustomer(
            unit_id=account.unit_id, number=draw_customer_number(), name=checked.get(place, "owner"),
            kind=CustomerKind.PERSON, since_date=on, identity_number=checked.get(place, "identity_number") or "",
            identity_kind=IdentityKind.ID_CARD if checked.get(place, "identity_number") else None,
        )
        for place in named
    ]  # fmt: skip
    rows = dict(zip(named, customers.add_customers(actor=actor, customers=new), strict=True))
    contacts = [
        contact
        for place, row in rows.items()
        if (contact := files.make_contact(checked, place, customer_id=row.pk, on=on)) is not None
    ]
    customers.add_contacts(actor=actor, contacts=contacts)
    return {place: rows.get(place, account.customer) for place in places}
