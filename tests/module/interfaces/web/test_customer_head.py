"""The head of the customer's page and the tabs of what was dealt with: money, open work, calls once they are known."""

from collections.abc import Callable

import pytest
from tests.factories.once import built_once, fresh
from tests.factories.standing import NOW, TODAY, Standing, build, enter

from dianke.application.listings.customer_summary import Line, Summary, get_summary
from dianke.domain.credit.operations.facts import NewFact, load_facts
from dianke.domain.credit.types import FactType
from dianke.platform.identity.types import Actor, Grant

pytestmark = pytest.mark.django_db
RIGHTS = ("archive.view", "credit.view", "watching.view", "valuation.view", "orders.view", "contracts.view")
known = built_once(build)


@pytest.fixture
def standing(known: Standing, db: None) -> Standing:
    return fresh(known)


def summarise(standing: Standing, *rights: str) -> Summary:
    account = standing.account
    grants = frozenset(Grant(right, account.unit.path) for right in ("archive.view", *rights))
    actor = Actor(login="x", name="x", grants=grants, unit_path=account.unit.path)
    return get_summary(
        actor=actor, customer_id=account.customer_id, account_id=account.pk, unit_path=account.unit.path, today=TODAY
    )


class TestSummary:
    def test_says_what_is_open_to_whoever_may_see_it(self, standing: Standing) -> None:
        seen = summarise(standing, "watching.view", "valuation.view", "payments.view")

        assert len(seen.work[Line.WATCHED]) == 1
        assert len(seen.work[Line.APPEAL]) == 1
        assert (seen.open_fen, seen.overdue_fen, seen.prepaid_fen) == (0, 0, 0)

    def test_says_nothing_to_who_lacks_the_rights(self, standing: Standing) -> None:
        seen = summarise(standing)

        assert seen.open_fen is None
        assert set(seen.work) <= {Line.CALLS_KNOWN, Line.SATISFACTION_KNOWN}

    def test_costs_one_query(self, standing: Standing, django_assert_num_queries: Callable[..., object]) -> None:
        with django_assert_num_queries(1):
            summarise(standing, "watching.view", "payments.view", "orders.view", "credit.view")


class TestTabs:
    def test_of_calls_is_drawn_once_its_source_has_a_row(self, standing: Standing) -> None:
        client = enter(standing.archive.root, "tabs", *RIGHTS)
        address = f"/customers/accounts/{standing.number}/"
        before = client.get(address).content.decode()
        new = NewFact(
            unit_id=standing.account.customer.unit_id, customer_id=standing.account.customer_id,
            customer_account_id=standing.account.pk, type=FactType.REPAIR_CALL, on_date=TODAY, note="路灯不亮",
        )  # fmt: skip
        load_facts(new=[new], login="system", at=NOW)

        assert f"{address}calls/" not in before
        assert f"{address}calls/" in client.get(address).content.decode()
        assert "路灯不亮" in client.get(f"{address}calls/").content.decode()
        assert f"{address}satisfaction/" not in client.get(address).content.decode()

    @pytest.mark.parametrize("tab", ["contracts", "orders", "calls", "satisfaction"])
    def test_are_empty_rather_than_left_out(self, tab: str, standing: Standing) -> None:
        client = enter(standing.archive.root, "tabs", *RIGHTS)

        answer = client.get(f"/customers/accounts/{standing.number}/{tab}/")

        assert answer.status_code == 200
        assert 'class="nothing' in answer.content.decode()

    @pytest.mark.parametrize("tab", ["contracts", "orders", "calls", "satisfaction"])
    def test_say_what_right_is_missing(self, tab: str, standing: Standing) -> None:
        client = enter(standing.archive.root, "no-tabs", "archive.view")

        assert client.get(f"/customers/accounts/{standing.number}/{tab}/").status_code == 403


class TestTimeLine:
    def test_tells_of_what_accuses_to_nobody_without_the_right_and_tells_the_rest(self, standing: Standing) -> None:
        address = f"/customers/accounts/{standing.number}/time-line/"
        sees = ("archive.view", "credit.view", "watching.view", "care.view")
        root = standing.archive.root
        whole = enter(root, "whole", *sees, "credit.see_sensitive").get(address).content.decode()
        mild = enter(root, "mild", *sees).get(address).content.decode()
        narrow = enter(root, "narrow", "archive.view").get(address).content.decode()

        assert "窃电" in whole
        assert "窃电" not in mild
        assert "列入关注清单" in mild
        assert "列入关注清单" not in narrow
        assert "kind=credit" not in narrow

    def test_is_narrowed_to_a_kind_only_for_who_may_see_it(self, standing: Standing) -> None:
        address = f"/customers/accounts/{standing.number}/time-line/?kind=watching"
        narrow = enter(standing.archive.root, "narrow", "archive.view").get(address)

        assert "列入关注清单" not in narrow.content.decode()
