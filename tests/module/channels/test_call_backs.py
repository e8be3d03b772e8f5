"""Call-backs of gateways: kept as they came, booked once, in suspense where nobody ordered them, refused unsigned."""

import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from tests.factories import acquirers as factory
from tests.factories.acquirers import NOW, Office, call, order, tell_paid, tell_refunded
from tests.factories.once import built_once, fresh
from tests.factories.paid import get_sums, list_faults, look_at

from dianke.application import acquirers
from dianke.application.acquirers.simulation import SimulationNotAllowed
from dianke.domain.channels.models import CallBack, CallBackOutcome, PaymentOrder
from dianke.domain.channels.operations import call_backs as operations
from dianke.domain.channels.operations.acquirers import UnableToChangeKey
from dianke.domain.channels.operations.orders import OrderOutOfState, UnableToMakeOrder
from dianke.domain.channels.rules.gateway import signing
from dianke.domain.channels.rules.gateway.plain import write_call_back
from dianke.domain.receivables.models import Payment
from dianke.domain.receivables.queries.payments import filter_payments, filter_suspense
from dianke.platform.identity.separation import SamePerson
from dianke.platform.identity.types import Actor

SYSTEM = Actor.system("looking at what call-backs did")
HEARD_AT = NOW + timedelta(minutes=5)

_two_homes = built_once(lambda: factory.build_office("1120", "1180"), scope="class")
_one_home = built_once(lambda: factory.build_office("1120"), scope="class")


def list_outcomes() -> list[str]:
    """Return what call-backs did, in the order in which they came; of a repeat and a worthless one its word."""
    rows = CallBack.objects.for_actor(SYSTEM).select_related("outcome").order_by("id")
    return [
        one.fault or ("again" if one.repeats_id else one.outcome.outcome if hasattr(one, "outcome") else "waits")
        for one in rows
    ]


def list_payments() -> list[tuple[str, int, int | None, bool]]:
    rows = filter_payments(actor=SYSTEM).order_by("external_number")
    return [(one.external_number, one.amount_fen, one.current_account_id, one.is_reversed) for one in rows]


