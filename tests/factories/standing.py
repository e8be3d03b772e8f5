"""A customer of whom everything is known that credit, value, tags, watch lists, load shapes and care say of people."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from django.test import Client
from tests.factories.archive import Archive, add_account, add_point, build_archive
from tests.factories.rows import RowFactory
from tests.factories.utility import add_clerk

from dianke.application import care, credit, profiles
from dianke.application.archive import relations
from dianke.application.credit.runs import run_as_of
from dianke.application.trail.look_up import list_changes
from dianke.domain.credit.models import GradeNotice
from dianke.domain.credit.operations.facts import NewFact, load_facts
from dianke.domain.credit.types import FactType
from dianke.domain.customers import operations as customers
from dianke.domain.customers.models import Customer, CustomerAccount, ServiceLocation, SpecialMark
from dianke.domain.customers.types import (
    ContactRole,
    CustomerKind,
    EquipmentKind,
    NewContact,
    NewEquipment,
    NewRelation,
    NewVisit,
    RelationKind,
    UsageClass,
    VisitPurpose,
)
from dianke.domain.load_shapes.models import ShapeMember
from dianke.domain.metering.models import UsagePoint
from dianke.domain.valuation.models import CustomerRating, ValueAppeal
from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.types import EntryState, WatchAction, WatchLevel, WatchList
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.platform.identity.models import Staff
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

PASSWORD = "correct horse battery"
SYSTEM = Actor.system("planting what must be masked")
NOW = SystemClock().now()
TODAY = to_shanghai(NOW).date()
NAME, CONTACT, PHONE, FARAWAY = "诸葛不言", "司马问天", "13907214418", "宇文远山有限公司"
NOTE = "绕越电能表用电"


@dataclass
class Standing:
    """A customer of the east of whom everything is known, and what its things are called."""

    archive: Archive
    account: CustomerAccount
    keys: dict[str, int] = field(default_factory=dict)

    @property
    def number(self) -> str:
        return str(self.account.number)

    @property
    def customer(self) -> Customer:
        found: Customer = self.account.customer
        return found


def build() -> Standing:
    """Return a customer who stole, calls often, is in need, is rated, watched, sorted, looked after and related."""
    archive = build_archive()
    point = add_point(archive, account=add_account(archive, name=NAME))
    standing = Standing(archive, point.account)
    # Scored as a firm, for grades ask more of those; in need as a home.
    with_class(standing, UsageClass.COMMERCIAL_INDUSTRIAL)
    plant_credit(standing)
    with_class(standing, UsageClass.RESIDENTIAL)
    plant_profile(standing)
    plant_rows(standing, point)
    plant_care(standing)
    return standing


def with_class(standing: Standing, usage_class: UsageClass) -> None:
    """Let the account be of another class of use."""
    standing.account.usage_class = usage_class.value
    standing.account.save(update_fields=["usage_class"])


def plant_credit(standing: Standing) -> None:
    """Let a breach and a theft count, the latter by two persons; score, object, leave a fact waiting."""
    root, number = standing.archive.root, standing.customer.number
    one, other = (add_clerk(root, login, ["credit.enter", "credit.decide"]) for login in ("enters", "decides"))
    run_as_of(actor=SYSTEM, as_of=TODAY - timedelta(days=60), at=NOW)
    customer = standing.customer
    # A file brings the breach; with the theft nothing is left of the item, and the grade falls to the last.
    breach = NewFact(
        unit_id=customer.unit_id, customer_id=customer.pk, type=FactType.BREACH, on_date=TODAY - timedelta(days=30),
        note=NOTE,
    )  # fmt: skip
    load_facts(new=[breach], login="system", at=NOW)
    theft = credit.enter_fact(
        actor=one, number=number, type=FactType.THEFT, on_date=TODAY - timedelta(days=40), note=NOTE, at=NOW
    )
    credit.confirm_fact(actor=other, key=theft.pk, at=NOW)
    credit.enter_fact(
        actor=one, number=number, type=FactType.OBSTRUCTION, on_date=TODAY - timedelta(days=3), note=NOTE, at=NOW
    )
    run_as_of(actor=SYSTEM, as_of=TODAY - timedelta(days=1), at=NOW)
    objection = credit.file_objection(actor=one, number=number, text="评分有误", at=NOW)
    changes = list_changes(actor=SYSTEM, model_label="credit.customerfact", key=theft.pk).changes
    standing.keys |= {"fact": theft.pk, "objection": objection.pk, "change": changes[-1].event_id}
    assert GradeNotice.objects.for_actor(SYSTEM).count() == 1


def plant_profile(standing: Standing) -> None:
    """Compute tags of somebody in need, keep a segment of them and one of everybody, propose a tag of care."""
    marks = [("LOW_INCOME", (date(2020, 1, 1), None))]
    SpecialMark.objects.bulk_create([SpecialMark(account=standing.account, kind=kind, period=on) for kind, on in marks])
    profiles.run_tags(actor=SYSTEM, as_of=TODAY, at=NOW)
    for name, condition in (("everybody", "kind = PERSON"), ("needy", "tag.IN_NEED")):
        kept = profiles.keep_segment(
            actor=SYSTEM, segment_id=None, name=name, condition=condition, purpose="SERVICE", note="", is_shared=True,
            at=NOW,
        )  # fmt: skip
        assert kept.member_count == 1
        standing.keys[name] = kept.pk
    content = {
        "name": "关怀对象甲", "about": "", "family": "SERVICE", "when": "is_needy", "refresh": "DAILY",
        "validity_days": 7, "purpose": "SERVICE", "consent": "",
    }  # fmt: skip
    proposal = profiles.propose_tag(actor=SYSTEM, code="CARED", content=content, reason="试用", at=NOW)
    standing.keys["proposal"] = proposal.pk


def plant_rows(standing: Standing, point: UsagePoint) -> None:
    """Write a rating, an appeal, a member of a kind of curves and two entries of watch lists."""
    account = standing.account
    rows = RowFactory(account.unit)
    rows._made |= {Customer: account.customer, CustomerAccount: account, UsagePoint: point}
    rows.get(CustomerRating)
    rows.get(ShapeMember)
    standing.keys["appeal"] = rows.get(ValueAppeal).pk
    reasons = [
        {"code": "RISK_CAUSE", "cause": "LAW=3000"},
        {"code": "RISK_GRADE", "grade": "D", "probability_e6": 900_000},
    ]
    for state in (EntryState.OPEN, EntryState.DONE):
        entry = WatchEntry(
            unit=account.unit, customer=account.customer, account=account, list_code=WatchList.ARREARS_RISK.value,
            level=WatchLevel.ALARM.value, state=state.value, action=WatchAction.FOLLOW_RISK.value, weight=1,
            reasons=reasons, opened_on=TODAY, last_seen_on=TODAY, due_date=TODAY, owner="everything",
        )  # fmt: skip
        entry.save()
        standing.keys[f"entry_{state.value}"] = entry.pk


def plant_care(standing: Standing) -> None:
    """Give the customer a place, a contact with phone and birthday, a manager with a visit, and a parent far away."""
    archive, customer = standing.archive, standing.customer
    location = ServiceLocation.objects.for_actor(SYSTEM).get()
    location.longitude, location.latitude = "114.300000", "30.600000"
    location.save()
    contact = NewContact(
        customer_id=customer.pk, name=CONTACT, role=ContactRole.OWNER, start_date=date(2025, 1, 1), phone=PHONE,
        birthday=date(1980, TODAY.month, 15),
    )  # fmt: skip
    (added,) = customers.add_contacts(actor=SYSTEM, contacts=[contact])
    add_clerk(archive.east, "lin", ["care.work", "care.view", "archive.view"])
    manager = Staff.objects.for_actor(SYSTEM).get(login="lin")
    customers.assign_managers(
        actor=SYSTEM, customer_ids=[customer.pk], manager=manager, start=date(2026, 1, 1), reason="", at=NOW
    )
    new = NewVisit(
        customer_id=customer.pk, purpose=VisitPurpose.ROUTINE, planned_date=TODAY, contact_id=added.pk, note="带资料"
    )
    gear = NewEquipment(customer_id=customer.pk, kind=EquipmentKind.GENERATOR, name="柴油机", next_check_date=TODAY)
    customers.add_equipment(actor=SYSTEM, equipment=[gear])
    visit = care.plan_visit(actor=SYSTEM, visit=new, visitor="lin", at=NOW)
    far = add_account(archive, name=FARAWAY, kind=CustomerKind.COMPANY, unit=archive.west).customer
    relation = NewRelation(
        customer_id=far.pk, other_id=customer.pk, kind=RelationKind.PARENT, start_date=date(2026, 1, 1), share_e4=6_000
    )
    relations.add_relation(actor=SYSTEM, relation=relation, at=NOW)
    standing.keys |= {"visit": visit.pk, "contact": added.pk}


def enter(unit: Unit, login: str, *rights: str) -> Client:
    """Return the browser of a new person with rights at a unit."""
    add_clerk(unit, login, list(rights))
    client = Client()
    client.post("/login/", {"login": login, "password": PASSWORD})
    return client
