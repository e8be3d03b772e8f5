"""Messages go once, within their hours, by a real mail server or the simulated carrier, and leave a trail."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from tests.factories.mail_server import MailServer

from dianke.application import outbox
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind
from dianke.platform.outbox import operations, queries
from dianke.platform.outbox.carriers import SimulatedCarrier
from dianke.platform.outbox.models import Message
from dianke.platform.outbox.types import Answer, Consent, MessageChannel, NewMessage, Outcome, Outgoing, QuietHours

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing messages")
# A working Wednesday.
AT = datetime(2026, 3, 11, 10, tzinfo=SHANGHAI)


@pytest.fixture
def unit(settings: Any, tmp_path: Path) -> Unit:
    settings.DATA_DIR, settings.SIMULATED_CARRIER, settings.EMAIL_HOST = tmp_path, True, ""
    return add_unit(code="0", name="测试供电公司", kind=UnitKind.UTILITY, parent=None)


@pytest.fixture
def mail_server(unit: Unit, settings: Any, socket_enabled: None) -> Iterator[MailServer]:
    with MailServer(("127.0.0.1", 0)) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address[:2]
        settings.DEFAULT_FROM_EMAIL = "电费 <billing@example.org>"
        yield server
        server.shutdown()


def queue(unit: Unit, address: str, *, source: str = "test:1", at: datetime = AT, **options: Any) -> Message:
    fields: dict[str, Any] = {
        "unit_id": unit.pk, "channel": MessageChannel.SMS, "address": address, "text": "请缴费", "purpose": "DUNNING",
        "source": source, "template": "test", "template_from": date(2020, 1, 1), "about_kind": "test",
        "about_key": "1", "due_at": at,
    }  # fmt: skip
    return operations.queue_message(actor=SYSTEM, new=NewMessage(**{**fields, **options}), login="clerk", at=at)


def tell(message: Message) -> tuple[str, list[str]]:
    message.refresh_from_db()
    return message.state, [one.outcome for one in queries.list_attempts(actor=SYSTEM, message=message)]


class TestSimulatedCarrier:
    def test_takes_and_reports_what_it_delivered(self, unit: Unit) -> None:
        message, other = queue(unit, "13900001111"), queue(unit, "13900000003", source="test:2")

        outbox.send_due(actor=SYSTEM, at=AT)
        before = tell(message)
        outbox.send_due(actor=SYSTEM, at=AT + timedelta(minutes=1))

        assert before == ("SENT", ["ACCEPTED"])
        assert (tell(message), tell(other)[0]) == (("DELIVERED", ["ACCEPTED"]), "FAILED")

    def test_is_tried_again_when_it_delays_and_given_up_in_the_end(self, unit: Unit) -> None:
        message, rejected = queue(unit, "13900000001"), queue(unit, "13900000000", source="test:2")

        for quarters in range(5):
            outbox.send_due(actor=SYSTEM, at=AT + timedelta(minutes=16 * quarters))

        assert tell(message) == ("FAILED", ["DELAYED"] * 3)
        assert tell(rejected) == ("FAILED", ["REJECTED"])


class TestSending:
    def test_repeats_under_the_same_number_when_it_died_before_the_answer(self, unit: Unit) -> None:
        message = queue(unit, "13900001111")
        seen: list[str] = []

        class Dying(SimulatedCarrier):
            def send(self, outgoing: Outgoing) -> Answer:
                seen.append(outgoing.key)
                if len(seen) == 1:
                    raise KeyboardInterrupt
                return super().send(outgoing)

        def find(channel: MessageChannel) -> Dying | None:
            return Dying() if channel is MessageChannel.SMS else None

        with pytest.raises(KeyboardInterrupt):
            outbox.send_due(actor=SYSTEM, at=AT, find=find)
        outbox.send_due(actor=SYSTEM, at=AT + timedelta(minutes=5), find=find)
        outbox.send_due(actor=SYSTEM, at=AT + timedelta(minutes=11), find=find)

        assert seen == [message.number, message.number]
        assert tell(message) == ("SENT", [Outcome.LOST.value, Outcome.ACCEPTED.value])

    def test_waits_for_morning_and_for_the_end_of_a_holiday(self, unit: Unit) -> None:
        evening = queue(unit, "13900001111", at=AT.replace(hour=22))
        holiday = queue(unit, "13900001111", source="test:2", at=datetime(2026, 10, 3, 12, tzinfo=SHANGHAI))

        outbox.send_due(actor=SYSTEM, at=AT.replace(hour=22, minute=5))

        assert tell(evening) == ("QUEUED", [])
        assert evening.due_at == datetime(2026, 3, 12, 8, tzinfo=SHANGHAI)
        assert holiday.due_at == datetime(2026, 10, 8, 8, tzinfo=SHANGHAI)

    def test_waits_for_the_hours_of_the_contact_and_says_so(self, unit: Unit) -> None:
        message = queue(unit, "13900001111", quiet=QuietHours(time(9), time(15)))

        outbox.send_due(actor=SYSTEM, at=AT.replace(hour=14, minute=59))
        assert tell(message) == ("QUEUED", [])
        assert (message.wait_reason, message.due_at) == ("OWN_HOURS", AT.replace(hour=15, minute=0))
        outbox.send_due(actor=SYSTEM, at=AT.replace(hour=15, minute=0))
        assert tell(message)[0] == "SENT"

    def test_is_held_where_the_contact_leaves_no_hour_and_goes_when_a_person_says_so(self, unit: Unit) -> None:
        message = queue(unit, "13900001111", quiet=QuietHours(time(7), time(22)))
        assert (message.state, message.hold_reason) == ("HELD", "no_hour")

        outbox.release_message(actor=SYSTEM, key=message.pk, reason="用户来电要求发送", at=AT)
        outbox.send_due(actor=SYSTEM, at=AT)

        assert tell(message)[0] == "SENT"

    def test_still_keeps_the_hours_of_the_contact_when_it_is_tried_again(self, unit: Unit) -> None:
        message = queue(unit, "13900000001", at=AT.replace(hour=11, minute=50), quiet=QuietHours(time(12), time(14)))

        outbox.send_due(actor=SYSTEM, at=AT.replace(hour=11, minute=50))

        assert tell(message) == ("QUEUED", ["DELAYED"])
        assert (message.wait_reason, message.due_at) == ("OWN_HOURS", AT.replace(hour=14, minute=0))

    def test_keeps_to_the_rate_of_the_channel(self, unit: Unit, settings: Any) -> None:
        house = (Path(operations.__file__).parent / "data" / "policy.toml").read_text("utf-8")
        own = house.replace("2015-01-01", "2026-01-01").replace("per_minute = 600", "per_minute = 2")
        (settings.DATA_DIR / "message-policy.toml").write_text(own, "utf-8")
        for number in range(5):
            queue(unit, "13900001111", source=f"test:{number}")

        rounds = [outbox.send_due(actor=SYSTEM, at=AT + timedelta(seconds=seconds)).tried for seconds in (0, 30, 61)]

        assert rounds == [2, 0, 2]

    def test_queues_once_and_holds_what_lacks_consent_or_address(self, unit: Unit) -> None:
        first = queue(unit, "13900001111")
        again = queue(unit, "13900002222")
        withdrawn = queue(unit, "13900001111", source="test:2", consent=Consent.WITHDRAWN)
        nowhere = queue(unit, "", source="test:3")

        assert first == again
        assert (withdrawn.state, withdrawn.hold_reason) == ("HELD", "consent_withdrawn")
        assert (nowhere.state, nowhere.hold_reason) == ("HELD", "no_address")

    def test_stores_no_address_or_text_in_the_clear(self, unit: Unit) -> None:
        queue(unit, "13900001111", text="户号 0100200308 请缴费")

        with connection.cursor() as cursor:
            cursor.execute("select phone, text from outbox_message")
            stored = b"".join(bytes(value) for value in cursor.fetchone())

        assert b"13900001111" not in stored
        assert b"0100200308" not in stored


class TestMail:
    def test_reaches_a_real_server_under_its_number(self, unit: Unit, mail_server: MailServer) -> None:
        message = queue(unit, "someone@example.org", channel=MessageChannel.EMAIL, subject="电费催缴")

        outbox.send_due(actor=SYSTEM, at=AT)

        (received,) = mail_server.received
        assert received["Message-ID"] == f"<{message.number}@example.org>"
        assert received["To"] == "someone@example.org"
        assert "请缴费" in received.get_payload(decode=True).decode()
        assert tell(message) == ("SENT", ["ACCEPTED"])

    def test_is_rejected_or_delayed_by_what_the_server_says(self, unit: Unit, mail_server: MailServer) -> None:
        unknown = queue(unit, "unknown@example.org", channel=MessageChannel.EMAIL)
        busy = queue(unit, "busy@example.org", channel=MessageChannel.EMAIL, source="test:2")

        outbox.send_due(actor=SYSTEM, at=AT)

        assert tell(unknown) == ("FAILED", ["REJECTED"])
        assert tell(busy) == ("QUEUED", ["DELAYED"])
        assert mail_server.received == []


class TestDecision:
    def test_holds_back_and_sends_again_what_failed(self, unit: Unit) -> None:
        message = queue(unit, "13900000000")
        outbox.hold_message(actor=SYSTEM, key=message.pk, reason="客户来电", at=AT)
        outbox.send_due(actor=SYSTEM, at=AT)
        held = tell(message)

        outbox.release_message(actor=SYSTEM, key=message.pk, reason="继续", at=AT)
        outbox.send_due(actor=SYSTEM, at=AT)
        failed = tell(message)
        with pytest.raises(operations.MessageOutOfState):
            outbox.hold_message(actor=SYSTEM, key=message.pk, reason="太晚", at=AT)

        assert (held, failed) == (("HELD", []), ("FAILED", ["REJECTED"]))
        assert [one.what for one in queries.list_events(actor=SYSTEM, message=message)] == ["HELD", "RELEASED"]
