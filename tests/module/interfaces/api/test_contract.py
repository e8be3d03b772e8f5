"""
The document of the interface against its answers, by schemathesis: every operation, inputs that fit and that do not.

Nothing is a fault of ours (5xx), every refusal is a problem of the documented shape, every answer fits its schema.
`--long` tries many more inputs, other ones each time.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ninja import Schema
from schemathesis import Case, GenerationMode
from schemathesis.core import NOT_SET
from schemathesis.specs.openapi import checks
from tests.factories import months, pages
from tests.factories.acquirers import add_gateway
from tests.factories.pages import Office
from tests.factories.prices import propose_moved_tier
from tests.factories.utility import INSTALLED, LATER, Utility, add_clerk
from tests.module.interfaces.api.conftest import Program, engage, give_token

from dianke.application import (
    acquirers,
    combined_bills,
    contracts,
    credit,
    final_bills,
    meter_to_cash,
    profiles,
    service_orders,
    trials,
)
from dianke.application.credit.runs import run_as_of
from dianke.application.rights import RIGHTS
from dianke.domain.billing.models import BillDraft, BillSuspicion
from dianke.domain.billing.queries.finals import list_meters
from dianke.domain.billing.rules.finals import FinalOrder, FinalReading
from dianke.domain.billing.types import FinalKind
from dianke.domain.contracts.types import ContractKind
from dianke.domain.customers import operations as customers
from dianke.domain.customers.types import ContactRole, NewContact
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.readings import operations as readings
from dianke.domain.readings.queries import get_month
from dianke.domain.readings.types import NewReading, ReadingSource
from dianke.domain.service_orders.models import OrderStep
from dianke.domain.service_orders.operations.accepting import Application
from dianke.domain.service_orders.rules.catalog import list_materials
from dianke.domain.service_orders.types import OrderKind
from dianke.domain.watching.models import WatchEntry
from dianke.domain.watching.types import EntryState, WatchAction, WatchLevel, WatchList
from dianke.interfaces.api.api import api
from dianke.interfaces.api.problems import MEDIA_TYPE, Problem
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

IS_LONG = os.environ.get("DIANKE_LONG") == "1"
IN_APRIL = datetime(2026, 4, 2, tzinfo=SHANGHAI)
EXAMPLES = 100 if IS_LONG else 3
SYSTEM = Actor.system("holding the interface against its document")
DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(path_prefix="/api/v1/"), default=str))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
OPERATIONS = {operation.label: operation for operation in (found.ok() for found in SCHEMA.get_all_operations())}
MOSTLY = st.sampled_from((True, True, True, False))
APPLICATION = get_wsgi_application()
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
]
TRY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    # The same inputs each time, for a change that breaks nothing must not be stopped by chance.
    derandomize=not IS_LONG,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


# What the run of the world refuses as it stands: it is calculated, and holds undecided faults.
REFUSED_NOW = {
    "POST /api/v1/bill-runs/{number}/pause": 409,
    "POST /api/v1/bill-runs/{number}/resumption": 409,
    "POST /api/v1/bill-runs/{number}/issue": 409,
    # A run of the month has begun; nobody took the other account over.
    "POST /api/v1/final-bills": 422,
    "POST /api/v1/final-bill-previews": 422,
    "POST /api/v1/final-bills/{number}/opening-run": 409,
    # The papers are missing.
    "POST /api/v1/service-orders": 422,
    # Nobody was rated yet.
    "GET /api/v1/customers/{number}/value": 404,
}
# The fields of a body that is carried out; a new write is added here.
BODIES = {
    "POST /api/v1/customers": ("unit", "name", "kind", "usage_class", "address", "contact"),
    "POST /api/v1/readings": ("readings",),
    "POST /api/v1/bill-runs": ("cycle", "month"),
    "POST /api/v1/bill-runs/{number}/cancellation": ("reason",),
    "POST /api/v1/bill-runs/{number}/faults/deferral": ("code", "reason"),
    "POST /api/v1/bill-runs/{number}/suspicions/exemption": ("ids", "reason"),
    "POST /api/v1/bill-runs/{number}/suspicions/correction": ("ids", "reason"),
    "POST /api/v1/bill-runs/{number}/suspicions/withdrawal": ("code",),
    "POST /api/v1/final-bills": ("account", "kind", "final_date", "reason", "readings"),
    "POST /api/v1/final-bill-previews": ("account", "kind", "final_date", "reason", "readings"),
    "POST /api/v1/combined-statements": ("customer", "month"),
    "POST /api/v1/trials": ("version", "month"),
    "POST /api/v1/service-orders": ("account", "kind", "effective_on"),
    "POST /api/v1/service-orders/{number}/completion": ("serial", "revision"),
    "POST /api/v1/payment-orders": ("account", "amount_fen", "gateway"),
    "POST /api/v1/watch-entries/{entry_id}/result": ("result",),
    "POST /api/v1/credit-objections": ("customer", "text"),
    "POST /api/v1/segments": ("name", "condition", "purpose"),
    "POST /api/v1/segment-previews": ("condition",),
    "POST /api/v1/unmaskings": ("ref", "kind", "reason"),
}
# Words that mean another thing there.
KINDS: dict[str, dict[str, Any]] = {
    "POST /api/v1/customers": {"kind": "COMPANY", "usage_class": "COMMERCIAL_INDUSTRIAL"},
    "POST /api/v1/final-bills": {"kind": "CLOSING", "final_date": "2026-02-11"},
    "POST /api/v1/final-bill-previews": {"kind": "CLOSING", "final_date": "2026-02-11"},
    "POST /api/v1/service-orders": {"kind": "CLOSE", "effective_on": "2026-05-04"},
    "POST /api/v1/combined-statements": {"month": "2026-01"},
    "POST /api/v1/trials": {"month": "2026-01"},
    "POST /api/v1/watch-entries/{entry_id}/result": {"result": "RIGHT"},
    "POST /api/v1/segments": {"name": "城东自然人"},
    "POST /api/v1/bill-runs/{number}/faults/deferral": {"code": "end_reading_missing"},
}


@dataclass(frozen=True)
class World:
    """January is issued, February calculated, March frozen, a trial carried out; and what things are called."""

    program: Program
    named: dict[str, Any]


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build it once: what an example changes is undone."""
    with django_db_blocker.unblock(), one_connection(), pages.rolled_back():
        office = pages.build_office(issued=True)
        scopes = sorted({*RIGHTS} - {"demo.load_utility"})
        program = give_token(office.utility, engage(office.utility.root, "everything", scopes), scopes=scopes)
        yield World(program, {**name_everything(office)})


