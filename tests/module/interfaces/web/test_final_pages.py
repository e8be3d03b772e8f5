"""The pages of final bills: the form with its preview, the order, what the runs and the account say."""

from collections.abc import Iterator
from typing import Any

import pytest
from tests.factories import pages
from tests.factories import utility as factory
from tests.factories.months import exempt_everything
from tests.factories.pages import Office
from tests.module.interfaces.web.test_correction_pages import act, enter, read

from dianke.application import meter_to_cash
from dianke.domain.billing.models import Bill, BillDraft, BillRun, BillSuspicion, FinalBilling
from dianke.domain.metering.models import MeterInstallation
from dianke.kernel.clock import SystemClock

pytestmark = pytest.mark.django_db

NEW = "/billing/finals/new/"


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    with django_db_blocker.unblock(), pages.rolled_back():
        office = pages.build_office(issued=True)
        root = office.utility.root
        factory.add_clerk(root, "counter", [*pages.LOOKING, "billing.ask_final"])
        factory.add_clerk(root, "looker", pages.LOOKING)
        factory.add_clerk(root, "maker", [*pages.LOOKING, "billing.run", "billing.review"])
        factory.add_clerk(root, "chief", [*pages.LOOKING, "billing.issue"])
        yield office


@pytest.fixture(autouse=True)
def _undone(office: Office, db: None) -> None:
    """Undo what a test does."""


def fill(office: Office, **changes: str) -> dict[str, str]:
    """Return the form of the home, whose meter showed 1450 at the end of January."""
    installation = MeterInstallation.objects.for_actor(office.actor).get(
        usage_point_id=office.bill("home").usage_point_id
    )
    return {
        "kind": "CLOSING",
        "final_date": "2026-02-11",
        "reason": "搬离本市",
        f"r-{installation.pk}-total": "1500",
        "act": "preview",
        **changes,
    }


def address_of(office: Office) -> str:
    return f"{NEW}{office.bill('home').account_number}/"


class TestForm:
    def test_shows_each_register_with_its_last_reading(self, office: Office) -> None:
        text = read(enter("counter"), address_of(office) + "?on=2026-02-11")

        assert "1,450.63 on 2026-02-01" in text

    def test_shows_what_it_comes_to_and_stores_nothing(self, office: Office) -> None:
        answer = enter("counter").post(address_of(office), fill(office))

        text = answer.content.decode()
        assert answer.status_code == 200
        assert 'id="preview"' in text
        assert 'name="seen_fen"' in text
        assert not FinalBilling.objects.for_actor(office.actor).exists()

    def test_a_refusal_stands_on_the_form_with_its_remedy(self, office: Office) -> None:
        answer = enter("counter").post(address_of(office), fill(office, final_date="2026-01-20"))

        assert answer.status_code == 422
        assert "it was billed to this day or further" in answer.content.decode()

    def test_figures_that_changed_since_the_preview_are_not_asked_for(self, office: Office) -> None:
        answer = enter("counter").post(address_of(office), fill(office, act="ask", seen_fen="1"))

        assert answer.status_code == 422
        assert not FinalBilling.objects.for_actor(office.actor).exists()

    def test_only_who_holds_the_right_may_ask(self, office: Office) -> None:
        assert enter("looker").get(address_of(office)).status_code == 403


class TestOrder:
    def test_is_asked_reviewed_issued_and_read_on_the_account(self, office: Office) -> None:
        answer = enter("counter").post(address_of(office), fill(office, act="ask"), follow=True)
        final = FinalBilling.objects.for_actor(office.actor).get()
        run = BillRun.objects.for_actor(office.actor).get(pk=final.run_id)
        exempt_everything(actor=act("maker"), run=run)
        meter_to_cash.issue_run(actor=act("chief"), number=run.number, at=SystemClock().now())

        account = read(enter("looker"), f"/customers/accounts/{final.account.number}/bills/")
        board = read(enter("maker"), f"/billing/runs/{run.number}/")
        order = read(enter("looker"), f"/billing/finals/{final.pk}/")

        assert final.number in answer.content.decode()
        assert "Final bill" in account
        assert final.number in board
        assert "搬离本市" in order
        bill = Bill.objects.for_actor(office.actor).get(run_id=run.pk)
        text = read(enter("looker"), f"/billing/bills/{bill.pk}/")
        assert "2026-02 final bill" in text
        assert "Final bill: the account is closed on 2026-02-11 and billed up to the day before:" in text
        assert f'href="/billing/finals/{final.pk}/">{final.number}</a>' in text

    def test_its_draft_says_what_it_ends(self, office: Office) -> None:
        enter("counter").post(address_of(office), fill(office, act="ask"))
        final = FinalBilling.objects.for_actor(office.actor).get()
        draft = BillDraft.objects.for_actor(office.actor).get(run_id=final.run_id)

        text = read(enter("maker"), f"/billing/drafts/{draft.pk}/")

        assert "Final bill: the account is closed on 2026-02-11" in text
        assert f'href="/billing/finals/{final.pk}/">{final.number}</a>' in text

    def test_is_withdrawn_by_who_asked(self, office: Office) -> None:
        enter("counter").post(address_of(office), fill(office, act="ask"))
        final = FinalBilling.objects.for_actor(office.actor).get()

        enter("counter").post(f"/billing/finals/{final.pk}/withdraw/")

        final.refresh_from_db()
        assert final.state == "WITHDRAWN"
        assert "Withdrawn" in read(enter("counter"), f"/billing/finals/{final.pk}/")


class TestBoard:
    def test_offers_to_hold_back_what_the_review_asks_to_correct(self, office: Office) -> None:
        enter("counter").post(address_of(office), fill(office, act="ask"))
        run = FinalBilling.objects.for_actor(office.actor).get().run
        BillSuspicion(
            run=run,
            shard_number=1,
            usage_point_id=office.bill("home").usage_point_id,
            bill_id=1,
            code="zero_use",
            severity="HIGH",
            state="CORRECTION_ASKED",
            reason="核对",
            decided_by="maker",
        ).save()

        text = read(enter("maker"), f"/billing/runs/{run.number}/")

        assert f"/billing/runs/{run.number}/hold/" in text
