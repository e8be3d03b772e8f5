"""The bill as paper: sums that add up, steps that give what is printed, drafts, and names that are only text."""

import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from tests.factories import pages
from tests.factories.pages import Office

from dianke.domain.billing.models import Bill, BillDraft
from dianke.domain.billing.queries import bills as bill_queries
from dianke.domain.billing.queries.frozen import get_basis
from dianke.domain.billing.rules import explain
from dianke.domain.billing.rules.explain import Explanation, Step
from dianke.interfaces.web.billing import paper

issued = True
NAMES = ["foundry", "mall", "kiosk", "printer", "workshop", "farm", "home"]


def open_bill(office: Office, bill: Bill) -> Explanation:
    lines = bill_queries.list_lines(actor=office.actor, bill_id=bill.id)
    return explain.explain_bill(basis=get_basis(bill), lines=explain.lines_of(lines))


def number(text: str) -> Decimal:
    return Decimal(text.replace(",", "").replace("−", "-"))


def compute(step: Step) -> Decimal:
    """Return what a step's expression and parts come to; what stands behind ≈ is where the parts go on from."""
    total = Decimal(0)
    expression = step.expression.rpartition("≈")[2] or step.expression
    for term in re.split(r" \+ ", expression) if expression else []:
        product = Decimal(1)
        for factor in term.split(" × "):
            product *= sum((number(piece) for piece in factor.replace(" − ", " + −").split(" + ")), Decimal(0))
        total += product
    return total + sum((number(part.value) for part in step.parts), Decimal(0))


def steps_of(explanation: Explanation, kind: str) -> list[tuple[Step, Decimal]]:
    return [
        (step, explained.line.quantity)
        for explained in explanation.lines
        for step in explained.steps
        if step.kind == kind
    ]


class TestSteps:
    @pytest.mark.parametrize("name", NAMES)
    def test_of_the_energy_give_the_printed_quantity(self, office: Office, name: str) -> None:
        explanation = open_bill(office, office.bill(name))

        settled = steps_of(explanation, "quantity")
        assert settled
        assert [(compute(step), number(step.result)) for step, _ in settled] == [
            (quantity, quantity) for _, quantity in settled
        ]

    @pytest.mark.parametrize("name", NAMES)
    def test_of_the_price_add_up_to_the_printed_price(self, office: Office, name: str) -> None:
        explanation = open_bill(office, office.bill(name))

        priced = [step for step, _ in steps_of(explanation, "price")]
        assert [compute(step) for step in priced] == [number(step.result) for step in priced]

    @pytest.mark.parametrize("name", NAMES)
    def test_compute_again_to_the_same_fen(self, office: Office, name: str) -> None:
        assert open_bill(office, office.bill(name)).differences == []

    def test_of_the_mall_name_sub_meters_and_the_dormitory(self, office: Office) -> None:
        (step, _), *_others = steps_of(open_bill(office, office.bill("mall")), "quantity")

        assert [(part.code, part.name) for part in step.parts] == [("sub_meters", ""), ("fixed_share", "职工宿舍")]

    def test_of_the_malls_power_factor_let_the_sub_meters_take_part(self, office: Office) -> None:
        ((active, _),) = steps_of(open_bill(office, office.bill("mall")), "active")

        # 625,620 metered; 5,398 of the kiosk are taken off and come back, 3,000 of the dormitory stay out.
        assert [part.value for part in active.parts] == ["620,222", "+5,398", "−3,000"]
        assert active.result == "622,620"

    def test_of_the_demand_above_the_band_are_doubled(self, office: Office) -> None:
        explanation = open_bill(office, office.bill("mall"))
        excess = next(one for one in explanation.lines if one.line.code == "basic.excess")

        # 0.4012 × 3,000 = 1,203.6 kW; 105 % of 900 kW is 945.
        assert [(step.kind, step.expression, step.result) for step in excess.steps] == [
            ("demand", "0.4012 × 3,000", "1,203.6"),
            ("contract", "max(900, 1,600 × 40%)", "900"),
            ("band", "900 × 1.05", "945"),
            ("excess", "1,203.6 − 945", "258.6"),
            ("excess_price", "42 × 2", "84"),
            ("amount", "258.6 × 84", "21,722.40"),
        ]

    def test_of_a_changed_ratio_stand_in_two_parts(self, office: Office) -> None:
        explanation = open_bill(office, office.bill("printer"))
        peak = next(one for one in explanation.lines if one.line.code == "energy.peak")

        assert (peak.start, peak.end) == ("", "")
        assert [step.expression for step in peak.steps if step.kind in {"advance", "multiplier"}] == [
            "3,210 − 3,184.62", "CT 150/5 × PT 10000/100", "3,232.47 − 3,210", "CT 100/5 × PT 10000/100",
        ]  # fmt: skip

    def test_of_losses_are_those_that_were_added(self, office: Office) -> None:
        explanation = open_bill(office, office.bill("workshop"))
        lost = {step.kind: number(step.result) for step in explanation.losses}
        added = sum(
            number(part.value)
            for step, _ in steps_of(explanation, "quantity")
            for part in step.parts
            if part.code == "transformer_loss"
        )

        assert lost["iron"] == Decimal(288)
        assert lost["iron"] + lost["copper"] == added

    def test_of_tiers_are_cut_at_the_limits_of_january(self, office: Office) -> None:
        explanation = open_bill(office, office.bill("home"))

        tiers = [step for step, _ in steps_of(explanation, "tier")]
        assert [(step.expression, step.result, step.about) for step in tiers] == [
            ("200", "200", "0/200"),
            ("400 − 200", "200", "200/400"),
            ("451 − 400", "51", "400/"),
        ]