def name_everything(office: Office) -> dict[str, Any]:
    """Return what things are called."""
    named = {
        **name_archive(office),
        **name_finals(office),
        **name_runs(office),
        **name_trials(office.utility),
        **name_statements(office),
        **name_payment_orders(office),
        **name_watch_entries(office),
        **name_standing(office),
        **name_contracts(office),
        **name_service_orders(office),
    }
    return {**named, "step": "FREEZE", "from_date": None, "end_date": None}


def name_archive(office: Office) -> dict[str, Any]:
    """Return how the archive calls the home, with a contact that has a phone."""
    point = office.points["home"]
    contact = NewContact(
        customer_id=point.account.customer_id, name="林知", role=ContactRole.OWNER, start_date=INSTALLED,
        office="", phone="13900001234", email="", preferred=True,
    )  # fmt: skip
    (added,) = customers.add_contacts(actor=SYSTEM, contacts=[contact])
    customer, account, meter = point.account.customer.number, point.account.number, find_stay(point).meter.asset_number
    return {
        "customers": customer, "accounts": account, "places": point.location.code, "usage-points": point.code,
        "meters": meter, "customer": customer, "account": account, "meter": meter, "usage_point": point.code,
        "unit": "0", "q": meter, "ref": f"customers.contact:{added.pk}", "kind": "phone", "reason": "问电费",
        "name": "云泽新材料有限公司", "address": {"region": "云泽市"}, "contact": {"name": "林知"},
        "readings": [{"meter": meter, "read_at": "2026-05-01T00:00:00+08:00", "values": {"total": "1600"}}],
    }  # fmt: skip


