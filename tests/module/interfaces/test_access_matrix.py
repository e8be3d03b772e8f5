"""
Every address and every use case, against every post, at one's own unit, at a sibling and at the parent.

Nothing is listed here by hand that could be forgotten: addresses come from the URLconf, use cases from their
decorator, posts from the template. What the matrix does not know how to reach fails by its name.
"""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from tests.factories import addresses, pages
from tests.factories.addresses import Address
from tests.factories.rows import RowFactory

import dianke.application
from dianke.application.administration.posts import define_from_template
from dianke.application.rights import RIGHTS
from dianke.interfaces.api.api import api
from dianke.kernel.clock import SystemClock
from dianke.platform.audit.use_case import OWN_ACCOUNT_CASES, RIGHTS_IN_USE, USE_CASES, PermissionRefused
from dianke.platform.identity import operations as identity
from dianke.platform.identity.queries import build_actor
from dianke.platform.identity.template import PostTemplate, read_template
from dianke.platform.identity.types import Actor
from dianke.platform.org import operations as org
from dianke.platform.org.models import Unit
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db

PASSWORD = "correct horse battery 9"
IS_LONG = os.environ.get("DIANKE_LONG") == "1"
SHARES = 4
POSTS = read_template().posts
ADDRESSES = addresses.list_addresses()
WEB = [one for one in ADDRESSES if one.name.startswith("web:")]

# Open to everybody, before a log-in: what the log-in itself needs, and whether the service is alive.
OPEN_TO_ALL = {
    "web:health", "web:readiness", "web:login", "web:login_code", "web:logout", "web:set_theme", "web:set_language",
}  # fmt: skip
# Open to whoever has logged in: their own home, account and views. Each asks for the rights of what it shows.
OPEN_TO_STAFF = {
    "web:home", "web:search", "web:my_account", "web:password_change", "web:second_step", "web:one_step",
    "web:account_language", "web:account_sessions",
    "web:list_export", "web:list_view_save", "web:list_view_restore", "web:list_view_change", "web:list_view_delete",
    "web:list_bulk",
    # What bills are computed by is no secret of a post.
    "web:rules",
    # Nor what credit grades are computed by.
    "web:credit_policy",
    # Nor how an order runs.
    "web:processes", "web:process",
}  # fmt: skip
GUARDED = [one for one in WEB if one.mark("page_right") and not addresses.list_unknown([one])]
OF_ONE_UNIT = [one for one in GUARDED if one.parts and addresses.is_of_one_unit(one)]
# The right of each operation for programs; one that is missing here fails by its name.
API_RIGHTS = {
    "list_service_orders": "orders.view", "list_due_orders": "orders.view", "show_service_order": "orders.view",
    "accept_service_order": "orders.accept", "complete_service_step": "orders.view",
    "list_contracts": "contracts.view", "show_contract": "contracts.view",
    "list_watch_entries": "watching.view", "record_watch_result": "watching.work",
    "show_load_shapes": "load_shapes.view",
    "list_credit_scores": "credit.view", "show_credit": "credit.view", "list_scores_of_customer": "credit.view",
    "list_credit_notices": "credit.view", "show_credit_policy": "credit.view", "list_customer_facts": "credit.view",
    "list_credit_objections": "credit.view", "show_credit_objection": "credit.view",
    "file_credit_objection": "credit.enter",
    "list_tags": "profiles.view", "show_tag": "profiles.view", "show_customer_tags": "profiles.view",
    "list_segments": "profiles.view", "show_segment": "profiles.view", "list_segment_members": "profiles.view",
    "keep_segment": "profiles.segment", "end_segment": "profiles.segment", "preview_segment": "profiles.view",
    "list_value_ratings": "valuation.view", "show_value_rating": "valuation.view",
    "show_service_table": "valuation.view",
    "list_customers": "archive.view", "enter_customer": "archive.enter", "show_customer": "archive.view",
    "list_accounts": "archive.view", "show_account": "archive.view",
    "list_places": "archive.view", "show_place": "archive.view",
    "list_usage_points": "archive.view", "show_usage_point": "archive.view",
    "list_meters": "archive.view", "show_meter": "archive.view",
    "list_readings": "archive.view", "record_readings": "readings.record",
    "list_plans": "tariffs.view", "show_plan": "tariffs.view",
    "list_versions": "tariffs.view", "show_version": "tariffs.view", "show_prices": "tariffs.view",
    "list_runs": "billing.view", "show_run": "billing.view", "list_shards": "billing.view",
    "list_run_faults": "billing.view", "show_review": "billing.view", "list_suspicions": "billing.view",
    "start_run": "billing.run", "calculate_run": "billing.run", "pause_run": "billing.run",
    "resume_run": "billing.run", "cancel_run": "billing.run", "issue_run": "billing.issue",
    "defer_faults": "billing.review", "exempt_suspicions": "billing.review",
    "ask_correction": "billing.review", "withdraw_decisions": "billing.review",
    "list_bills": "billing.view", "show_bill": "billing.view", "explain_bill": "billing.view",
    "list_reading_cycles": "readings.view_calendar", "list_planned_days": "readings.view_calendar",
    "list_statements": "billing.view", "show_statement": "billing.view", "make_statement": "billing.combine",
    "list_final_bills": "billing.view", "show_final_bill": "billing.view",
    "preview_final_bill": "billing.ask_final", "ask_final_bill": "billing.ask_final",
    "withdraw_final_bill": "billing.ask_final", "start_opening_run": "billing.run",
    "list_trials": "billing.trial", "show_trial": "billing.trial", "start_trial": "billing.trial",
    "show_average_prices": "billing.view", "compare_periods": "billing.view",
    "unmask_value": "protection.unmask_phone",
    "make_payment_order": "payments.order", "show_payment_order": "payments.view",
}  # fmt: skip
# Rights that no post of the template holds: they are for the first set-up alone.
# The demo is loaded by the system; a secret link makes its holder the customer, whom no post is.
HELD_BY_NOBODY = {"demo.load_utility", "orders.by_link"}

