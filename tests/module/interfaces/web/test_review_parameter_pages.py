"""What the review measures by in the browser: defaults, values of a class, values of a unit and who set them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.test import Client
from tests.factories.pages import Office

from dianke.domain.billing.models import ReviewParameter

LogIn = Callable[[str], Client]
ADDRESS = "/billing/review/parameters/"


def read(client: Client, query: str = "") -> str:
    page = client.get(f"{ADDRESS}{query}").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def own_values(office: Office) -> ReviewParameter:
    """The utility of the office waits for five bills of nothing at homes, from 2026 on."""
    row = ReviewParameter(
        unit=office.run.unit,
        code="zero_use",
        usage_class="RESIDENTIAL",
        from_date=date(2026, 1, 1),
        values={"cycles": 5},
        reason="空置房多",
        set_by="somebody",
        set_at=datetime(2026, 1, 5, tzinfo=UTC),
    )
    row.save()
    return row


def test_shows_every_default_with_source_and_day(office: Office, reviewer_pages: Client) -> None:
    words = read(reviewer_pages, "?on=2026-02-01")

    assert "连续多期零电量 AR-Q01 连续账单数 3" in words
    assert "5,000" not in words
    assert "功率因数标准与类别不符" in words
    assert "没有单位自设参数" in words


def test_of_a_class_are_the_values_of_the_class(office: Office, reviewer_pages: Client) -> None:
    homes = read(reviewer_pages, "?class=RESIDENTIAL")
    everybody = read(reviewer_pages)

    assert "连续账单数 6 本类别专用" in homes
    assert "连续账单数 3 居民生活 6" in everybody


def test_older_default_holds_on_an_older_day(office: Office, reviewer_pages: Client) -> None:
    assert "工商业均应执行 否" in read(reviewer_pages, "?on=2020-01-01")
    assert "工商业均应执行 是" in read(reviewer_pages, "?on=2024-01-01")


def test_tells_who_set_a_value_of_a_unit_and_since_when(
    office: Office, own_values: ReviewParameter, reviewer_pages: Client
) -> None:
    before, after = read(reviewer_pages, "?on=2025-12-31"), read(reviewer_pages, "?on=2026-01-01&class=RESIDENTIAL")

    assert "连续账单数 3 居民生活 6" in before
    assert f"连续账单数 5 {own_values.unit.name} 自 2026-01-01 起" in after
    assert "空置房多" in after


@pytest.mark.parametrize("query", ["?on=gestern", "?on=0001-01-01", "?class=NONE", "?unit=NONE"])
def test_what_cannot_be_read_shows_the_usual(office: Office, reviewer_pages: Client, query: str) -> None:
    assert reviewer_pages.get(f"{ADDRESS}{query}").status_code == 200


def test_is_reached_from_the_review(office: Office, reviewer_pages: Client) -> None:
    page = reviewer_pages.get(f"/billing/runs/{office.run.number}/review/").content.decode()

    assert f"{ADDRESS}?on=2026-01-01" in page
