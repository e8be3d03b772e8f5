"""Customers, their accounts and the places that are supplied."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Schema

from dianke.application.archive import entry as entering
from dianke.application.listings.search import find_customer_keys
from dianke.domain.customers.models import Contact, Customer, CustomerAccount, ServiceLocation
from dianke.domain.customers.types import (
    AddressParts,
    ContactRole,
    CustomerKind,
    DuplicateDecision,
    IdentityKind,
    UsageClass,
)
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.interfaces.api.writes import IdempotencyKey, answer_write
from dianke.kernel import masks
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import UnitOutOfReach

VIEW = "archive.view"
_SEARCHED = 2_000

router = Router(tags=["archive"])


class CustomerOut(Schema):
    """A customer; identity numbers are masked."""

    number: str
    name: str
    short_name: str
    kind: str
    unit: str
    industry_code: str
    importance: str
    since_date: date
    merged_into: str | None


class ContactOut(Schema):
    """Whom to call; phone and mail are masked, `ref` names them for /unmaskings."""

    ref: str
    name: str
    role: str
    office: str
    phone: str
    email: str


class AccountOut(Schema):
    """A settlement account."""

    number: str
    customer: str
    unit: str
    usage_class: str
    status: str
    household_size: int
    opened_date: date
    closed_date: date | None
    place: str | None


class CustomerDetail(CustomerOut):
    """A customer with accounts and contacts; the identity number is masked, `ref` names it for /unmaskings."""

    ref: str
    identity_kind: str
    identity_number: str
    accounts: list[AccountOut]
    contacts: list[ContactOut]


class PlaceOut(Schema):
    """A place that is supplied."""

    code: str
    unit: str
    address: str
    division_code: str
    longitude: Decimal | None
    latitude: Decimal | None


class AddressIn(Schema):
    """An address in parts."""

    division_code: Text = Field("", max_length=6)
    region: Text = Field("", max_length=60)
    town: Text = Field("", max_length=40)
    community: Text = Field("", max_length=40)
    road: Text = Field("", max_length=40)
    house_number: Text = Field("", max_length=20)
    building: Text = Field("", max_length=20)
    entrance: Text = Field("", max_length=20)
    room: Text = Field("", max_length=20)


class ContactIn(Schema):
    """Whom to call."""

    name: Text = Field(min_length=1, max_length=60)
    role: ContactRole = ContactRole.OWNER
    office: Text = Field("", max_length=60)
    phone: Text = Field("", max_length=40)
    email: Text = Field("", max_length=120)


class CustomerIn(Schema):
    """A customer with one account, the place it is opened for, and a contact."""

    unit: Text = Field(max_length=20, description="code of the unit")
    name: Text = Field(min_length=1, max_length=120)
    kind: CustomerKind
    short_name: Text = Field("", max_length=60)
    industry_code: Text = Field("", max_length=6)
    identity_kind: IdentityKind | None = None
    identity_number: Text = Field("", max_length=40)
    usage_class: UsageClass
    household_size: int = Field(0, ge=0, le=99)
    old_number: Text = Field("", max_length=30)
    address: AddressIn
    contact: ContactIn
    decisions: dict[str, DuplicateDecision] = Field(
        default_factory=dict, description="of each customer that looks the same, by number"
    )
    reason: Text = Field("", max_length=400, description="why it is another customer than those that look the same")


class EnteredOut(Schema):
    """What stands in the archive now."""

    customer: str
    account: str
    place: str


@router.get("/customers", response={200: PageOf[CustomerOut], **REFUSALS}, summary="List or search customers")
def list_customers(request: HttpRequest, page: Query[PageQuery], q: Text = "", unit: Text = "") -> dict[str, Any]:
    """Return customers by key; `q` searches name, pinyin, numbers, meter and address as the staff site does."""
    actor = actor_with(request, VIEW)
    rows = Customer.objects.for_actor(actor, VIEW).select_related("unit", "merged_into")
    if unit:
        rows = rows.filter(unit__code=unit)
    if q.strip():
        rows = rows.filter(pk__any_of=find_customer_keys(actor=actor, text=q[:80], limit=_SEARCHED))
    return page_of(request, rows, page, _draw_customer)


@router.get("/customers/{number}", response={200: CustomerDetail, **REFUSALS}, summary="Show a customer")
def show_customer(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return a customer with accounts and contacts of today."""
    actor = actor_with(request, VIEW)
    rows = Customer.objects.for_actor(actor, VIEW).select_related("unit", "merged_into")
    customer: Customer = _get(rows.filter(number=number))
    return {
        **_draw_customer(customer),
        "ref": f"customers.customer:{customer.pk}",
        "identity_kind": customer.identity_kind or "",
        "identity_number": masks.mask_identity_number(customer.identity_number or ""),
        "accounts": [_draw_account(row) for row in _list_accounts(actor).filter(customer=customer).order_by("number")],
        "contacts": [_draw_contact(row) for row in _list_contacts(actor, customer)],
    }