# These draw what only a calculated bill or a real alarm holds; test_bill_page.py and the tests of the trail open them
# at the own unit.
DRAWN_ELSEWHERE = {
    "web:bill",
    "web:bill_draft",
    "web:correction_new",
    "web:correction_change",
    "web:back_billing_new",
    "web:back_billing_change",
    "web:trail_alarms",
    "web:trail_alarm",
}

# Tabs and files of the customer's page that want a second right beside the page's own.
ASKS_TOO = {
    "web:customer_documents": "documents.view", "web:customer_bills": "billing.view",
    "web:customer_bill_chart": "billing.view", "web:customer_usage_export": "archive.export",
    "web:trial_export": "archive.export", "web:statement_export": "archive.export",
    "web:customer_money": "payments.view",
    "web:customer_care": "care.view", "web:customer_contracts": "contracts.view",
    "web:customer_orders": "orders.view", "web:customer_calls": "credit.view",
    "web:customer_satisfaction": "credit.view",
    "web:customer_credit": "credit.view", "web:customer_advice": "watching.view",
    "web:customer_value": "valuation.view", "web:customer_tags": "profiles.view",
}  # fmt: skip

REFUSED = HTTPStatus.FORBIDDEN
NOT_THIS_WAY = HTTPStatus.METHOD_NOT_ALLOWED