def name_finals(office: Office) -> dict[str, Any]:
    """Ask for the final bill of the farm within February, and return what it is called."""
    months.load_sheet(office.utility, months.HUBEI_FEBRUARY)
    farm = office.points["farm"]
    stay = find_stay(farm)
    (meter,) = (one for one in list_meters(points=[farm], on=date(2026, 2, 11)))
    assert meter.earlier is not None
    shown = {name: getattr(meter.earlier, name) for name in stay.meter.registers}
    final = final_bills.ask_final(
        actor=add_clerk(office.utility.root, "farewell", ["billing.ask_final"]),
        account_number=farm.account.number,
        order=FinalOrder(
            kind=FinalKind.CLOSING,
            final_date=date(2026, 2, 11),
            reason="搬走",
            readings=[FinalReading(installation_id=stay.pk, values=shown)],
        ),
        at=IN_APRIL,
    )
    return {"final-bills": final.number}


def name_runs(office: Office) -> dict[str, Any]:
    """Calculate February with a suspicious bill of the home, freeze March, and return what things are called."""
    home = office.points["home"]
    closing = NewReading(
        installation_id=find_stay(home).pk,
        read_at=datetime(2026, 3, 1, tzinfo=SHANGHAI),
        values={"total": Decimal(1500)},
    )
    readings.record_readings(actor=SYSTEM, readings=[closing], source=ReadingSource.FILE, batch="february", at=IN_APRIL)
    cycle = office.utility.cycle
    for month in (date(2026, 2, 1), date(2026, 3, 1)):
        # The final bill of the farm has opened February already.
        known = get_month(actor=SYSTEM, cycle_code=cycle.code, month=month)
        opened = known or readings.open_month(actor=SYSTEM, cycle=cycle, month=month)
        readings.freeze_month(actor=SYSTEM, cycle_month=opened, at=IN_APRIL)
    runner = office.utility.runner
    run = meter_to_cash.start_run(actor=runner, cycle_code="C1", month=date(2026, 2, 1), at=IN_APRIL)
    run = meter_to_cash.calculate_run(actor=runner, number=run.number)
    draft = BillDraft.objects.for_actor(SYSTEM).get(run=run, usage_point=home)
    row = BillSuspicion(
        run=run, shard_number=1, usage_point=home, bill_id=draft.pk, code="zero_use", severity="MEDIUM",
        evidence={"cycles": 7, "limit": 6},
    )  # fmt: skip
    row.save()
    return {
        "bill-runs": run.number, "bills": office.bill("home").number, "run": office.run.number, "cycle": "C1",
        "month": "2026-03", "ids": [row.pk], "code": "zero_use", "stage": None, "first_month": "2026-01",
        "last_month": "2026-01", "after_first": "2026-01",
    }  # fmt: skip


def name_watch_entries(office: Office) -> dict[str, Any]:
    """Put the home on a watch list, close it, and return what the entry is called."""
    account = office.points["home"].account
    entry = WatchEntry(
        unit=account.unit, customer=account.customer, account=account, list_code=WatchList.COMPLAINTS.value,
        level=WatchLevel.WATCH.value, state=EntryState.DONE.value, action=WatchAction.CALL_BACK.value, weight=1,
        reasons=[], opened_on=INSTALLED, last_seen_on=INSTALLED, due_date=INSTALLED,
    )  # fmt: skip
    entry.save()
    return {"watch-entries": entry.pk}