@router.post("/customers", response={201: EnteredOut, **REFUSALS}, summary="Enter a customer")
def enter_customer(request: HttpRequest, body: CustomerIn, idempotency_key: IdempotencyKey) -> HttpResponse:
    """Enter a customer with account, place and contact; one that looks the same is refused until decided."""
    actor = actor_with(request, entering.ENTER)

    def write() -> EnteredOut:
        entered = entering.enter_customer(
            actor=actor, unit=_find_unit(actor, body.unit), entry=_to_entry(actor, body), at=_now(), reason=body.reason
        )
        return EnteredOut(customer=entered.customer.number, account=entered.account.number, place=entered.location.code)

    return answer_write(request, key=idempotency_key, write=write)


@router.get("/accounts", response={200: PageOf[AccountOut], **REFUSALS}, summary="List accounts")
def list_accounts(
    request: HttpRequest, page: Query[PageQuery], customer: Text = "", unit: Text = "", status: Text = ""
) -> dict[str, Any]:
    """Return accounts by key."""
    rows = _list_accounts(actor_with(request, VIEW))
    given = {"customer__number": customer, "unit__code": unit, "status": status}
    return page_of(request, rows.filter(**{name: text for name, text in given.items() if text}), page, _draw_account)


@router.get("/accounts/{number}", response={200: AccountOut, **REFUSALS}, summary="Show an account")
def show_account(request: HttpRequest, number: Text) -> dict[str, Any]:
    """Return an account."""
    return _draw_account(_get(_list_accounts(actor_with(request, VIEW)).filter(number=number)))


@router.get("/places", response={200: PageOf[PlaceOut], **REFUSALS}, summary="List places")
def list_places(request: HttpRequest, page: Query[PageQuery], unit: Text = "") -> dict[str, Any]:
    """Return places by key."""
    rows = ServiceLocation.objects.for_actor(actor_with(request, VIEW), VIEW).select_related("unit")
    return page_of(request, rows.filter(unit__code=unit) if unit else rows, page, _draw_place)


@router.get("/places/{code}", response={200: PlaceOut, **REFUSALS}, summary="Show a place")
def show_place(request: HttpRequest, code: Text) -> dict[str, Any]:
    """Return a place."""
    rows = ServiceLocation.objects.for_actor(actor_with(request, VIEW), VIEW).select_related("unit")
    return _draw_place(_get(rows.filter(code=code)))


def _list_accounts(actor: Actor) -> Any:
    return CustomerAccount.objects.for_actor(actor, VIEW).select_related("customer", "unit", "location")


def _list_contacts(actor: Actor, customer: Customer) -> Any:
    today = timezone.localdate(_now())
    rows = Contact.objects.for_actor(actor, VIEW).filter(customer=customer, period__contains=today)
    return rows.order_by("-preferred", "id")


def _get(rows: Any) -> Any:
    found = rows.first()
    if found is None:
        raise Http404
    return found


def _now() -> Any:
    return SystemClock().now()


def _find_unit(actor: Actor, code: str) -> Unit:
    unit: Unit | None = Unit.objects.for_actor(actor).filter(code=code).first()
    if unit is None:
        raise UnitOutOfReach(field="unit", unit=code)
    return unit


def _to_entry(actor: Actor, body: CustomerIn) -> entering.Entry:
    numbers = Customer.objects.for_actor(actor).filter(number__in=body.decisions).values_list("number", "pk")
    keys = dict(numbers)
    return entering.Entry(
        name=body.name,
        kind=body.kind,
        supply=entering.Supply(
            usage_class=body.usage_class,
            parts=AddressParts(**body.address.model_dump()),
            household_size=body.household_size,
            old_number=body.old_number,
        ),
        contact=entering.NewPerson(**body.contact.model_dump()),
        short_name=body.short_name,
        industry_code=body.industry_code,
        identity_kind=body.identity_kind,
        identity_number=body.identity_number,
        decisions={keys[number]: decision for number, decision in body.decisions.items() if number in keys},
    )


def _draw_customer(row: Customer) -> dict[str, Any]:
    return {
        "number": row.number,
        "name": row.name,
        "short_name": row.short_name or "",
        "kind": row.kind,
        "unit": row.unit.code,
        "industry_code": row.industry_code,
        "importance": row.importance,
        "since_date": row.since_date,
        "merged_into": row.merged_into.number if row.merged_into else None,
    }


def _draw_contact(row: Contact) -> dict[str, Any]:
    return {
        "ref": f"customers.contact:{row.pk}",
        "name": row.name,
        "role": row.role,
        "office": row.office or "",
        "phone": masks.mask_phone(row.phone or ""),
        "email": masks.mask_email(row.email or ""),
    }


def _draw_account(row: CustomerAccount) -> dict[str, Any]:
    return {
        "number": row.number,
        "customer": row.customer.number,
        "unit": row.unit.code,
        "usage_class": row.usage_class,
        "status": row.status,
        "household_size": row.household_size,
        "opened_date": row.opened_date,
        "closed_date": row.closed_date,
        "place": row.location.code if row.location else None,
    }


def _draw_place(row: ServiceLocation) -> dict[str, Any]:
    return {
        "code": row.code,
        "unit": row.unit.code,
        "address": row.address,
        "division_code": row.division_code or "",
        "longitude": row.longitude,
        "latitude": row.latitude,
    }
