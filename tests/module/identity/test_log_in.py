"""The log-in: lock-out, second step, forced change, sessions, and what the trail says."""

from datetime import datetime, timedelta
from typing import Any

import pyotp
import pytest
from django.test import Client
from tests.module.identity.conftest import PASSWORD, SYSTEM, Company

from dianke.application.administration import log_in as door
from dianke.application.administration import own_account, people
from dianke.application.administration.log_in import PasswordNotTheirs, Step, require_own_password
from dianke.config import settings as service_settings
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.platform.audit.models import UseCaseRecord
from dianke.platform.identity import locks, one_time_codes, passwords, sessions
from dianke.platform.identity.models import OneTimeCodeSource, PasswordRecord, RecoveryCode, Staff
from dianke.platform.identity.one_time_codes import CodeRefused
from dianke.platform.identity.passwords import PasswordRefused
from dianke.platform.identity.types import LockKind

AT = datetime(2026, 2, 10, 9, tzinfo=SHANGHAI)
OFFICE = "10.0.0.7"


def try_password(password: str, *, login: str = "li", address: str = OFFICE, at: datetime = AT) -> Step:
    return door.check_password(login=login, password=password, address=address, at=at).step


def fail(times: int, **how: object) -> None:
    for _ in range(times):
        try_password("wrong", **how)  # type: ignore[arg-type]


def list_acts() -> list[str]:
    records = UseCaseRecord.objects.for_actor(SYSTEM).filter(use_case__startswith="administration.log_in")
    return [record.use_case.rpartition(".")[2] for record in records.order_by("id")]


@pytest.fixture
def li(company: Company) -> Staff:
    return company.add("li", "COUNTER_CLERK", company.east)