def name_standing(office: Office) -> dict[str, Any]:
    """Score everybody, compute tags, keep a segment of the caller's, take an objection; return what is called how."""
    run_as_of(actor=SYSTEM, as_of=INSTALLED, at=LATER)
    profiles.run_tags(actor=SYSTEM, as_of=INSTALLED, at=LATER)
    caller = replace(SYSTEM, login="everything")
    segment = profiles.keep_segment(
        actor=caller, segment_id=None, name="自然人", condition="kind = PERSON", purpose="SERVICE", note="",
        is_shared=False, at=LATER,
    )  # fmt: skip
    foundry = office.points["foundry"].account.customer
    objection = credit.file_objection(actor=SYSTEM, number=foundry.number, text="电费已结清", at=LATER)
    return {
        "credit-objections": objection.pk, "segments": segment.pk, "tags": "CUSTOMER_KIND", "text": "评分有误",
        "condition": segment.condition, "purpose": "SERVICE",
    }  # fmt: skip


def name_contracts(office: Office) -> dict[str, Any]:
    """Draft the contract of the home and return what it is called."""
    drafter = add_clerk(office.utility.root, "drafting", ["contracts.draft", "contracts.view", "archive.view"])
    version = contracts.draft_contract(
        actor=drafter, account_number=office.points["home"].account.number, kind=ContractKind.RESIDENTIAL,
        start=date(2026, 5, 1), given={}, at=LATER,
    )  # fmt: skip
    return {"contracts": version.pk}


def name_service_orders(office: Office) -> dict[str, Any]:
    """Let more people live in the home, and return the order with the arrival at the step that waits."""
    clerk = add_clerk(office.utility.root, "order-desk", ["orders.view", "orders.accept", "archive.view"])
    application = Application(
        kind=OrderKind.MANY_PERSONS, effective_on=IN_APRIL.date() + timedelta(days=20), persons=6,
        papers=frozenset(one.code for one in list_materials(kind=OrderKind.MANY_PERSONS, on=IN_APRIL.date())),
    )  # fmt: skip
    order = service_orders.accept_order(
        actor=clerk, account_number=office.points["home"].account.number, application=application, at=IN_APRIL
    )
    step = OrderStep.objects.for_actor(SYSTEM).get(order=order, ended_at=None)
    return {"service-orders": order.number, "serial": step.serial, "revision": order.revision, "outcome": ""}


def name_payment_orders(office: Office) -> dict[str, Any]:
    """Let the home have an order to be paid at a gateway, and return what both are called."""
    gateway = add_gateway(office.utility)
    account = office.points["home"].account
    clerk = add_clerk(office.utility.root, "ordering", ["payments.order", "payments.view", "archive.view"])
    order = acquirers.make_order(actor=clerk, account_number=account.number, amount_fen=100, at=LATER)
    return {"payment-orders": order.number, "gateway": gateway.code, "amount_fen": 100}


def name_trials(utility: Utility) -> dict[str, Any]:
    """Carry a trial of January out and return what it and its prices are called."""
    version = propose_moved_tier(add_clerk(utility.root, "lin", ["tariffs.propose"]), LATER)
    actor = add_clerk(utility.root, "trier", ["billing.trial", "tariffs.view"])
    trial = trials.start_trial(
        actor=actor, version_id=version.pk, month=date(2026, 1, 1), unit_code="0", usage_class="", at=LATER
    )
    trials.carry_out_trial(actor=actor, number=trial.number)
    return {
        "trials": trial.number, "tariff-plans": "GD-GZ-RES", "tariff-versions": version.pk, "plan": "GD-GZ-RES",
        "version": version.pk, "on": "2026-01-15", "structure": "SINGLE", "voltage": "", "usage_class": "RESIDENTIAL",
    }  # fmt: skip


def name_statements(office: Office) -> dict[str, Any]:
    """Give two customers two billed accounts each, make the statement of one and return what it is called."""
    for kept, other in (("home", "farm"), ("foundry", "printer")):
        account = office.points[other].account
        account.customer = office.points[kept].account.customer
        account.save(update_fields=["customer"])
    made = combined_bills.make_statement(
        actor=add_clerk(office.utility.root, "combiner", ["billing.combine", "archive.view"]),
        customer_number=office.points["foundry"].account.customer.number,
        month=date(2026, 1, 1),
        at=LATER,
    )
    return {"combined-statements": made.number}