@pytest.mark.django_db
class TestPayment:
    @pytest.fixture
    def office(self, _two_homes: Office) -> Office:
        return fresh(_two_homes)

    def test_pays_the_bill_of_its_order_once_however_often_it_is_told(self, office: Office) -> None:
        made = order(office)

        taken = [call(tell_paid(made)), call(tell_paid(made)), call(tell_paid(made), at=HEARD_AT + timedelta(hours=3))]

        made.refresh_from_db()
        assert taken == [True, True, True]
        assert list_outcomes() == ["BOOKED", "again", "again"]
        assert list_payments() == [("SIM:G1", made.amount_fen, office.accounts[0].pk, False)]
        assert (made.state, made.external_number, made.paid_at) == ("PAID", "G1", NOW + timedelta(minutes=1))
        assert look_at(office.utility, office.accounts[0]).owed_fen == 0
        assert get_sums()["1012.02"] == made.amount_fen
        assert list_faults() == []

    def test_told_again_in_other_words_changes_nothing(self, office: Office) -> None:
        made = order(office)
        call(tell_paid(made))

        call(tell_paid(made, happened_at=NOW + timedelta(minutes=2)))
        call(tell_paid(made, amount_fen=1))

        assert list_outcomes() == ["BOOKED", "REPEATED", "REFUSED"]
        assert len(list_payments()) == 1

    def test_that_is_late_is_still_in_time_where_the_payer_was(self, office: Office) -> None:
        made = order(office)
        acquirers.expire_orders(actor=SYSTEM, at=NOW + timedelta(hours=1))

        call(tell_paid(made), at=NOW + timedelta(hours=2))

        made.refresh_from_db()
        assert made.state == "PAID"
        assert list_outcomes() == ["BOOKED"]

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"order_number": "ZF0000"}, "ORDER_UNKNOWN"),
            ({"amount_fen": 777}, "AMOUNT_DIFFERS"),
            ({"happened_at": NOW + timedelta(minutes=31)}, "EXPIRED"),
        ],
    )
    def test_that_nobody_ordered_so_waits_in_suspense(
        self, office: Office, changes: dict[str, Any], reason: str
    ) -> None:
        made = order(office)
        owed = look_at(office.utility, office.accounts[0]).owed_fen

        call(tell_paid(made, **changes), at=NOW + timedelta(minutes=40))

        made.refresh_from_db()
        outcome = CallBackOutcome.objects.for_actor(SYSTEM).get()
        assert (outcome.outcome, outcome.reason, made.state) == ("SUSPENSE", reason, "OPEN")
        assert filter_suspense(actor=SYSTEM).count() == 1
        assert look_at(office.utility, office.accounts[0]).owed_fen == owed
        assert list_faults() == []

    def test_for_an_order_that_was_paid_or_closed_waits_in_suspense(self, office: Office) -> None:
        made, closed = order(office), order(office, 1)
        acquirers.close_order(actor=office.clerk, number=closed.number, at=NOW)

        call(tell_paid(made))
        call(tell_paid(made, "G2"))
        call(tell_paid(closed, "G3"))

        reasons = CallBackOutcome.objects.for_actor(SYSTEM).order_by("id").values_list("outcome", "reason")
        assert list(reasons) == [("BOOKED", ""), ("SUSPENSE", "PAID_ALREADY"), ("SUSPENSE", "CLOSED")]
        assert [one.external_number for one in filter_suspense(actor=SYSTEM).order_by("id")] == ["SIM:G2", "SIM:G3"]
        with pytest.raises(OrderOutOfState):
            acquirers.close_order(actor=office.clerk, number=made.number, at=NOW)

    def test_killed_between_keeping_and_booking_is_booked_by_the_job_once(
        self, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = order(office)
        with monkeypatch.context() as killed:
            killed.setattr(operations, "judge_payment", lambda *_: 1 / 0)
            is_taken = call(tell_paid(made))
        waiting = (is_taken, list_outcomes(), list_payments())

        done = [
            acquirers.finish_call_backs(actor=SYSTEM, at=HEARD_AT),
            acquirers.finish_call_backs(actor=SYSTEM, at=HEARD_AT + timedelta(minutes=1)),
            acquirers.finish_call_backs(actor=SYSTEM, at=HEARD_AT + timedelta(minutes=2)),
        ]

        assert waiting == (True, ["waits"], [])
        assert done == [0, 1, 0]
        assert (list_outcomes(), len(list_payments())) == (["BOOKED"], 1)


@pytest.mark.django_db
class TestRefund:
    @pytest.fixture
    def office(self, _one_home: Office) -> Office:
        return fresh(_one_home)

    def test_on_the_day_or_after_takes_the_payment_back_once(self, office: Office) -> None:
        made = order(office)
        call(tell_paid(made))

        call(tell_refunded(made, happened_at=NOW + timedelta(days=2)), at=NOW + timedelta(days=2, minutes=1))
        call(tell_refunded(made, happened_at=NOW + timedelta(days=2)), at=NOW + timedelta(days=2, minutes=2))

        made.refresh_from_db()
        assert list_outcomes() == ["BOOKED", "REVERSED", "again"]
        assert (made.state, list_payments()[0][3]) == ("REFUNDED", True)
        assert look_at(office.utility, office.accounts[0]).owed_fen == made.amount_fen
        assert "1012.02" not in get_sums()
        assert list_faults() == []

    def test_that_comes_before_its_payment_waits_for_it(self, office: Office) -> None:
        made = order(office)

        call(tell_refunded(made))
        call(tell_paid(made))
        call(tell_refunded(made, happened_at=NOW + timedelta(minutes=4)))

        made.refresh_from_db()
        assert list_outcomes() == ["EARLY", "BOOKED_AND_REVERSED", "REPEATED"]
        assert (made.state, [one[3] for one in list_payments()]) == ("REFUNDED", [True])
        assert list_faults() == []

    def test_of_a_part_changes_nothing_and_is_left_to_reconciliation(self, office: Office) -> None:
        made = order(office)
        call(tell_paid(made))

        call(tell_refunded(made, amount_fen=100))

        assert list_outcomes() == ["BOOKED", "REFUSED"]
        assert list_payments()[0][3] is False


@pytest.mark.django_db
class TestFeed:
    @pytest.fixture
    def office(self, _one_home: Office) -> Office:
        return fresh(_one_home)

    @pytest.fixture(autouse=True)
    def _now(self) -> Iterator[None]:
        with time_machine.travel(HEARD_AT, tick=False):
            yield

    def test_answers_what_is_signed_and_nothing_else(self, office: Office) -> None:
        body = write_call_back(tell_paid(order(office)))
        good = factory.sign(body, at=HEARD_AT)
        forged = factory.sign(body, at=HEARD_AT, private_key=signing.make_private_key())
        old = factory.sign(body, at=HEARD_AT - timedelta(minutes=6))
        strange = factory.sign(b"\xff{", at=HEARD_AT)

        answers = [
            factory.post(body, forged), factory.post(body.replace(b"CNY", b"CNy"), good), factory.post(body, old),
            factory.post(body, {**good, "dianke-key": "SIM-2"}), factory.post(body, {}),
            factory.post(b"\xff{", strange), factory.post(body, good, code="NONE"),
            factory.post(body, good, code="a%00"),
            factory.post(b"x" * 17_000, good), factory.post(body, good),
        ]  # fmt: skip

        assert [one.status_code for one in answers] == [401, 401, 401, 401, 401, 401, 404, 404, 413, 200]
        assert {one.content for one in answers[:-1]} == {b'{"code": "FAIL"}'}
        assert list_outcomes() == [
            "SIGNATURE_WRONG", "SIGNATURE_WRONG", "TOO_OLD", "KEY_UNKNOWN", "KEY_UNKNOWN", "UNREADABLE", "BOOKED",
        ]  # fmt: skip
        kept = CallBack.objects.for_actor(SYSTEM).order_by("id").first()
        assert bytes(kept.body) == body
        assert factory.post(body, good).status_code == 200
        assert len(list_payments()) == 1

    def test_keeps_only_so_many_worthless_calls_a_minute(self, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(operations, "MOST_FAULTY", 3)

        statuses = {factory.post(b"{}", {}).status_code for _ in range(5)}

        assert statuses == {401}
        assert CallBack.objects.for_actor(SYSTEM).count() == 3

    def test_knows_no_simulated_gateway_where_the_installation_allows_none(self, office: Office, settings: Any) -> None:
        made = order(office)
        settings.SIMULATED_GATEWAY = False
        body = write_call_back(tell_paid(made))

        answer = factory.post(body, factory.sign(body, at=HEARD_AT))

        assert (answer.status_code, list_payments()) == (404, [])
        with pytest.raises(SimulationNotAllowed):
            order(office)
        with pytest.raises(SimulationNotAllowed):
            acquirers.add_acquirer(
                actor=office.chief, code="SIM2", name="x", kind="SIMULATED", merchant_number="1",
                page_address="http://x/pay",
            )  # fmt: skip


@pytest.mark.django_db
class TestKeysAndOrders:
    @pytest.fixture
    def office(self, _one_home: Office) -> Office:
        return fresh(_one_home)

    def test_a_new_key_is_trusted_once_another_person_released_it_and_the_old_one_until_it_ends(
        self, office: Office
    ) -> None:
        private = signing.make_private_key()
        made, signed = order(office), {"private_key": private, "key_id": "SIM-2"}
        key = acquirers.propose_key(
            actor=office.maker, code="SIM", key_id="SIM-2", public_key=signing.get_public_key(private), at=NOW
        )

        before = call(tell_paid(made), **signed)
        acquirers.release_key(actor=office.chief, key=key.pk, at=NOW)
        after = call(tell_paid(made), **signed)
        acquirers.end_key(actor=office.chief, key=key.pk)
        ended = call(tell_paid(made), **signed)

        assert (before, after, ended) == (False, True, False)
        assert list_outcomes() == ["KEY_UNKNOWN", "BOOKED", "KEY_UNKNOWN"]

    def test_who_entered_a_key_never_releases_it_and_a_short_one_is_refused(self, office: Office) -> None:
        both = factory.factory.add_clerk(
            office.utility.root, "both", ["payments.reconcile", "payments.release_files", "payments.view"]
        )
        public = signing.get_public_key(signing.make_private_key())
        key = acquirers.propose_key(actor=both, code="SIM", key_id="K", public_key=public, at=NOW)

        with pytest.raises(SamePerson):
            acquirers.release_key(actor=both, key=key.pk, at=NOW)
        with pytest.raises(UnableToChangeKey):
            acquirers.propose_key(actor=both, code="SIM", key_id="S", public_key="no key", at=NOW)

        key.refresh_from_db()
        assert key.state == "PROPOSED"

    def test_an_order_is_for_what_is_owed_and_a_bill_of_another_is_refused(self, office: Office) -> None:
        owed = look_at(office.utility, office.accounts[0], NOW.date())

        made = order(office, item_ids=[owed.debts[0].item_id])

        assert (made.amount_fen, made.state, made.expires_at) == (owed.owed_fen, "OPEN", NOW + timedelta(minutes=30))
        with pytest.raises(UnableToMakeOrder):
            order(office, item_ids=[1])
        with pytest.raises(UnableToMakeOrder):
            order(office, amount_fen=0)
        assert PaymentOrder.objects.for_actor(SYSTEM).count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("times", [6, pytest.param(40, marks=pytest.mark.long)])
def test_repeated_and_reordered_call_backs_of_several_connections_give_one_payment_each(times: int) -> None:
    with transaction.atomic():
        office = factory.build_office("1120", "1180", with_people=False)
    dice = random.Random(7)  # noqa: S311 - a test that can be run again
    made = [order(office, place % 2, amount_fen=10_00 + place) for place in range(20)]
    told = [tell_paid(one, f"G{place}") for place, one in enumerate(made)]
    told += [tell_refunded(one, f"G{place}") for place, one in enumerate(made) if place % 4 == 0]
    calls = told * times
    dice.shuffle(calls)
    broken: list[BaseException | bool] = []

    def work(mine: list[Any]) -> None:
        try:
            broken.extend(one for one in (call(notice) for notice in mine) if not one)
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(calls[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    payments = list_payments()
    assert broken == []
    assert CallBack.objects.for_actor(SYSTEM).count() == len(calls) == 25 * times
    assert [(name, fen, back) for name, fen, _account, back in payments] == sorted(
        (f"SIM:G{place}", 10_00 + place, place % 4 == 0) for place in range(20)
    )
    assert Payment.objects.for_actor(SYSTEM).count() == 20
    assert get_sums()["1012.02"] == sum(10_00 + place for place in range(20) if place % 4)
    assert "waits" not in list_outcomes()
    assert list_faults() == []
