"""Know the customers of the demo utility: managers, visits and facts by people, then all that is computed of them."""

from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from dianke.application import care, combined_bills, credit, load_shapes, profiles, valuation, watching
from dianke.application.archive.relations import add_relation
from dianke.application.demo_utility import standing_work as work
from dianke.application.demo_utility.designs import BILLED_FROM
from dianke.domain.credit.models import CreditRun
from dianke.domain.credit.types import NEEDS_SECOND_PERSON
from dianke.domain.customers import queries as customers
from dianke.domain.customers.types import NewRelation, NewVisit, RelationKind, VisitOutcome
from dianke.domain.profiles.types import TagPurpose
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("getting to know the customers of the demo utility")
_DAY = timedelta(days=1)
# Fewer than every month's twenty: a hundred and fifty points are few, and the demo is waited for.
_DRAWS = 6


def is_due(*, actor: Actor) -> bool:
    """Tell whether nothing was scored yet, in a demo that was founded since it has a manager."""
    logins = {staff.login for staff in identity.list_staff(actor=actor)}
    return {work.MANAGER, work.SECOND_MANAGER, work.CHIEF, work.KEEPER} <= logins and not (
        CreditRun.objects.for_actor(actor).exists()
    )


def know_customers(*, root: Path, at: datetime) -> None:
    """Let people do their part, then compute credit, value, shapes, tags and watch lists as the nights would."""
    with transaction.atomic():
        _assign(at)
        _relate(at)
        _combine(at)
        _visit(at)
        _tell(at)
    credit.run_month(actor=_SYSTEM, at=at)
    # The months since are not billed in the demo: to rate them would find that everybody left.
    valuation.rate_month(actor=_SYSTEM, month=BILLED_FROM, at=at)
    load_shapes.run_month(actor=_SYSTEM, root=root, at=at, draws=_DRAWS)
    profiles.run_due_tags(actor=_SYSTEM, at=at)
    _keep_segment(at)
    watching.run_week(actor=_SYSTEM, at=at)


def _assign(at: datetime) -> None:
    keeper, start = _enter(work.KEEPER, at), at.date() - work.ASSIGNED_SINCE
    for login, numbers in work.list_managed().items():
        care.assign_managers(
            actor=keeper,
            numbers=numbers,
            login=login,
            start=start,
            reason=work.ASSIGNED_BECAUSE,
            at=at,
        )


def _relate(at: datetime) -> None:
    """Enter that the plaza lets to the tenant that is supplied from it."""
    manager = _enter(work.MANAGER, at)
    pair = [customers.get_account(actor=manager, number=number) for number in work.find_landlord()]
    if pair[0] is None or pair[1] is None:
        return
    relation = NewRelation(
        customer_id=pair[0].customer_id,
        other_id=pair[1].customer_id,
        kind=RelationKind.LANDLORD,
        start_date=at.date() - work.ASSIGNED_SINCE,
        source="转供电协议",
    )
    add_relation(actor=manager, relation=relation, at=at)


def _combine(at: datetime) -> None:
    """Enter who controls the forge, and put both on the sheet of their group."""
    manager, combiner = _enter(work.MANAGER, at), _enter(work.COMBINER, at)
    pair = [customers.get_account(actor=manager, number=number) for number in work.find_group()]
    if pair[0] is None or pair[1] is None:
        return
    relation = NewRelation(
        customer_id=pair[0].customer_id,
        other_id=pair[1].customer_id,
        kind=RelationKind.PARENT,
        start_date=BILLED_FROM,
        share_e4=work.GROUP_SHARE_E4,
        source=work.GROUP_SOURCE,
    )
    add_relation(actor=manager, relation=relation, at=at)
    combined_bills.make_group_statement(
        actor=combiner, customer_number=pair[0].customer.number, month=BILLED_FROM, at=at
    )


def _keep_segment(at: datetime) -> None:
    """Keep one segment that everybody finds."""
    profiles.keep_segment(
        actor=_enter(work.MANAGER, at),
        segment_id=None,
        name=work.SEGMENT_NAME,
        condition=work.SEGMENT_CONDITION,
        purpose=TagPurpose.SERVICE.value,
        note=work.SEGMENT_NOTE,
        is_shared=True,
        at=at,
    )


def _visit(at: datetime) -> None:
    manager = _enter(work.MANAGER, at)
    for design in work.list_visits():
        account = customers.get_account(actor=manager, number=design.account_number)
        if account is None:
            continue
        new = NewVisit(
            customer_id=account.customer_id,
            purpose=design.purpose,
            planned_date=at.date() + max(design.days, 0) * _DAY,
            note=design.note,
        )
        visit = care.plan_visit(actor=manager, visit=new, visitor=work.MANAGER, at=at)
        if design.outcome:
            done = VisitOutcome(
                done_at=at, outcome=design.outcome, next_step=design.next_step, next_due_date=at.date() + 14 * _DAY
            )
            care.finish_visit(actor=manager, key=visit.pk, done=done, at=at)


def _tell(at: datetime) -> None:
    manager, chief = _enter(work.MANAGER, at), _enter(work.CHIEF, at)
    for design in work.list_facts():
        fact = credit.enter_fact(
            actor=manager,
            number=design.account_number,
            type=design.type,
            on_date=at.date() - design.days_ago * _DAY,
            value=design.value,
            note=design.note,
            at=at,
        )
        if design.type in NEEDS_SECOND_PERSON and not design.is_open:
            credit.confirm_fact(actor=chief, key=fact.pk, at=at)


def _enter(login: str, at: datetime) -> Actor:
    return identity.get_actor(login=login, on=at.date(), origin="cli")
