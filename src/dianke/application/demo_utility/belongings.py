"""What hangs on the demo's customers: contacts, identity numbers, marks, equipment, papers, likenesses, a change."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from dianke.application.demo_utility.designs import PointDesign
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.domain.customers.types import (
    ContactRole,
    CustomerKind,
    DocumentKind,
    DuplicateDecision,
    EquipmentCondition,
    EquipmentKind,
    IdentityKind,
    KeyField,
    MarkKind,
    NewContact,
    NewCustomer,
    NewEquipment,
    NewMark,
)
from dianke.kernel.clock import SHANGHAI
from dianke.platform.documents import operations as documents
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

CLERK = "clerk"
_SINCE = date(2018, 3, 1)
_ASKED_AT = datetime(2026, 1, 30, 10, 20, tzinfo=SHANGHAI)
_MARKED_FROM, _MARKED_UNTIL = date(2025, 7, 1), date(2026, 7, 1)
# No place has the area 900000 and no phone begins with 120: nobody bears these numbers.
_CARD_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CODE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_MANY_PERSONS = 5
_BILLING_PHONES, _UNKNOWN_EVERY = 500_000, 9
_LOW_INCOME_HOMES = (3, 9)
_LIKENESSES = 2


def invent_phone(serial: int) -> str:
    """Return a phone number that no operator gives out."""
    return f"120{serial % 100_000_000:08d}"


def invent_identity(serial: int, kind: CustomerKind) -> tuple[IdentityKind, str]:
    """Return an identity number of an area that does not exist, its check digit right."""
    if kind is CustomerKind.PERSON:
        body = f"900000{1950 + serial % 50}{serial % 12 + 1:02d}{serial % 28 + 1:02d}{serial % 1000:03d}"
        total = sum(int(digit) * weight for digit, weight in zip(body, _CARD_WEIGHTS, strict=True))
        return IdentityKind.ID_CARD, body + "10X98765432"[total % 11]
    body = f"91900000{serial % 1_000_000_000:09d}"
    total = sum(_CODE_ALPHABET.index(mark) * weight for mark, weight in zip(body, _CODE_WEIGHTS, strict=True))
    return IdentityKind.USCC, body + _CODE_ALPHABET[-total % 31]


def add_belongings(*, actor: Actor, points: Sequence[PointDesign]) -> None:
    """Add what hangs on the customers of the designs."""
    numbers = [point.account_number for point in points]
    rows = CustomerAccount.objects.for_actor(actor).filter(number__in=numbers).select_related("customer__unit")
    accounts = {row.number: row for row in rows}
    held = {point.serial: accounts[point.account_number] for point in points}
    _add_contacts(actor, points, held)
    _add_equipment(actor, points, held)
    homes = [point for point in points if point.kind is CustomerKind.PERSON and point.household_size]
    _add_marks(actor, homes, held)
    _add_likenesses(actor, homes, held)
    _ask_for_change(homes[5], held)


def _add_contacts(actor: Actor, points: Sequence[PointDesign], held: Mapping[int, CustomerAccount]) -> None:
    customers.add_contacts(
        actor=actor,
        contacts=[
            NewContact(
                customer_id=held[point.serial].customer_id,
                name=point.name if point.kind is CustomerKind.PERSON else "用电负责人",
                role=ContactRole.OWNER if point.kind is CustomerKind.PERSON else ContactRole.ELECTRICAL,
                start_date=_SINCE,
                phone=invent_phone(point.serial),
                preferred=True,
            )
            for point in points
        ]
        + [
            NewContact(
                customer_id=held[point.serial].customer_id,
                name="财务电费联系人",
                role=ContactRole.BILLING,
                start_date=_SINCE,
                phone=invent_phone(_BILLING_PHONES + point.serial),
                preferred=False,
            )
            for point in points
            # Of some nobody knows whom to ask for money: a person has to find out.
            if point.kind is CustomerKind.COMPANY and point.serial % _UNKNOWN_EVERY
        ],
    )


def _add_equipment(actor: Actor, points: Sequence[PointDesign], held: Mapping[int, CustomerAccount]) -> None:
    owners = [point for point in points if point.is_high_voltage]
    customers.add_equipment(
        actor=actor,
        equipment=[
            NewEquipment(
                customer_id=held[point.serial].customer_id,
                kind=EquipmentKind.GENERATOR if place % 3 == 0 else EquipmentKind.SWITCHGEAR,
                name="自备柴油发电机" if place % 3 == 0 else "10 kV 环网柜",
                condition=EquipmentCondition.FAULTY if place % 7 == 3 else EquipmentCondition.GOOD,
                capacity_kw=point.capacity_kva / 5 if place % 3 == 0 else None,
                checked_date=date(2025, 4, 1 + place % 28),
                next_check_date=date(2026, 4, 1 + place % 28),
            )
            for place, point in enumerate(owners)
        ],
    )


def _add_marks(actor: Actor, homes: Sequence[PointDesign], held: Mapping[int, CustomerAccount]) -> None:
    marks = [
        NewMark(
            account_id=held[home.serial].pk,
            kind=MarkKind.MANY_PERSONS,
            start_date=_MARKED_FROM,
            end_date=_MARKED_UNTIL,
            persons=home.household_size,
        )
        for home in homes
        if home.household_size >= _MANY_PERSONS
    ]
    for place in _LOW_INCOME_HOMES:
        account = held[homes[place].serial]
        text = f"示例证明：户号 {account.number} 为虚构的低保户。\n"
        paper = documents.add_document(
            actor=actor,
            unit=account.customer.unit,
            kind=DocumentKind.ENTITLEMENT.value,
            title="低保证明（示例）",
            file_name="低保证明.txt",
            content=text.encode(),
            at=_ASKED_AT,
            retention_until_date=date(2029, 7, 1),
        )
        customers.attach_document(actor=actor, customer=account.customer, document=paper, account=account)
        marks.append(
            NewMark(
                account_id=account.pk,
                kind=MarkKind.LOW_INCOME,
                start_date=_MARKED_FROM,
                end_date=_MARKED_UNTIL,
                proof_id=paper.pk,
                proof_number=f"示例第 {place} 号",
            )
        )
    customers.add_marks(actor=actor, marks=marks)


def _add_likenesses(actor: Actor, homes: Sequence[PointDesign], held: Mapping[int, CustomerAccount]) -> None:
    """Enter some homes again, as a second clerk would who did not look."""
    twice = homes[-_LIKENESSES:]
    rows = customers.add_customers(
        actor=actor,
        customers=[
            NewCustomer(
                unit_id=held[home.serial].unit_id,
                number=f"C{home.serial}B",
                name=home.name,
                kind=home.kind,
                since_date=_ASKED_AT.date(),
            )
            for home in twice
        ],
    )
    clerk = identity.get_actor(login=CLERK, on=_ASKED_AT.date(), origin="demo")
    for row, home in zip(rows, twice, strict=True):
        contact = NewContact(
            customer_id=row.pk,
            name=home.name,
            role=ContactRole.OWNER,
            start_date=_ASKED_AT.date(),
            phone=invent_phone(home.serial),
            preferred=True,
        )
        customers.add_contacts(actor=actor, contacts=[contact])
        customers.note_suspicion(
            actor=clerk,
            customer=row,
            other=Customer.objects.for_actor(actor).get(pk=held[home.serial].customer_id),
            score=80,
            reasons=["PHONE", "NAME_SAME"],
            decision=DuplicateDecision.MERGE_LATER,
            reason="来人未带证件，先建档",
            at=_ASKED_AT,
        )


def _ask_for_change(home: PointDesign, held: Mapping[int, CustomerAccount]) -> None:
    account = held[home.serial]
    customers.ask_key_change(
        actor=identity.get_actor(login=CLERK, on=_ASKED_AT.date(), origin="demo"),
        customer=account.customer,
        account=account,
        field=KeyField.HOUSEHOLD_SIZE,
        value={"persons": str(home.household_size + 2)},
        reason="户口簿新增两人",
        at=_ASKED_AT,
    )
