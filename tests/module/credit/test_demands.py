"""What a lower grade asks for is work of the right post; the customer is written to, by message and letter."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from tests.factories.archive import Archive, actor_of, add_account, build_archive
from tests.factories.rows import RowFactory
from tests.factories.utility import add_clerk

from dianke.application import credit
from dianke.application.credit.demands import find_answer
from dianke.domain.credit.models import CreditRun, CreditScore, GradeDemand, GradeNotice
from dianke.domain.credit.operations.demands import DemandNotMet, DemandOutOfState
from dianke.domain.credit.operations.facts import ReasonMissing
from dianke.domain.credit.operations.objections import NoticeOutOfState
from dianke.domain.credit.operations.scores import end_run
from dianke.domain.credit.rules.notices import NoticeTextsUnreadable, get_notice_texts, read_notice_texts
from dianke.domain.customers.models import Contact, Customer, CustomerAccount
from dianke.domain.customers.operations import put_credit_grades, put_value_classes
from dianke.domain.fee_control.models import ControlAgreement
from dianke.domain.receivables.models import Guarantee
from dianke.kernel.clock import SHANGHAI
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 11, 10, tzinfo=SHANGHAI)
SYSTEM = Actor.system("testing")
PASSWORD = "correct horse battery"
SEES = ("credit.view", "archive.view")


@pytest.fixture
def archive() -> Archive:
    cache.clear()
    return build_archive()


def fall(customer: Customer, before: str, after: str, *, kind: str = "POWER", at: datetime = AT) -> None:
    """Let a run end that saw a customer fall to a grade."""
    put_credit_grades(customer_ids=[customer.pk], grades=[after])
    rows = RowFactory(customer.unit)
    run, score = rows.make(CreditRun), rows.make(CreditScore)
    CreditScore.objects.for_actor(SYSTEM).filter(pk=score.pk).update(
        run=run, items_e2=[3000, 2000, 0, 1000, 250, 250], as_of_date=at.date(), customer=customer,
        grade_before=before, grade=after, steps=-1, kind=kind,
        reasons=[{"item": "law", "rule": "CR-5.1", "points": "-30", "fact": {"type": "theft", "on": "2026-02-03"}}],
    )  # fmt: skip
    end_run(run=run, at=at)


def list_demands(customer: Customer) -> list[tuple[str, str, str]]:
    rows = GradeDemand.objects.for_actor(SYSTEM).filter(customer=customer).order_by("id")
    return list(rows.values_list("measure", "grade", "state"))


def worker(archive: Archive, *rights: str) -> Actor:
    return actor_of(archive.east, "credit.view", *rights)


def guarantee_of(account: CustomerAccount, *, until: date | None = None) -> Guarantee:
    """Let a bank guarantee for an account, a year long unless said."""
    last = until or AT.date() + timedelta(days=365)
    held: Guarantee = Guarantee.objects.for_actor(SYSTEM).create(
        account=account, kind="BANK", guarantor="工行", reference=f"BH-{account.pk}", amount_fen=100_000,
        valid_from_date=last - timedelta(days=700), valid_until_date=last, recorded_by="x", recorded_at=AT,
    )  # fmt: skip
    return held


def control_of(account: CustomerAccount) -> ControlAgreement:
    """Put an account under control of its balance, by two persons."""
    made: ControlAgreement = ControlAgreement.objects.for_actor(SYSTEM).create(
        unit=account.unit, account=account, kind="PREPAID", notice_fen=3, warning_fen=2, stop_fen=1,
        signed_on=AT.date(), period=DateRange(AT.date() - timedelta(days=1), None), state="APPROVED",
        proposed_by="a", proposed_at=AT, decided_by="b", decided_at=AT,
    )  # fmt: skip
    return made


class TestDemands:
    def test_come_with_the_grade_and_lapse_with_it(self, archive: Archive) -> None:
        customer = add_account(archive).customer
        fall(customer, "A", "C")

        assert list_demands(customer) == [
            ("INSTALMENTS", "C", "OPEN"), ("PREPAY_OR_DEPOSIT", "C", "OPEN"), ("WEEKLY_READING", "C", "OPEN"),
        ]  # fmt: skip
        fall(customer, "C", "D", at=AT + timedelta(days=31))
        assert list_demands(customer) == [
            ("INSTALMENTS", "C", "LAPSED"), ("PREPAY_OR_DEPOSIT", "C", "LAPSED"), ("WEEKLY_READING", "C", "LAPSED"),
            ("FEE_CONTROL", "D", "OPEN"), ("GUARANTEE", "D", "OPEN"),
        ]  # fmt: skip

    def test_households_and_grades_that_ask_for_nothing_make_no_work(self, archive: Archive) -> None:
        home, firm = add_account(archive).customer, add_account(archive, name="李明").customer
        fall(home, "AA", "D", kind="LIGHTING")
        fall(firm, "AAA", "B")

        assert (list_demands(home), list_demands(firm)) == ([], [])
        assert GradeNotice.objects.for_actor(SYSTEM).count() == 2

    def test_are_done_by_who_may_do_them_once_and_with_words(self, archive: Archive) -> None:
        account = add_account(archive)
        customer = account.customer
        fall(customer, "A", "D")
        guarantee_of(account)
        control, guarantee = GradeDemand.objects.for_actor(SYSTEM).order_by("measure")

        with pytest.raises(PermissionRefused):
            credit.finish_demand(actor=worker(archive, "fee_control.agree"), key=guarantee.pk, reason="已办", at=AT)
        with pytest.raises(ReasonMissing):
            credit.decline_demand(actor=worker(archive, "agreements.propose"), key=guarantee.pk, reason=" ", at=AT)
        credit.finish_demand(actor=worker(archive, "agreements.propose"), key=guarantee.pk, reason="保函已收", at=AT)
        credit.decline_demand(actor=worker(archive, "fee_control.agree"), key=control.pk, reason="表计不支持", at=AT)
        with pytest.raises(DemandOutOfState):
            credit.finish_demand(actor=worker(archive, "agreements.propose"), key=guarantee.pk, reason="再办", at=AT)

        found = GradeDemand.objects.for_actor(SYSTEM).order_by("measure").values_list("state", "result")
        assert list(found) == [
            ("DECLINED", "表计不支持"),
            ("DONE", f"保函已收 ({Guarantee.objects.for_actor(SYSTEM).get().number})"),
        ]

    def test_are_not_done_while_nothing_of_it_is_in_force(self, archive: Archive) -> None:
        account = add_account(archive)
        fall(account.customer, "A", "D")
        demand = GradeDemand.objects.for_actor(SYSTEM).get(measure="GUARANTEE")
        guarantee_of(account, until=AT.date() - timedelta(days=1))

        with pytest.raises(DemandNotMet):
            credit.finish_demand(actor=worker(archive, "agreements.propose"), key=demand.pk, reason="已办", at=AT)
        assert credit.settle_demands(actor=SYSTEM, at=AT) == 0
        assert GradeDemand.objects.for_actor(SYSTEM).get(pk=demand.pk).state == "OPEN"

    def test_are_done_by_the_night_once_they_are_met(self, archive: Archive) -> None:
        account = add_account(archive)
        fall(account.customer, "A", "D")
        held = guarantee_of(account)

        assert credit.settle_demands(actor=SYSTEM, at=AT) == 1
        assert credit.settle_demands(actor=SYSTEM, at=AT) == 0

        found = GradeDemand.objects.for_actor(SYSTEM).order_by("measure").values_list("measure", "state", "result")
        assert list(found) == [("FEE_CONTROL", "OPEN", ""), ("GUARANTEE", "DONE", held.number)]

    def test_of_several_accounts_want_each_under_control_but_one_guarantee(self, archive: Archive) -> None:
        account = add_account(archive)
        customer = account.customer
        other = add_account(archive)
        CustomerAccount.objects.for_actor(SYSTEM).filter(pk=other.pk).update(customer=customer)
        fall(customer, "A", "D")
        control = GradeDemand.objects.for_actor(SYSTEM).get(measure="FEE_CONTROL")

        control_of(account)
        assert find_answer(demand=control, on=AT.date()) == ""
        control_of(other)
        assert find_answer(demand=control, on=AT.date())

    def test_of_another_unit_are_not_there(self, archive: Archive) -> None:
        fall(add_account(archive, unit=archive.west).customer, "A", "D")
        demand = GradeDemand.objects.for_actor(SYSTEM).first()
        assert demand is not None

        with pytest.raises(Exception, match="there is no measure"):
            credit.finish_demand(actor=worker(archive, "agreements.propose"), key=demand.pk, reason="x", at=AT)


class TestNotice:
    def test_is_written_once_within_the_hours_of_the_contact(self, archive: Archive, settings: Any) -> None:
        customer = add_account(archive).customer
        Contact(
            customer=customer, name="周", role="BILLING", phone="13900001111", quiet_from=time(9), quiet_until=time(15),
            period=customers_since(customer),
        ).save()  # fmt: skip
        fall(customer, "A", "D")
        notice = GradeNotice.objects.for_actor(SYSTEM).get()
        manager = worker(archive, "credit.manage")

        first = credit.send_notice(actor=manager, key=notice.pk, at=AT)
        again = credit.send_notice(actor=manager, key=notice.pk, at=AT)

        message = Message.objects.for_actor(SYSTEM).get(source=f"credit:{notice.pk}")
        assert first.message_id == again.message_id == message.pk
        assert (message.wait_reason, message.due_at) == ("OWN_HOURS", AT.replace(hour=15))
        assert "由A级调整为D级" in message.text
        # What it accuses of stands in the letter alone.
        assert "窃电" not in message.text
        assert first.state == "OPEN"

        told_on = notice.as_of_date
        credit.record_told(actor=manager, key=notice.pk, told_on=told_on, how="送达书面告知", at=AT)
        with pytest.raises(NoticeOutOfState):
            credit.send_notice(actor=manager, key=notice.pk, at=AT)

    def test_goes_by_the_channel_that_the_table_names_for_the_class(self, archive: Archive, settings: Any) -> None:
        settings.EMAIL_HOST = "mail.example.test"
        manager, channels = worker(archive, "credit.manage"), []
        for value_class in ("VIP", "SMALL"):
            customer = add_account(archive).customer
            put_value_classes(customer_ids=[customer.pk], classes=[value_class], service_table="FW-2020")
            Contact(
                customer=customer, name="周", role="BILLING", phone="13900001111", email="zhou@example.test",
                period=customers_since(customer),
            ).save()  # fmt: skip
            fall(customer, "A", "D")
            notice = GradeNotice.objects.for_actor(SYSTEM).get(customer=customer)
            credit.send_notice(actor=manager, key=notice.pk, at=AT)
            channels.append(Message.objects.for_actor(SYSTEM).get(source=f"credit:{notice.pk}").channel)

        assert channels == ["SMS", "EMAIL"]

    def test_letter_needs_the_right_to_see_what_accuses(self, archive: Archive) -> None:
        fall(add_account(archive).customer, "A", "D")
        notice = GradeNotice.objects.for_actor(SYSTEM).get()
        facts: dict[str, Any] = {"key": notice.pk, "reasons": [("2026-02-03", "窃电", "−30")], "measures": ["担保"]}

        with pytest.raises(PermissionRefused):
            credit.write_notice_letter(actor=worker(archive, "credit.manage"), at=AT, **facts)
        letter = credit.write_notice_letter(
            actor=worker(archive, "credit.manage", "credit.see_sensitive"), at=AT, **facts
        )

        assert letter.startswith(b"%PDF")

    @pytest.mark.parametrize("text", ["no", 'schema = "x"', 'schema = "credit-notices/v1"\nversion = []'])
    def test_texts_that_cannot_be_read_are_refused(self, text: str) -> None:
        with pytest.raises(NoticeTextsUnreadable):
            read_notice_texts(text)
        assert get_notice_texts(on=AT.date()).subject


def customers_since(customer: Customer) -> Any:
    return DateRange(customer.since_date, None)


Browse = Callable[..., Client]


@pytest.fixture
def browse(archive: Archive) -> Browse:
    """Return a function that opens the browser of a person with rights at the eastern station."""

    def open_browser(login: str, *rights: str) -> Client:
        add_clerk(archive.east, login, list(rights))
        client = Client()
        client.post("/login/", {"login": login, "password": PASSWORD})
        return client

    return open_browser


class TestPages:
    def test_work_stands_with_the_right_post_and_is_done_there(self, archive: Archive, browse: Browse) -> None:
        account = add_account(archive)
        fall(account.customer, "A", "D")
        demand = GradeDemand.objects.for_actor(SYSTEM).get(measure="GUARANTEE")
        manager, planner = browse("YZ1", *SEES, "agreements.propose"), browse("YZ2", *SEES, "readings.plan")

        assert demand.number in manager.get("/").content.decode()
        assert demand.number not in planner.get("/").content.decode()
        assert demand.number in planner.get("/credit/measures/?state=OPEN").content.decode()
        page = f"/credit/measures/{demand.pk}/"
        assert 'id="finish"' in manager.get(page).content.decode()
        assert 'id="finish"' not in planner.get(page).content.decode()
        assert planner.post(f"{page}end/", {"decision": "done", "reason": "x"}).status_code == 403
        manager.post(f"{page}end/", {"decision": "done", "reason": "无据"})
        assert GradeDemand.objects.for_actor(SYSTEM).get(pk=demand.pk).state == "OPEN"
        held = guarantee_of(account)
        assert held.number in manager.get(page).content.decode()
        manager.post(f"{page}end/", {"decision": "done", "reason": "保函已收"})
        assert "保函已收" in manager.get(page).content.decode()
        assert demand.number in manager.get(f"/customers/accounts/{account.number}/credit/").content.decode()

    def test_letter_and_message_are_made_from_the_page(self, archive: Archive, browse: Browse) -> None:
        account = add_account(archive)
        fall(account.customer, "A", "D")
        notice = GradeNotice.objects.for_actor(SYSTEM).get()
        keeper = browse("YZ3", *SEES, "credit.manage", "credit.see_sensitive")

        answer = keeper.get(f"/credit/notices/{notice.pk}/letter/")
        keeper.post(f"/credit/notices/{notice.pk}/send/")

        assert answer["Content-Type"] == "application/pdf"
        # Nobody's number is known: the message is held for a person.
        assert Message.objects.for_actor(SYSTEM).get(source=f"credit:{notice.pk}").hold_reason == "no_address"
        page = keeper.get(f"/customers/accounts/{account.number}/credit/").content.decode()
        assert f"/credit/notices/{notice.pk}/letter/" in page
        assert f"/credit/notices/{notice.pk}/send/" not in page
