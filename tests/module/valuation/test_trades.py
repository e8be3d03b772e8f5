"""Growth of trades: a file of an office outside becomes an indicator by the closest code, and its source is shown."""

from datetime import date
from http import HTTPStatus
from pathlib import Path

import pytest
from django.test import Client
from tests.factories.billed import issue_homes
from tests.factories.once import built_once, fresh
from tests.factories.pages import PASSWORD
from tests.factories.paid import at_ten
from tests.factories.utility import Utility, add_clerk

from dianke.application import valuation
from dianke.application.imports.files import Limits
from dianke.application.imports.load_table import load_table
from dianke.application.imports.reading import read_bytes
from dianke.domain.customers.models import Customer
from dianke.domain.valuation.models import CustomerRating
from dianke.domain.valuation.operations.trades import add_trade_rows
from dianke.domain.valuation.rules.trades import TradeRow
from dianke.domain.valuation.types import Indicator
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing growth of trades")
MARCH = date(2026, 3, 1)
AT = at_ten(date(2026, 4, 6))
TITLES = "行业代码,年份,增长率(%),来源\n"


def build() -> Utility:
    """Return three homes with a bill of January each."""
    return issue_homes("1120", "1180", "1450")


homes = built_once(build)


@pytest.fixture
def utility(homes: Utility, settings: object, tmp_path: Path) -> Utility:
    settings.DATA_DIR = tmp_path  # type: ignore[attr-defined]
    return fresh(homes)


def give_trades(*codes: str) -> None:
    rows = Customer.objects.for_actor(SYSTEM).order_by("pk")
    for one, code in zip(rows.filter(merged_into=None), codes, strict=False):
        Customer.objects.for_actor(SYSTEM).filter(pk=one.pk).update(industry_code=code)


def load(tmp_path: Path, *rows: str) -> None:
    sheet = read_bytes((TITLES + "\n".join(rows)).encode(), Limits(size=1024 * 1024))
    load_table(actor=SYSTEM, table="trade-index", sheet=sheet, file_name="trades.csv", at=AT, data_dir=tmp_path)


def rate(month: date = MARCH) -> list[CustomerRating]:
    run = valuation.rate_month(actor=SYSTEM, month=month, at=AT)
    return list(CustomerRating.objects.for_actor(SYSTEM).filter(run=run).order_by("customer_id"))


def list_trades(found: list[CustomerRating]) -> list[int | None]:
    return [one.figures[Indicator.TRADE] for one in found]


class TestRating:
    def test_takes_the_closest_code_and_the_latest_year_that_was_over(self, utility: Utility, tmp_path: Path) -> None:
        give_trades("3391", "C3399", "5211")
        before = rate(date(2026, 2, 1))
        load(
            tmp_path, "33,2024,1.00,省统计局", "33,2025,2.50,省统计局", "C339,2025,-3.25,协会", "3391,2023,8,协会",
            "3311,2025,50,协会",
        )  # fmt: skip

        found = rate()

        assert list_trades(before) == [None] * 3
        assert list_trades(found) == [800, -325, None]
        assert [one.percentiles_e2[Indicator.TRADE] for one in found] == [10_000, 0, None]
        assert [now.coverage_e4 - then.coverage_e4 for now, then in zip(found, before, strict=True)][2] == 0
        assert all(now.coverage_e4 > then.coverage_e4 for now, then in zip(found[:2], before, strict=False))

    def test_knows_nothing_of_years_that_were_not_over_then(self, utility: Utility) -> None:
        give_trades("33", "3", "X")
        rows = [TradeRow("33", 2024, 250, "省统计局"), TradeRow("33", 2026, 900, "省统计局")]
        add_trade_rows(new=rows, login="wang", at=AT)

        assert list_trades(rate()) == [250, None, None]

    def test_is_what_it_was_without_rows(self, utility: Utility) -> None:
        give_trades("3391", "3391", "3391")

        assert list_trades(rate()) == [None] * 3


class TestTab:
    def test_names_the_source_or_says_that_no_row_fits(self, utility: Utility, tmp_path: Path) -> None:
        give_trades("3391", "5211", "")
        load(tmp_path, "33,2025,2.50,省统计局公报")
        found = rate()
        client = log_in(utility)

        pages = [read(client, one.customer.number) for one in found]

        assert "行业景气：行业 33，2025 年，来源：省统计局公报。" in pages[0]
        assert "2.5%" in pages[0]
        assert "行业景气：尚未导入行业 5211 或其上级行业的数据。" in pages[1]
        assert "行业景气：该客户没有行业代码。" in pages[2]

    def test_tells_what_was_loaded_after_the_rating(self, utility: Utility, tmp_path: Path) -> None:
        give_trades("3391")
        found = rate()
        load(tmp_path, "339,2025,2.50,省统计局公报")
        client = log_in(utility)

        assert "将在下次评定时计入" in read(client, found[0].customer.number)


def log_in(utility: Utility) -> Client:
    add_clerk(utility.root, "planner", ["valuation.view", "archive.view"])
    client = Client()
    client.post("/login/", {"login": "planner", "password": PASSWORD})
    return client


def read(client: Client, number: str) -> str:
    answer = client.get(f"/value/customers/{number}/", follow=True)
    assert answer.status_code == HTTPStatus.OK
    return str(answer.content.decode())