class TestPaper:
    @pytest.mark.parametrize("name", NAMES)
    def test_adds_up_from_lines_over_groups_to_the_total(self, office: Office, name: str) -> None:
        bill = office.bill(name)

        groups = paper.lay_out(open_bill(office, bill), basis=get_basis(bill))

        for group in groups:
            own = [number(line.amount) for line in group.lines if not line.is_part]
            assert not own or sum(own) == group.amount
        assert sum(group.amount for group in groups) * 100 == bill.amount_fen

    def test_shows_funds_as_a_part_that_is_not_added(self, office: Office) -> None:
        bill = office.bill("foundry")

        groups = paper.lay_out(open_bill(office, bill), basis=get_basis(bill))

        (funds,) = [line for group in groups for line in group.lines if line.is_part]
        assert (funds.price, funds.amount) == ("0.045200", "28,278.02")
        assert sum(number(step.result) for step in funds.steps) == number(funds.amount)

    def test_page_says_it_in_words_of_the_trade(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/billing/bills/{office.bill('foundry').id}/").content.decode()

        for words in (
            "2026-01 电费账单", "已发行", "重算一致", "肆拾伍万肆仟玖佰叁拾元壹角贰分", "454,930.12",
            "容量电费", "16–18、20–24 时", "购电与上网线损", "0.595188", "标准 0.90，实际 0.93，调整 −0.45%",
            "(53,915.00 + 402,943.73 − 28,278.02) × −0.45%", "四舍五入到分", "不另加",
        ):  # fmt: skip
            assert words in page

    def test_page_of_a_home_names_its_tiers(self, office: Office, reviewer_pages: Client) -> None:
        page = reviewer_pages.get(f"/billing/bills/{office.bill('home').id}/").content.decode()

        for words in ("第 2 档加价", "201–400 kWh", "400 kWh 以上", "居民生活 单一制", "直接接入"):
            assert words in page

    def test_page_costs_the_same_queries_for_every_bill(
        self, office: Office, reviewer_pages: Client, django_assert_max_num_queries: Callable[..., object]
    ) -> None:
        reviewer_pages.get("/billing/runs/")

        for name in NAMES:
            # Three of them keep the bill among what was opened lately, two open its inputs and prices, one asks
            # for its corrections, one for the closing or hand-over that it is the bill of.
            with django_assert_max_num_queries(19):
                reviewer_pages.get(f"/billing/bills/{office.bill(name).id}/")


class TestReach:
    def test_bill_of_another_unit_is_not_found(self, office: Office, log_in: Callable[[str], Client]) -> None:
        answer = log_in(office.outsider).get(f"/billing/bills/{office.bill('foundry').id}/")

        assert answer.status_code == 404
        assert "454,930.12" not in answer.content.decode()

    def test_draft_of_another_unit_is_not_found(self, office: Office, log_in: Callable[[str], Client]) -> None:
        draft = BillDraft.objects.for_actor(office.actor).order_by("id").first()

        assert log_in(office.outsider).get(f"/billing/drafts/{draft.id}/").status_code == 404

    def test_draft_looks_like_the_bill(self, office: Office, reviewer_pages: Client) -> None:
        draft = BillDraft.objects.for_actor(office.actor).get(usage_point=office.points["foundry"])

        page = reviewer_pages.get(f"/billing/drafts/{draft.id}/").content.decode()

        assert "试算" in page
        assert "454,930.12" in page

    def test_number_that_is_no_bill_is_not_found(self, reviewer_pages: Client) -> None:
        assert reviewer_pages.get("/billing/bills/2601000000009999/").status_code == 404


def test_name_with_markup_is_shown_as_text(office: Office, reviewer_pages: Client) -> None:
    page = reviewer_pages.get(f"/billing/bills/{office.bill('foundry').id}/").content.decode()

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;铸造" in page


def test_name_with_sql_is_shown_as_text(office: Office, reviewer_pages: Client) -> None:
    page = reviewer_pages.get("/billing/bills/").content.decode()

    assert "=1+1&#x27;; drop table customers_customer; --" in page
    assert pages.FORMULA_NAME not in page