def find_stay(point: UsagePoint) -> MeterInstallation:
    """Return the meter that stands at a point."""
    found: MeterInstallation = point.installations.for_actor(SYSTEM).select_related("meter").latest("id")
    return found


@contextmanager
def one_connection() -> Iterator[None]:
    """Let requests leave the connection of the test open, as Django's own test client does."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def name_real_things(case: Case, world: World) -> None:
    """Put things that are there in place of made-up ones, so that more than the doors are tried."""
    kind = case.operation.path.removeprefix("/api/v1/").split("/")[0]
    named = world.named | KINDS.get(case.operation.label, {})
    if case.path_parameters:
        case.path_parameters = dict.fromkeys(case.path_parameters, world.named[kind])
    for place in ("query", "body"):
        given_there = getattr(case, place)
        if isinstance(given_there, dict):
            setattr(case, place, given_there | {name: named[name] for name in given_there if name in named})


def ask(case: Case, world: World) -> int:
    """Carry one example out, hold the answer against the document, and undo what it did."""
    cache.clear()
    with transaction.atomic():
        headers = {"Authorization": f"Bearer {world.program.secret}"}
        response = case.call(app=APPLICATION, headers=headers)
        transaction.set_rollback(True)
    if response.status_code >= 400:
        assert response.headers["content-type"] == [MEDIA_TYPE], response.content
        problem = Problem.model_validate_json(response.content)
        assert (problem.status, problem.type) == (response.status_code, f"urn:dianke:problem:{problem.code}")
    case.validate_response(response, checks=CHECKS)
    return int(response.status_code)


def test_no_two_shapes_of_the_document_share_a_name() -> None:
    # The document keeps one of a name: answers of the other would not fit it.
    names: dict[str, set[str]] = {}
    for shape in list_shapes(Schema):
        if shape.__module__.startswith("dianke.interfaces.api."):
            names.setdefault(shape.__name__, set()).add(shape.__module__)

    assert len(names) > 50
    assert {name: modules for name, modules in names.items() if len(modules) > 1} == {}


def list_shapes(shape: type[Schema]) -> list[type[Schema]]:
    """Return every shape below one."""
    return [one for child in shape.__subclasses__() for one in (child, *list_shapes(child))]


@pytest.mark.parametrize("label", OPERATIONS)
def test_real_things_are_answered_as_the_document_says(label: str, world: World) -> None:
    operation = OPERATIONS[label]
    case = operation.Case(
        path_parameters=dict.fromkeys(parameter.name for parameter in operation.path_parameters),
        query=dict.fromkeys(parameter.name for parameter in operation.query if parameter.is_required),
        headers={"Idempotency-Key": "key-of-a-real-thing"},
        body=dict.fromkeys(BODIES[label]) if label in BODIES else NOT_SET,
        media_type="application/json",
    )
    name_real_things(case, world)

    status = ask(case, world)

    assert status == REFUSED_NOW.get(label, status)
    assert label in REFUSED_NOW or status < 300


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_fits_the_document_is_answered_as_it_says(label: str, world: World) -> None:
    @TRY
    @given(case=OPERATIONS[label].as_strategy(generation_mode=GenerationMode.POSITIVE), is_real=MOSTLY)
    def hold(case: Case, is_real: bool) -> None:
        if is_real:
            name_real_things(case, world)
        ask(case, world)

    hold()


@pytest.mark.parametrize("label", OPERATIONS)
def test_what_does_not_fit_the_document_is_refused_with_a_problem(label: str, world: World) -> None:
    @TRY
    @given(case=OPERATIONS[label].as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def hold(case: Case) -> None:
        ask(case, world)

    hold()