class TestLockOut:
    def test_the_fifth_failure_locks_the_login_even_for_the_right_password(self, li: Staff) -> None:
        fail(4)
        fifth = try_password("wrong")

        assert fifth is Step.LOCKED
        assert try_password(PASSWORD) is Step.LOCKED
        assert try_password(PASSWORD, address="10.0.0.8") is Step.LOCKED

    def test_four_failures_lock_nothing_and_a_success_forgets_them(self, li: Staff) -> None:
        fail(4)
        success = try_password(PASSWORD)
        fail(4)

        assert success is Step.ACCEPTED
        assert try_password(PASSWORD) is Step.ACCEPTED

    def test_lock_ends_by_itself(self, li: Staff) -> None:
        fail(5)

        assert try_password(PASSWORD, at=AT + locks.LOCKED_FOR - timedelta(seconds=1)) is Step.LOCKED
        assert try_password(PASSWORD, at=AT + locks.LOCKED_FOR) is Step.ACCEPTED

    def test_failures_of_another_hour_do_not_count(self, li: Staff) -> None:
        fail(4)

        fail(1, at=AT + locks.WINDOW + timedelta(minutes=1))

        assert try_password(PASSWORD, at=AT + locks.WINDOW + timedelta(minutes=2)) is Step.ACCEPTED

    def test_login_that_nobody_has_locks_in_the_same_way(self, li: Staff) -> None:
        fail(4, login="nobody")

        assert try_password("wrong", login="nobody") is Step.LOCKED

    def test_address_that_tries_many_logins_is_locked_and_others_are_not(
        self, li: Staff, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(locks.FAILURES_ALLOWED, LockKind.ADDRESS, 3)
        for login in ("a", "b", "c"):
            fail(1, login=login)

        assert try_password(PASSWORD) is Step.LOCKED
        assert try_password(PASSWORD, address="10.0.0.8") is Step.ACCEPTED

    def test_administrator_unlocks(self, li: Staff, company: Company) -> None:
        company.add("admin", "ADMINISTRATOR")
        fail(5)

        people.unlock_person(actor=company.actor("admin"), login="li")

        assert try_password(PASSWORD) is Step.ACCEPTED

    def test_person_who_left_is_refused(self, li: Staff) -> None:
        Staff.objects.for_actor(SYSTEM).filter(pk=li.pk).update(active=False)

        assert try_password(PASSWORD) is Step.REFUSED


class TestTrail:
    def test_names_success_failure_and_lock(self, li: Staff) -> None:
        fail(5)
        try_password(PASSWORD, at=AT + timedelta(hours=1))

        assert list_acts() == [*["refused"] * 5, "locked", "accepted"]

    def test_keeps_nothing_of_a_login_that_nobody_has(self, li: Staff) -> None:
        try_password("wrong", login="hunter2-typed-one-field-too-early")

        record = UseCaseRecord.objects.for_actor(SYSTEM).get()
        assert (record.actor_login, record.facts) == ("unknown", {"cause": "password"})
        assert record.address == OFFICE


class TestSecondStep:
    @pytest.fixture
    def secret(self, li: Staff) -> str:
        secret = one_time_codes.begin_enrolment(staff=li, at=AT)
        code = pyotp.TOTP(secret).at(AT)
        self.codes = one_time_codes.confirm_enrolment(staff=li, one_time_code=code, at=AT)
        return secret

    def give(self, li: Staff, code: str, at: datetime) -> Step:
        return door.check_code(staff_id=li.pk, one_time_code=code, address=OFFICE, at=at).step

    def test_is_asked_for_only_once_the_first_code_was_right(self, li: Staff) -> None:
        one_time_codes.begin_enrolment(staff=li, at=AT)
        before = try_password(PASSWORD)

        with pytest.raises(CodeRefused):
            one_time_codes.confirm_enrolment(staff=li, one_time_code="000000", at=AT)

        assert before is Step.ACCEPTED
        assert try_password(PASSWORD) is Step.ACCEPTED

    def test_wants_a_code_of_now_and_takes_it_once(self, li: Staff, secret: str) -> None:
        later = AT + timedelta(minutes=5)
        code = pyotp.TOTP(secret).at(later)

        assert try_password(PASSWORD) is Step.CODE_WANTED
        assert self.give(li, code, later) is Step.ACCEPTED
        assert self.give(li, code, later) is Step.REFUSED

    @pytest.mark.parametrize("steps", [-2, 2])
    def test_refuses_a_code_of_another_minute(self, li: Staff, secret: str, steps: int) -> None:
        later = AT + timedelta(minutes=5)
        code = pyotp.TOTP(secret).at(later + timedelta(seconds=30 * steps))

        assert self.give(li, code, later) is Step.REFUSED

    @pytest.mark.parametrize("code", ["", "１２３４５６", "abc", "12345", "' or 1=1"])
    def test_refuses_what_is_no_code(self, li: Staff, secret: str, code: str) -> None:
        assert self.give(li, code, AT + timedelta(minutes=5)) is Step.REFUSED

    def test_recovery_code_opens_once(self, li: Staff, secret: str) -> None:
        assert len(self.codes) == one_time_codes.RECOVERY_CODES
        assert self.give(li, self.codes[0].upper(), AT) is Step.ACCEPTED
        assert self.give(li, self.codes[0], AT) is Step.REFUSED
        assert one_time_codes.count_recovery_codes(staff=li) == one_time_codes.RECOVERY_CODES - 1

    def test_wrong_codes_lock_like_wrong_passwords(self, li: Staff, secret: str) -> None:
        for _ in range(5):
            self.give(li, "000000", AT)

        assert self.give(li, self.codes[0], AT) is Step.LOCKED

    def test_secret_and_codes_are_not_readable_in_the_database(self, li: Staff, secret: str) -> None:
        stored = OneTimeCodeSource.objects.for_actor(SYSTEM).extra(select={"raw": "secret"}).values("raw").get()
        hashes = RecoveryCode.objects.for_actor(SYSTEM).values_list("code_hash", flat=True)

        assert secret.encode() not in bytes(stored["raw"])
        assert not set(self.codes) & set(hashes)


class TestPasswords:
    def test_are_hashed_by_argon2_at_its_full_cost(self, company: Company, settings: Any) -> None:
        # As in the service: everywhere else in the tests a password costs nothing.
        settings.PASSWORD_HASHERS = service_settings.PASSWORD_HASHERS
        li = company.add("li", "COUNTER_CLERK", company.east)

        assert service_settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.Argon2PasswordHasher"]
        assert li.password.startswith("argon2$argon2id$v=19$m=102400,t=2,p=8$")
        assert try_password(PASSWORD) is Step.ACCEPTED

    @pytest.mark.parametrize("password", ["short9", "password123", "1234567890123", "onlyletterslong", "li12345678"])
    def test_refuse_what_is_easily_guessed(self, company: Company, li: Staff, password: str) -> None:
        li.login = "li12345678"

        with pytest.raises(PasswordRefused):
            passwords.require_good_password(staff=li, password=password)

    def test_do_not_come_back_among_the_last_five(self, company: Company, li: Staff) -> None:
        actor = company.actor("li")
        chosen = [f"ein langes Kennwort {number}" for number in range(7)]
        for number, password in enumerate(chosen):
            own_account.change_own_password(
                actor=actor, person=li, password=password, session_key="", at=AT + timedelta(days=number)
            )

        for password in chosen[2:]:
            with pytest.raises(PasswordRefused):
                passwords.require_good_password(staff=li, password=password)
        passwords.require_good_password(staff=li, password=chosen[0])
        assert PasswordRecord.objects.for_actor(SYSTEM).filter(staff=li).count() == 5

    def test_leave_no_trace_of_themselves_in_the_trail(self, company: Company, li: Staff) -> None:
        own_account.change_own_password(
            actor=company.actor("li"), person=li, password="ein langes Kennwort 1", session_key="abc", at=AT
        )

        record = UseCaseRecord.objects.for_actor(SYSTEM).get()
        assert record.use_case == "administration.own_account.change_own_password"
        assert record.facts == {}

    def test_own_password_is_asked_again_and_failures_lock(self, company: Company, li: Staff) -> None:
        actor = company.actor("li")
        require_own_password(actor=actor, person=li, password=PASSWORD, at=AT)

        for _ in range(5):
            with pytest.raises(PasswordNotTheirs):
                require_own_password(actor=actor, person=li, password="wrong", at=AT)

        assert try_password(PASSWORD) is Step.LOCKED


class TestBrowser:
    def enter(self, login: str, password: str = PASSWORD) -> Client:
        client = Client()
        client.post("/login/", {"login": login, "password": password})
        return client

    def test_first_password_leads_to_its_change_before_every_page(self, company: Company) -> None:
        company.add("admin", "ADMINISTRATOR")
        given = people.add_person(actor=company.actor("admin"), login="neu", name="新人", unit_code="E")
        client = self.enter("neu", given.password)

        before = client.get("/")
        changed = client.post(
            "/administration/account/password/",
            {"old_password": given.password, "password": "mein eigenes Wort 7", "again": "mein eigenes Wort 7"},
        )

        assert before.headers["Location"] == "/administration/account/password/"
        assert changed.headers["Location"] == "/"
        assert client.get("/").status_code == 200
        assert try_password("mein eigenes Wort 7", login="neu") is Step.ACCEPTED

    def test_second_step_opens_no_page_before_the_code(self, li: Staff) -> None:
        now = SystemClock().now()
        secret = one_time_codes.begin_enrolment(staff=li, at=now)
        code = pyotp.TOTP(secret).at(now - timedelta(seconds=30))
        one_time_codes.confirm_enrolment(staff=li, one_time_code=code, at=now)
        client = self.enter("li")

        between = client.get("/")
        wrong = client.post("/login/code/", {"one_time_code": "000000"})
        right = client.post(
            "/login/code/", {"one_time_code": pyotp.TOTP(secret).at(SystemClock().now() + timedelta(seconds=30))}
        )

        assert between.status_code == 302
        assert wrong.status_code == 422
        assert right.headers["Location"] == "/"
        assert client.get("/").status_code == 200

    def test_code_page_without_a_password_leads_back(self, li: Staff) -> None:
        assert Client().get("/login/code/").headers["Location"] == "/login/"

    def test_sessions_are_listed_and_ended_by_their_owner(self, li: Staff) -> None:
        here, there = self.enter("li"), self.enter("li")
        now = SystemClock().now()

        listed = sessions.list_open_sessions(actor=SYSTEM, staff=li, at=now)
        here.post("/administration/account/sessions/")

        assert [one.address for one in listed] == ["127.0.0.1", "127.0.0.1"]
        assert here.get("/").status_code == 200
        assert there.get("/").status_code == 302

    def test_administrator_ends_one_session_of_a_person(self, company: Company, li: Staff) -> None:
        company.add("admin", "ADMINISTRATOR")
        first, second = self.enter("li"), self.enter("li")
        now = SystemClock().now()
        latest = sessions.list_open_sessions(actor=SYSTEM, staff=li, at=now)[0]

        ended = people.end_sessions_of_person(actor=company.actor("admin"), login="li", at=now, only=latest.pk)

        assert ended == 1
        assert (first.get("/").status_code, second.get("/").status_code) == (200, 302)

    def test_change_of_password_keeps_this_session_and_ends_the_others(self, li: Staff) -> None:
        here, there = self.enter("li"), self.enter("li")

        here.post(
            "/administration/account/password/",
            {"old_password": PASSWORD, "password": "mein eigenes Wort 7", "again": "mein eigenes Wort 7"},
        )

        assert (here.get("/").status_code, there.get("/").status_code) == (200, 302)
        open_now = sessions.list_open_sessions(actor=SYSTEM, staff=li, at=SystemClock().now())
        assert [one.session_key for one in open_now] == [here.session.session_key]

    def test_log_out_is_in_the_trail_and_off_the_list(self, li: Staff) -> None:
        client = self.enter("li")

        client.post("/logout/")

        assert list_acts() == ["accepted", "log_out"]
        assert sessions.list_open_sessions(actor=SYSTEM, staff=li, at=SystemClock().now()) == []

    def test_locked_login_is_told_so(self, li: Staff) -> None:
        client = Client()
        for _ in range(5):
            answer = client.post("/login/", {"login": "li", "password": "wrong"})

        assert answer.status_code == 422
        assert "失败次数过多" in answer.content.decode()
