"""The head of the customer's page says what the books leave open."""

from datetime import date

from tests.factories.pages import Office
from tests.factories.standing import enter

from dianke.application.listings.customer_summary import get_summary

issued = True


class TestOpenBills:
    def test_are_what_the_books_leave_open(self, office: Office) -> None:
        account = office.points["printer"].account
        due = date(2099, 1, 1)

        seen = get_summary(
            actor=office.actor, customer_id=account.customer_id, account_id=account.pk, unit_path=account.unit.path,
            today=due,
        )  # fmt: skip

        assert seen.open_fen == 36_528_269
        assert seen.overdue_fen == seen.open_fen

    def test_stand_in_the_head_with_their_page(self, office: Office) -> None:
        teller = enter(office.utility.root, "teller", "archive.view", "payments.view")

        page = teller.get(f"/customers/accounts/{office.account('printer')}/").content.decode()

        assert "未结电费 365,282.69 元" in page