@dataclass
class World:
    """Three units, rows at each, and a browser for each post held at the middle one."""

    parent: Unit
    own: Unit
    sibling: Unit
    rows: dict[str, RowFactory]
    clients: dict[str, Client]
    actors: dict[str, Actor]

    def write(self, address: Address, unit: str) -> str:
        """Return an address that leads to rows of a unit."""
        return addresses.write(address, self.rows[unit])


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Build it once: what requests change is little, and nothing here depends on it."""
    with django_db_blocker.unblock(), pages.rolled_back():
        parent = org.add_unit(code="0", name="云泽供电公司", kind=UnitKind.UTILITY, parent=None)
        own = org.add_unit(code="E", name="城东分公司", kind=UnitKind.BRANCH, parent=parent)
        sibling = org.add_unit(code="W", name="城西分公司", kind=UnitKind.BRANCH, parent=parent)
        rows = {name: RowFactory(unit) for name, unit in (("parent", parent), ("own", own), ("sibling", sibling))}
        built = World(parent=parent, own=own, sibling=sibling, rows=rows, clients={}, actors={})
        for post in POSTS:
            _engage(built, post)
        for address in OF_ONE_UNIT:
            for unit in rows:
                built.write(address, unit)
        yield built


def _engage(world: World, post: PostTemplate) -> None:
    login = post.code.lower()
    person = identity.add_staff(login=login, name=post.name, unit=world.own, password=PASSWORD)
    defined = define_from_template(post)
    identity.assign_post(staff=person, post=defined, unit=world.own, start=date(2025, 1, 1))
    world.clients[post.code] = PlainClient()
    world.clients[post.code].post("/login/", {"login": login, "password": PASSWORD})
    today = timezone.localdate(SystemClock().now())
    world.actors[post.code] = build_actor(staff=person, on=today, origin="web")


@pytest.fixture(autouse=True)
def _inside(world: World, db: None) -> None:
    """Undo what a request of a test changes."""
    cache.clear()


def name_of(address: Address) -> str:
    """Return how a failing test names an address."""
    return f"{address.name} {address.route}"


class TestNothingIsOpenByOmission:
    def test_every_page_says_who_may_open_it(self) -> None:
        silent = [
            name_of(one)
            for one in WEB
            if one.mark("login_required") is not False and not one.mark("open_to_staff") and not one.mark("page_right")
        ]

        assert silent == []

    def test_the_matrix_knows_how_to_reach_every_page(self) -> None:
        assert addresses.list_unknown([one for one in WEB if one.mark("page_right")]) == []

    def test_only_what_is_listed_is_open_to_all(self) -> None:
        assert {one.name for one in WEB if one.mark("login_required") is False} == OPEN_TO_ALL

    def test_only_what_is_listed_is_open_to_whoever_has_logged_in(self) -> None:
        assert {one.name for one in WEB if one.mark("open_to_staff")} == OPEN_TO_STAFF

    def test_every_address_belongs_to_the_site_or_to_the_interface_for_programs(self) -> None:
        assert [name_of(one) for one in ADDRESSES if not one.name.startswith(("web:", "api:"))] == [
            # Other systems call it by themselves, known by their signature: test_call_backs.py.
            "feeds:gateway_call_back feeds/gateway/<str:code>/call-back",
            # Customers open them by a secret: test_portal.py.
            "portal:order my/orders/<str:secret>/",
            "portal:order_paper my/orders/<str:secret>/papers/<str:code>/",
            "portal:order_firm my/orders/<str:secret>/firms/",
            "portal:order_answer my/orders/<str:secret>/answer/",
        ]

    def test_pages_ask_for_rights_that_exist(self) -> None:
        assert [name_of(one) for one in GUARDED if one.mark("page_right") not in RIGHTS] == []

    def test_every_right_is_held_by_some_post(self) -> None:
        held = {right for post in POSTS for right in post.rights}

        assert set(RIGHTS) - held == HELD_BY_NOBODY

    def test_somebody_who_has_not_logged_in_sees_no_page(self, world: World) -> None:
        visitor = Client()

        seen = {name_of(one): visitor.get(world.write(one, "own")).status_code for one in GUARDED}

        assert {name: status for name, status in seen.items() if status != HTTPStatus.FOUND} == {}


class TestPages:
    @pytest.mark.parametrize("right", sorted({one.mark("page_right") for one in GUARDED}))
    def test_every_right_but_its_own_opens_no_page(self, world: World, right: str) -> None:
        client = _enter_without(world, right)
        closed = [one for one in GUARDED if one.mark("page_right") == right]

        answers = {name_of(one): _ask_both_ways(client, world.write(one, "own")) for one in closed}

        assert {name: got for name, got in answers.items() if REFUSED not in got or got - {REFUSED, NOT_THIS_WAY}} == {}

    @pytest.mark.parametrize("post", POSTS, ids=lambda post: post.code)
    def test_without_the_right_is_refused(self, world: World, post: PostTemplate) -> None:
        client = world.clients[post.code]
        # A guard looks at its right alone, which the test above tries on every page: of the posts each tries some.
        own = GUARDED if IS_LONG else GUARDED[POSTS.index(post) % SHARES :: SHARES]
        closed = [one for one in own if one.mark("page_right") not in post.rights]

        answers = {name_of(one): _ask_both_ways(client, world.write(one, "own")) for one in closed}

        assert {name: got for name, got in answers.items() if REFUSED not in got or got - {REFUSED, NOT_THIS_WAY}} == {}

    @pytest.mark.parametrize("post", POSTS, ids=lambda post: post.code)
    def test_with_the_right_is_answered_at_the_own_unit(self, world: World, post: PostTemplate) -> None:
        client = world.clients[post.code]
        held = [one for one in GUARDED if one.mark("page_right") in post.rights]
        drawn = [one for one in held if one.name not in DRAWN_ELSEWHERE]

        answers = {name_of(one): client.get(world.write(one, "own")).status_code for one in drawn}

        assert {name: got for name, got in answers.items() if got >= 500} == {}
        closed = {name_of(one) for one in drawn if ASKS_TOO.get(one.name, one.mark("page_right")) not in post.rights}
        # A customer with one account is shown there: the page by customer number only leads on.
        answered = {name for name, got in answers.items() if got != HTTPStatus.FOUND}
        assert {name for name, got in answers.items() if got == REFUSED} == closed & answered

    @pytest.mark.parametrize("unit", ["sibling", "parent"])
    @pytest.mark.parametrize("post", POSTS, ids=lambda post: post.code)
    def test_with_the_right_finds_nothing_of_a_sibling_or_the_parent(
        self, world: World, post: PostTemplate, unit: str
    ) -> None:
        client = world.clients[post.code]
        open_ = [one for one in OF_ONE_UNIT if one.mark("page_right") in post.rights]

        answers = {name_of(one): _ask_both_ways(client, world.write(one, unit)) for one in open_}

        hidden = {HTTPStatus.NOT_FOUND, NOT_THIS_WAY}
        assert {name: got for name, got in answers.items() if got - hidden or HTTPStatus.NOT_FOUND not in got} == {}


class TestUseCases:
    @pytest.mark.parametrize("post", POSTS, ids=lambda post: post.code)
    def test_refuse_every_post_without_the_right(self, world: World, post: PostTemplate) -> None:
        actor = world.actors[post.code]
        answers = {name: _knock(find_use_case(name), actor) for name in list_use_cases()}

        wanted = {name: RIGHTS_IN_USE[name] in post.rights for name in answers}
        assert {name: opened for name, opened in answers.items() if opened is not wanted[name]} == {}

    def test_of_ones_own_account_are_for_people_only(self) -> None:
        system = Actor.system("trying the door of somebody's account")

        assert OWN_ACCOUNT_CASES
        assert [name for name in sorted(OWN_ACCOUNT_CASES) if _knock(find_use_case(name), system)] == []


class TestPrograms:
    def test_every_operation_is_in_the_matrix(self) -> None:
        assert {operation.view_func.__name__ for operation in list_operations()} == set(API_RIGHTS)

    def test_without_a_token_nothing_is_answered(self, world: World) -> None:
        answers = {
            f"{method} {path}": Client().generic(method, path).status_code
            for operation in list_operations()
            for method, path in [_call_of(operation, world, "own")]
        }

        assert {call: status for call, status in answers.items() if status != HTTPStatus.UNAUTHORIZED} == {}

    @pytest.mark.parametrize("post", POSTS, ids=lambda post: post.code)
    def test_reads_follow_the_rights_of_the_post(self, world: World, post: PostTemplate) -> None:
        client = world.clients[post.code]
        answers = {}
        for operation in list_operations(method="GET"):
            right = API_RIGHTS[operation.view_func.__name__]
            method, path = _call_of(operation, world, "own")
            refused = client.generic(method, path).status_code == REFUSED
            answers[f"{method} {path}"] = (refused, right not in post.rights)

        assert {call: got for call, got in answers.items() if got[0] is not got[1]} == {}

    @pytest.mark.parametrize("unit", ["sibling", "parent"])
    def test_reads_find_nothing_of_a_sibling_or_the_parent(self, world: World, unit: str) -> None:
        answers = {}
        for operation in list_operations(method="GET"):
            address = _address_of(operation)
            if address.parts and addresses.is_of_one_unit(address):
                method, path = _call_of(operation, world, unit)
                right = API_RIGHTS[operation.view_func.__name__]
                client = next(world.clients[post.code] for post in POSTS if right in post.rights)
                answers[f"{method} {path}"] = client.generic(method, path).status_code

        assert answers
        assert {call: status for call, status in answers.items() if status != HTTPStatus.NOT_FOUND} == {}


class PlainClient(Client):
    """A client that keeps nothing of what pages were drawn with, for that takes longer than to draw them."""

    def request(self, **request: Any) -> Any:
        """Ask, and keep the cookies."""
        response = self.handler(self._base_environ(**request))
        self.cookies.update(response.cookies)
        return response


def _enter_without(world: World, right: str) -> Client:
    """Return the browser of somebody at the own unit who holds every right but one."""
    serial = sorted(RIGHTS).index(right)
    person = identity.add_staff(login=f"but{serial}", name="缺一", unit=world.own, password=None)
    post = identity.define_post(code=f"BUT{serial}", name="缺一", rights=sorted(set(RIGHTS) - {right}))
    identity.assign_post(staff=person, post=post, unit=world.own, start=date(2025, 1, 1))
    client = PlainClient()
    client.force_login(person)
    return client


def _ask_both_ways(client: Client, path: str) -> set[int]:
    """Return how an address answers a look and a form."""
    return {client.get(path).status_code, client.post(path).status_code}


def list_use_cases() -> list[str]:
    """Return every use case of the application, after all of it was imported."""
    for module in pkgutil.walk_packages(dianke.application.__path__, "dianke.application."):
        importlib.import_module(module.name)
    return sorted(name for name in RIGHTS_IN_USE if not name.startswith("tests."))


def find_use_case(name: str) -> Any:
    """Return the function of a use case, guarded as everybody calls it."""
    return USE_CASES[name]


def _knock(use_case: Any, actor: Actor) -> bool:
    """
    Tell whether a use case lets an actor in.

    It is called without its other arguments, so that it fails at the first line when the door opens.
    """
    try:
        use_case(actor=actor)
    except PermissionRefused:
        return False
    except TypeError as error:
        return "required keyword-only argument" in str(error)
    except Exception:
        # Whatever it says, it spoke from inside.
        return True
    return True


def list_operations(*, method: str = "") -> list[Any]:
    """Return the operations for programs."""
    return [
        operation
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
        if not method or method in operation.methods
    ]


def _address_of(operation: Any) -> Address:
    route = operation.path.replace("{", "<").replace("}", ">").lstrip("/")
    return Address(name=f"api:{operation.view_func.__name__}", route=f"api/v1/{route}", view=operation.view_func)


def _call_of(operation: Any, world: World, unit: str) -> tuple[str, str]:
    # What an operation cannot do without: its values are checked before its right.
    query = {"show_prices": "?plan=HB-CI&on=2026-01-01&structure=SINGLE"}.get(operation.view_func.__name__, "")
    return operation.methods[0], world.write(_address_of(operation), unit) + query
