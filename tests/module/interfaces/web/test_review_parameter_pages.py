"""What the review measures by in the browser: defaults, values of a class, values of a unit and who set them."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.factories import utility as factory
from tests.factories.pages import LOOKING, Office

from dianke.domain.billing.models import ReviewParameter, ReviewParameterProposal

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
    homes = read(reviewer_pages, "?on=2024-12-31&class=RESIDENTIAL")
    everybody = read(reviewer_pages, "?on=2024-12-31")

    assert "连续账单数 6 本类别专用" in homes
    assert "连续账单数 3 居民生活 6" in everybody


def test_older_default_holds_on_an_older_day(office: Office, reviewer_pages: Client) -> None:
    assert "工商业均应执行 否" in read(reviewer_pages, "?on=2020-01-01")
    assert "工商业均应执行 是" in read(reviewer_pages, "?on=2024-01-01")


def test_tells_who_set_a_value_of_a_unit_and_since_when(
    office: Office, own_values: ReviewParameter, reviewer_pages: Client
) -> None:
    before, after = read(reviewer_pages, "?on=2025-12-31"), read(reviewer_pages, "?on=2026-01-01&class=RESIDENTIAL")

    assert "连续账单数 3 " in before
    assert "连续账单数 3 居民生活" not in before
    assert f"连续账单数 5 {own_values.unit.name} 自 2026-01-01 起" in after
    assert "空置房多" in after


@pytest.mark.parametrize("query", ["?on=gestern", "?on=0001-01-01", "?class=NONE", "?unit=NONE"])
def test_what_cannot_be_read_shows_the_usual(office: Office, reviewer_pages: Client, query: str) -> None:
    assert reviewer_pages.get(f"{ADDRESS}{query}").status_code == 200


def test_is_reached_from_the_review(office: Office, reviewer_pages: Client) -> None:
    page = reviewer_pages.get(f"/billing/runs/{office.run.number}/review/").content.decode()

    assert f"{ADDRESS}?on=2026-01-01" in page


class TestProposing:
    """A proposal in the browser, from the form to the decision."""

    @pytest.fixture
    def proposer(self, office: Office, log_in: LogIn) -> Client:
        """Return the browser of who proposes."""
        factory.add_clerk(office.utility.root, "YZ3", [*LOOKING, "billing.set_review"])
        return log_in("YZ3")

    @pytest.fixture
    def approver(self, office: Office, log_in: LogIn) -> Client:
        """Return the browser of who approves."""
        factory.add_clerk(office.utility.root, "YZ4", [*LOOKING, "billing.approve_review"])
        return log_in("YZ4")

    @staticmethod
    def fill_in(office: Office, **other: str) -> dict[str, str]:
        """Return what the form of the rule of empty homes sends."""
        tomorrow = timezone.localdate() + timedelta(days=1)
        given = {"rule": "zero_use", "class": "RESIDENTIAL", "unit": office.utility.root.code, "value-cycles": "9"}
        return {**given, "from_date": tomorrow.isoformat(), "reason": "老城区空置房多", **other}

    @staticmethod
    def rows(office: Office) -> list[tuple[str, str, dict[str, object]]]:
        """Return the proposals as they are stored."""
        found = ReviewParameterProposal.objects.for_actor(office.actor).order_by("id")
        return [(one.code, one.state, one.values) for one in found]

    def test_form_shows_the_values_in_force_in_their_units(self, office: Office, proposer: Client) -> None:
        words = read(proposer, "propose/?rule=price_out_of_range&class=RESIDENTIAL")

        assert "最低均价 (元/kWh) 现为 0.3000 元/kWh" in words
        assert "最高均价 (元/kWh) 现为 1.1000 元/kWh" in words

    def test_goes_from_one_person_to_another_and_is_in_force_then(
        self, office: Office, proposer: Client, approver: Client
    ) -> None:
        sent = proposer.post(f"{ADDRESS}propose/", self.fill_in(office))
        home = approver.get("/").content.decode()
        shown = " ".join(re.sub(r"<[^>]+>", " ", approver.get(sent["Location"]).content.decode()).split())
        approver.post(f"{sent['Location']}approve/", {"reason": ""})
        tomorrow = timezone.localdate() + timedelta(days=1)

        assert self.rows(office) == [("zero_use", "APPROVED", {"cycles": 9})]
        assert sent["Location"] in home
        assert "连续账单数 3 9" in shown
        assert "连续账单数 9" in read(approver, f"?on={tomorrow}&class=RESIDENTIAL")
        assert "连续账单数 3 " in read(approver, f"?on={timezone.localdate()}&class=RESIDENTIAL")
        assert "已审批的参数" in read(approver)

    def test_who_proposed_sees_no_button_to_approve_and_may_take_it_back(
        self, office: Office, proposer: Client
    ) -> None:
        address = proposer.post(f"{ADDRESS}propose/", self.fill_in(office))["Location"]

        page = proposer.get(address).content.decode()
        forbidden = proposer.post(f"{address}approve/").status_code
        proposer.post(f"{address}take-back/")

        assert "参数由您提交，须由另一人审批" in page
        assert f"{address}approve/" not in page
        assert forbidden == 403
        assert self.rows(office) == [("zero_use", "WITHDRAWN", {"cycles": 9})]

    def test_refusal_wants_a_reason_and_is_shown_in_words(
        self, office: Office, proposer: Client, approver: Client
    ) -> None:
        address = proposer.post(f"{ADDRESS}propose/", self.fill_in(office))["Location"]

        told = approver.post(f"{address}reject/", {"reason": ""}, follow=True).content.decode()
        approver.post(f"{address}reject/", {"reason": "样本太少"})

        assert "“连续多期零电量”的参数提交保持不变：退回须写明原因" in told
        assert self.rows(office) == [("zero_use", "REJECTED", {"cycles": 9})]
        assert "样本太少" in approver.get(address).content.decode()

    @pytest.mark.parametrize(
        ("other", "told"),
        [
            ({"value-cycles": "-1"}, "大于或等于0"),
            ({"value-cycles": "许多"}, "输入整数"),
            ({"value-cycles": ""}, "未填写任何值"),
            ({"from_date": "2026-01-01"}, "该日期已过"),
            ({"reason": ""}, "请填写原因"),
            ({"rule": "class_against_industry", "value-allowed": "C33"}, "行业列表写两位代码"),
            ({"rule": "price_out_of_range", "value-low_e4": "2.5"}, "最低均价高于最高均价"),
            ({"rule": "jump_last_month", "value-down_percent": "101"}, "比例不超过 100%"),
        ],
    )
    def test_what_cannot_be_read_or_hold_is_refused_in_words(
        self, office: Office, proposer: Client, other: dict[str, str], told: str
    ) -> None:
        answer = proposer.post(f"{ADDRESS}propose/", self.fill_in(office, **other))

        assert answer.status_code == 422
        assert told in answer.content.decode()
        assert self.rows(office) == []

    def test_prices_and_lists_of_trades_are_kept_as_the_rules_read_them(self, office: Office, proposer: Client) -> None:
        proposer.post(
            f"{ADDRESS}propose/",
            self.fill_in(office, rule="price_out_of_range", **{"value-low_e4": "0.25", "value-least_kwh": "30"}),
        )
        proposer.post(
            f"{ADDRESS}propose/",
            self.fill_in(
                office, rule="class_against_industry", **{"value-allowed": "00、70，95–96", "value-is_on": "0"}
            ),
        )
        proposer.post(
            f"{ADDRESS}propose/",
            self.fill_in(office, rule="two_part_not_charged", **{"value-keeps_until_day": "2023-06-30"}),
        )

        assert [values for _, _, values in self.rows(office)] == [
            {"low_e4": 2500, "least_kwh": 30},
            {"allowed": ["00", "70", "95-96"], "is_on": 0},
            {"keeps_until_day": 20230630},
        ]

    def test_of_another_unit_is_not_found(self, office: Office, proposer: Client, log_in: LogIn) -> None:
        address = proposer.post(f"{ADDRESS}propose/", self.fill_in(office))["Location"]

        assert log_in(office.outsider).get(address).status_code == 404

    def test_of_a_rule_that_is_no_more_is_still_shown(self, office: Office, proposer: Client) -> None:
        row = ReviewParameterProposal(
            unit=office.utility.root,
            code="gone_rule",
            from_date=date(2025, 6, 1),
            values={"cycles": 4},
            reason="旧规则",
            proposed_by="YZ3",
            proposed_at=datetime(2025, 5, 1, tzinfo=UTC),
        )
        row.save()

        assert "连续账单数 – 4" in read(proposer, f"proposals/{row.pk}/")
