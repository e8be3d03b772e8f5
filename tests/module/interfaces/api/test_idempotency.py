"""A write is done once for a key, however often and however close together it arrives."""

import threading
from datetime import timedelta

import pytest
from django.db import connections
from tests.module.interfaces.api.conftest import Program
from tests.module.interfaces.api.test_resources import ENTRY

from dianke.domain.customers.models import Customer
from dianke.kernel.clock import SystemClock
from dianke.platform.api_access.models import StoredAnswer
from dianke.platform.identity.types import Actor

SYSTEM = Actor.system("test of idempotency")


def count_customers() -> int:
    """Return how many customers there are."""
    return Customer.objects.for_actor(SYSTEM).count()


@pytest.mark.django_db
class TestAnswerOnce:
    @pytest.mark.parametrize("key", [None, "short", "with space in it", "x" * 81])
    def test_wants_a_key(self, key, program):
        answer = program.post("customers", ENTRY, key=key)

        assert (answer.status_code, answer.json()["code"]) == (422, "api.request_not_valid")
        assert "dempotency" in answer.json()["errors"][0]["field"]
        assert count_customers() == 0

    def test_gives_the_first_answer_again(self, program):
        first, second = program.post("customers", ENTRY), program.post("customers", ENTRY)

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json() == second.json()
        assert "Idempotency-Replayed" not in first.headers
        assert second.headers["Idempotency-Replayed"] == "true"
        assert count_customers() == 1

    def test_refuses_the_key_for_another_request(self, program):
        program.post("customers", ENTRY)

        answer = program.post("customers", {**ENTRY, "name": "另一家公司"})

        assert (answer.status_code, answer.json()["code"]) == (422, "api.key_used_for_another")
        assert count_customers() == 1

    def test_keeps_the_keys_of_two_callers_apart(self, archive, program, eastern):
        program.post("customers", ENTRY)

        answer = eastern.post("customers", {**ENTRY, "name": "城东木业", "contact": {"name": "周远"}})

        assert answer.status_code == 201, answer.content
        assert count_customers() == 2

    def test_keeps_nothing_of_a_refusal(self, program):
        refused = program.post("customers", {**ENTRY, "unit": "NONE"})

        assert refused.status_code == 422
        assert StoredAnswer.objects.for_actor(SYSTEM).count() == 0
        assert program.post("customers", ENTRY).status_code == 201

    def test_forgets_after_a_day(self, program):
        program.post("customers", ENTRY)
        StoredAnswer.objects.for_actor(SYSTEM).update(stored_at=SystemClock().now() - timedelta(hours=24, seconds=1))

        answer = program.post("customers", {**ENTRY, "name": "另一家公司", "contact": {"name": "周远"}})

        assert answer.status_code == 201, answer.content
        assert count_customers() == 2


@pytest.mark.django_db(transaction=True)
def test_twins_that_arrive_together_are_one_write(program: Program) -> None:
    start = threading.Barrier(2)
    answers: list[tuple[int, str, str]] = []

    def call() -> None:
        start.wait()
        try:
            answer = Program(type(program.client)(), program.secret).post("customers", ENTRY)
            replayed = answer.headers.get("Idempotency-Replayed", "")
            answers.append((answer.status_code, answer.content.decode(), replayed))
        finally:
            connections.close_all()

    twins = [threading.Thread(target=call) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join(timeout=30)

    assert [status for status, _, _ in answers] == [201, 201]
    assert answers[0][1] == answers[1][1]
    assert sorted(replayed for _, _, replayed in answers) == ["", "true"]
    assert count_customers() == 1
