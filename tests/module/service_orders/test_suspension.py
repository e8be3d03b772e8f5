"""A reduction and a suspension from the application to the bill; what is refused on the way."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.factories import billed, months
from tests.factories import utility as factory
from tests.factories.utility import JANUARY, LATER, Utility

from dianke.application import service_orders
from dianke.domain.billing.models import Bill
from dianke.domain.billing.queries.bills import list_lines
from dianke.domain.network import operations as network
from dianke.domain.network.models import TransformerSpell
from dianke.domain.service_orders.models import AgreedSpell, OrderClock, OrderNote, OrderPause, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations.accepting import Application, ApplicationRefused, KindNotOffered
from dianke.domain.service_orders.operations.moving import OrderChanged, OrderIsOver, OrderReasonMissing, StepOfAnother
from dianke.domain.service_orders.operations.spells import TooEarlyToSeal
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.types import OrderKind, PauseReason
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor
from dianke.platform.processes.running import ProcessNotRunning, StepNotReady

pytestmark = pytest.mark.django_db

ASKED = datetime(2025, 12, 29, 10, tzinfo=SHANGHAI)
SEALED = datetime(2026, 1, 10, 9, tzinfo=SHANGHAI)
DAY = timedelta(days=1)
SECOND = "T-2"
EVERYBODY = Actor.system("looking at what a test left")
PAPERS = frozenset({"application", "identity", "unit_list", "mandate"})


class People:
    """One of each post that an order of suspension needs."""

    def __init__(self, utility: Utility) -> None:
        def add(login: str, *rights: str) -> Actor:
            return factory.add_clerk(utility.root, login, ["orders.view", *rights])

        self.clerk = add("counter", "orders.accept")
        self.inspector = add("inspector", "orders.survey", "orders.seal")
        self.other_inspector = add("inspector-2", "orders.survey", "orders.seal")
        self.head = add("head", "orders.approve", "orders.manage")
        self.keeper = add("keeper", "orders.archive")
        self.all_in_one = add("all", "orders.accept", "orders.survey", "orders.approve", "orders.seal")


@pytest.fixture
def utility() -> Utility:
    """Return a utility with a foundry of two transformers, 2,050 and 630 kVA."""
    utility = factory.build_utility()
    billed.add_foundry(utility)
    network.add_transformer(
        actor=utility.actor,
        feeder=utility.feeder,
        code=SECOND,
        name="二号变",
        capacity_kva=Decimal(630),
        since_date=factory.INSTALLED,
        account=utility.points[0].account,
        unit=utility.root,
    )
    return utility


@pytest.fixture
def people(utility: Utility) -> People:
    return People(utility)


def ask(utility: Utility, clerk: Actor, *, at: datetime = ASKED, **changes: object) -> ServiceOrder:
    values = {
        "kind": OrderKind.REDUCE,
        "effective_on": SEALED.date(),
        "ends_on": date(2026, 3, 1),
        "transformer_codes": frozenset({SECOND}),
        "papers": PAPERS,
    } | changes
    number = utility.points[0].account.number
    return service_orders.accept_order(actor=clerk, account_number=number, application=Application(**values), at=at)  # type: ignore[arg-type]


def do(order: ServiceOrder, actor: Actor, at: datetime, outcome: str = "", reason: str = "") -> None:
    now = read(order)
    waiting = [one for one in queries.list_steps(actor=EVERYBODY, order=now) if one.ended_at is None]
    service_orders.complete_step(
        actor=actor, number=now.number, serial=waiting[0].serial, revision=now.revision, outcome=outcome,
        reason=reason, at=at,
    )  # fmt: skip


def read(order: ServiceOrder) -> ServiceOrder:
    return queries.get_order(actor=EVERYBODY, number=order.number, right=None)  # type: ignore[arg-type]


def waiting_step(order: ServiceOrder) -> str:
    rows = OrderStep.objects.for_actor(EVERYBODY).filter(order=order, ended_at=None)
    return ", ".join(rows.values_list("step", flat=True))


def approve(order: ServiceOrder, people: People) -> None:
    do(order, people.inspector, ASKED + DAY)
    do(order, people.head, ASKED + 2 * DAY)


def seal(utility: Utility, people: People, **changes: object) -> ServiceOrder:
    order = ask(utility, people.clerk, **changes)
    approve(order, people)
    do(order, people.inspector, SEALED)
    return order


def states(code: str = SECOND) -> list[tuple[str, date, date | None]]:
    rows = TransformerSpell.objects.for_actor(EVERYBODY).filter(transformer__code=code).order_by("period")
    return [(row.state, row.period.lower, row.period.upper) for row in rows]


def bill_january(utility: Utility) -> Bill:
    factory.freeze_january(utility)
    months.issue_month(utility, JANUARY, LATER)
    return billed.list_bills(utility)[0]


def basic_fen(bill: Bill) -> int:
    lines = list_lines(actor=EVERYBODY, bill_id=bill.pk)
    return sum(line.amount_e6 // 10_000 for line in lines if line.code == "basic.capacity")


class TestWay:
    def test_from_acceptance_to_archive(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)

        assert order.number == "YK-20251229-0001"
        assert (order.rule_set, order.state) == ("RS-2024", "RUNNING")
        assert order.due_at == datetime(2026, 1, 10, 18, tzinfo=SHANGHAI)
        assert order.amber_at == datetime(2026, 1, 9, 18, tzinfo=SHANGHAI)
        assert waiting_step(order) == "check_site"
        approve(order, people)
        do(order, people.inspector, SEALED)
        do(order, people.keeper, SEALED + DAY)
        done = read(order)
        assert list(OrderClock.objects.for_actor(EVERYBODY).values_list("promise", "state", "due_at", "ended_at")) == [
            ("agreed_day", "KEPT", datetime(2026, 1, 10, 18, tzinfo=SHANGHAI), SEALED)
        ]
        assert (done.state, done.result, done.due_at) == ("DONE", "ARCHIVED", None)
        assert states() == [("RUNNING", factory.INSTALLED, SEALED.date()), ("SUSPENDED", SEALED.date(), None)]
        steps = [(one.step, one.ended_by) for one in queries.list_steps(actor=EVERYBODY, order=done)]
        assert steps == [
            ("accept", "counter"),
            ("check_site", "inspector"),
            ("approve_change", "head"),
            ("seal", "inspector"),
            ("archive", "keeper"),
        ]

    def test_refused_by_the_head_changes_nothing(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        do(order, people.inspector, ASKED + DAY)
        with pytest.raises(OrderReasonMissing):
            do(order, people.head, ASKED + DAY, "REFUSED")

        do(order, people.head, ASKED + DAY, "REFUSED", "设备仍在运行")

        assert (read(order).state, read(order).result) == ("DONE", "REFUSED")
        assert states() == [("RUNNING", factory.INSTALLED, None)]

    def test_what_was_returned_is_checked_again(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        do(order, people.inspector, ASKED + DAY)

        do(order, people.head, ASKED + DAY, "RETURNED", "缺现场照片")

        assert waiting_step(order) == "check_site"
        assert OrderStep.objects.for_actor(EVERYBODY).filter(order=order, step="check_site").count() == 2

    def test_a_restored_transformer_is_charged_again(self, utility: Utility, people: People):
        seal_order = seal(utility, people)
        do(seal_order, people.keeper, SEALED)
        back = datetime(2026, 2, 10, 9, tzinfo=SHANGHAI)

        order = ask(
            utility, people.clerk, at=back - 10 * DAY, kind=OrderKind.RESTORE, effective_on=back.date(), ends_on=None,
            transformer_codes=frozenset(), sealed_on=SEALED.date(),
        )  # fmt: skip
        do(order, people.inspector, back, "REWORK", "封印缺失")
        assert OrderPause.objects.for_actor(EVERYBODY).get(order=order).reason == "CUSTOMER_WORKS"
        assert read(order).due_at is None
        do(order, people.clerk, back + DAY)
        assert read(order).due_at == datetime(2026, 2, 12, 18, tzinfo=SHANGHAI)
        do(order, people.inspector, back + 2 * DAY, "PASSED")
        # What was not approved by anybody needs no third person.
        do(order, people.inspector, back + 2 * DAY)

        assert states()[1:] == [("SUSPENDED", SEALED.date(), date(2026, 2, 12)), ("RUNNING", date(2026, 2, 12), None)]
        spell = AgreedSpell.objects.for_actor(EVERYBODY).get()
        assert (spell.unsealed_on, spell.ended_by_order_id) == (date(2026, 2, 12), order.pk)


class TestBill:
    def test_one_of_two_transformers_over_the_month_end(self, utility: Utility, people: People):
        seal(utility, people)

        bill = bill_january(utility)

        # Running 1 to 9 January: nine of thirty days of 630 kVA, all of 2,050 kVA.
        assert basic_fen(bill) == charge(Decimal(2050) + Decimal(630) * 9 / 30)

    def test_without_an_order_both_are_charged(self, utility: Utility):
        bill = bill_january(utility)

        assert basic_fen(bill) == charge(Decimal(2680))

    def test_ended_before_fifteen_days_is_charged_whole(self, utility: Utility, people: People):
        do(seal(utility, people), people.keeper, SEALED)
        back = SEALED + 14 * DAY
        order = ask(
            utility, people.clerk, at=SEALED + DAY, kind=OrderKind.RESTORE, effective_on=back.date(), ends_on=None,
            transformer_codes=frozenset(), sealed_on=SEALED.date(),
        )  # fmt: skip
        do(order, people.inspector, back)
        do(order, people.inspector, back)

        assert basic_fen(bill_january(utility)) == charge(Decimal(2680))

    def test_capacity_counts_again_when_the_term_is_over(self, utility: Utility, people: People):
        do(seal(utility, people, ends_on=date(2026, 1, 28)), people.keeper, SEALED)
        night = datetime(2026, 1, 28, 1, tzinfo=SHANGHAI)

        assert service_orders.charge_ended_spells(actor=people.inspector, at=night - DAY) == 0
        assert service_orders.charge_ended_spells(actor=people.inspector, at=night) == 1
        assert service_orders.charge_ended_spells(actor=people.inspector, at=night) == 0

        assert states()[-1] == ("HOT_STANDBY", date(2026, 1, 28), None)


class TestRefused:
    def test_every_reason_at_once_and_nothing_written(self, utility: Utility, people: People):
        with pytest.raises(ApplicationRefused) as refusal:
            ask(utility, people.clerk, effective_on=ASKED.date() - DAY, papers=frozenset(), ends_on=None)

        codes = {one.code for one in refusal.value.facts["refusals"]}
        assert {"backdated", "papers_missing", "notice_too_short", "end_missing"} <= codes
        assert all(one.article for one in refusal.value.facts["refusals"])
        assert ServiceOrder.objects.for_actor(EVERYBODY).count() == 0

    def test_suspension_is_withdrawn_under_the_rules_of_2024(self, utility: Utility, people: People):
        with pytest.raises(ApplicationRefused) as refusal:
            ask(utility, people.clerk, kind=OrderKind.SUSPEND)

        assert "kind_withdrawn" in {one.code for one in refusal.value.facts["refusals"]}

    def test_a_kind_without_effect(self, utility: Utility, people: People):
        with pytest.raises(KindNotOffered):
            ask(utility, people.clerk, kind=OrderKind.RELOCATE)

    def test_a_second_order_of_the_account(self, utility: Utility, people: People):
        ask(utility, people.clerk)

        with pytest.raises(ApplicationRefused) as refusal:
            ask(utility, people.clerk)

        assert "change_order_open" in {one.code for one in refusal.value.facts["refusals"]}

    def test_all_units_behind_a_running_meter(self, utility: Utility, people: People):
        with pytest.raises(ApplicationRefused) as refusal:
            ask(utility, people.clerk, transformer_codes=frozenset({SECOND, first_code()}))

        assert "meter_without_unit" in {one.code for one in refusal.value.facts["refusals"]}
        assert ask(
            utility, people.clerk, transformer_codes=frozenset({SECOND, first_code()}), stops_supply=True
        ).stops_supply

    def test_sealing_before_the_day(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        approve(order, people)

        with pytest.raises(TooEarlyToSeal):
            do(order, people.inspector, SEALED - DAY)

    def test_whoever_checked_does_not_approve(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        do(order, people.all_in_one, ASKED + DAY)

        with pytest.raises(SamePerson):
            do(order, people.all_in_one, ASKED + DAY)

    def test_whoever_approved_does_not_seal(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        do(order, people.inspector, ASKED + DAY)
        do(order, people.all_in_one, ASKED + DAY)

        with pytest.raises(SamePerson):
            do(order, people.all_in_one, SEALED)

    def test_another_right(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)

        with pytest.raises(PermissionRefused):
            do(order, people.keeper, ASKED + DAY)

    def test_the_second_of_two_on_one_step(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        seen = read(order)
        do(order, people.inspector, ASKED + DAY)

        for act in (seen.revision, read(order).revision):
            with pytest.raises((OrderChanged, StepNotReady)):
                service_orders.COMPLETING["orders.survey"](
                    actor=people.other_inspector, number=order.number, serial=2, revision=act, at=ASKED + DAY
                )

    def test_a_step_that_another_took(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        service_orders.hand_step(
            actor=people.head, number=order.number, serial=2, revision=read(order).revision, login="inspector",
            at=ASKED,
        )  # fmt: skip

        with pytest.raises(StepOfAnother):
            do(order, people.other_inspector, ASKED + DAY)

    def test_a_step_after_cancellation(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        serial = OrderStep.objects.for_actor(EVERYBODY).get(order=order, ended_at=None).serial
        service_orders.cancel_order(
            actor=people.clerk, number=order.number, revision=read(order).revision, reason="客户撤回", at=ASKED
        )

        assert read(order).result == "CANCELLED"
        with pytest.raises(OrderIsOver):
            service_orders.complete_step(
                actor=people.inspector, number=order.number, serial=serial, revision=read(order).revision, at=ASKED
            )

    def test_cancelling_what_is_sealed(self, utility: Utility, people: People):
        order = seal(utility, people)

        with pytest.raises(service_orders.EffectDone):
            service_orders.cancel_order(
                actor=people.clerk, number=order.number, revision=read(order).revision, reason="客户撤回", at=SEALED
            )

    def test_a_step_while_it_hangs(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        service_orders.hang_order(
            actor=people.head, number=order.number, revision=read(order).revision, reason="等待批复", at=ASKED
        )
        with pytest.raises(ProcessNotRunning):
            do(order, people.inspector, ASKED + DAY)

        service_orders.unhang_order(actor=people.head, number=order.number, revision=read(order).revision, at=ASKED)

        do(order, people.inspector, ASKED + DAY)
        assert waiting_step(order) == "approve_change"


class TestClock:
    def test_a_pause_moves_the_day_by_its_working_days(self, utility: Utility, people: People):
        order = ask(utility, people.clerk)
        service_orders.pause_order(
            actor=people.clerk, number=order.number, revision=read(order).revision, why=PauseReason.CUSTOMER_PAPERS,
            evidence="补件通知单 12", at=datetime(2026, 1, 5, 9, tzinfo=SHANGHAI),
        )  # fmt: skip
        assert read(order).due_at is None

        service_orders.resume_order(
            actor=people.clerk, number=order.number, revision=read(order).revision,
            at=datetime(2026, 1, 7, 19, tzinfo=SHANGHAI),
        )  # fmt: skip

        # Eight working days from 30 December to the day agreed, 4 January made up; 5, 6 and 7 January do not count.
        assert read(order).due_at == datetime(2026, 1, 14, 18, tzinfo=SHANGHAI)
        acts = OrderNote.objects.for_actor(EVERYBODY).filter(order=order).exclude(act="NOTIFIED").order_by("id")
        assert list(acts.values_list("act", flat=True)) == ["ACCEPTED", "COMPLETED", "PAUSED", "RESUMED"]


def first_code() -> str:
    rows = TransformerSpell.objects.for_actor(EVERYBODY).exclude(transformer__code=SECOND)
    return str(rows.get().transformer.code)


def charge(kva: Decimal) -> int:
    """Return what the sheet of Hubei asks for capacity in a month, in fen: 26.3 yuan a kVA."""
    return int((kva * 2630).quantize(Decimal(1)))
