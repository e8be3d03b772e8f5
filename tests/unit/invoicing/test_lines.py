"""Tax inside amounts, lines of invoices, and what red letters take back: to the fen, in however many parts."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dianke.domain.invoicing.rules.lines import UnableToTakeBack, draft_lines, draft_red_lines
from dianke.domain.invoicing.rules.taxes import NoTaxRate, find_rate, split_total
from dianke.domain.invoicing.types import BilledCharge, Charge, InvoicedLine
from dianke.kernel.money import round_half_up

LIABLE = date(2026, 2, 1)
FEN = st.integers(min_value=1, max_value=10**11)


def bill(**options: object) -> BilledCharge:
    values: dict[str, object] = {
        "bill_id": 7, "bill_number": "ZD-202601-1000000016-7", "month": date(2026, 1, 1), "usage_class": "RESIDENTIAL",
        "liable_on": LIABLE, "energy_kwh_e2": 45000, "amount_fen": 28999,
    }  # fmt: skip
    return BilledCharge(**{**values, **options})  # type: ignore[arg-type]


def invoiced(total_fen: int, *, taken_fen: tuple[int, int] = (0, 0), quantity: int | None = 45000) -> InvoicedLine:
    net, tax = split_total(total_fen, 1300)
    return InvoicedLine(
        line_id=1, charge=Charge.ELECTRICITY, quantity_kwh_e2=quantity, unit_price=Decimal("0.57"), rate_e4=1300,
        net_fen=net, tax_fen=tax, taken_net_fen=taken_fen[0], taken_tax_fen=taken_fen[1],
    )  # fmt: skip


class TestTax:
    @pytest.mark.parametrize(
        ("day", "rate", "regulation"),
        [
            (date(2018, 4, 30), 1700, "REG-VAT-538-2008"),
            (date(2018, 5, 1), 1600, "REG-VAT-32-2018"),
            (date(2019, 3, 31), 1600, "REG-VAT-32-2018"),
            (date(2019, 4, 1), 1300, "REG-VAT-39-2019"),
            (date(2026, 1, 1), 1300, "REG-VAT-LAW-2024"),
        ],
    )
    def test_follows_the_rate_of_the_day(self, day: date, rate: int, regulation: str) -> None:
        found = find_rate(usage_class="RESIDENTIAL", charge=Charge.ELECTRICITY, on=day)

        assert (found.rate_e4, found.regulation) == (rate, regulation)

    def test_of_a_day_without_a_rate_is_refused(self) -> None:
        with pytest.raises(NoTaxRate, match="2008-12-31"):
            find_rate(usage_class="RESIDENTIAL", charge=Charge.ELECTRICITY, on=date(2008, 12, 31))

    def test_is_what_the_rounded_net_price_leaves(self) -> None:
        assert split_total(28999, 1300) == (25663, 3336)
        assert split_total(-28999, 1300) == (-25663, -3336)
        # 1.13 × 0.005 lies in the middle and goes away from zero.
        assert split_total(1, 1300) == (1, 0)

    @given(FEN)
    def test_and_net_price_add_up(self, total_fen: int) -> None:
        net, tax = split_total(total_fen, 1300)

        assert net + tax == total_fen
        assert abs(net * Decimal("1.13") - total_fen) <= Decimal("0.565")


class TestLinesOfABill:
    def test_are_one_with_energy_and_price_without_tax(self) -> None:
        (line,) = draft_lines([bill()])

        assert (line.goods_group, line.name, line.goods_code) == ("供电", "电费", "1100101020000000000")
        assert (line.quantity_kwh_e2, line.net_fen, line.rate_e4, line.tax_fen) == (45000, 25663, 1300, 3336)
        assert line.unit_price == Decimal("0.5702888888889")

    def test_show_the_penalty_apart_and_without_energy(self) -> None:
        electricity, penalty = draft_lines([bill(amount_fen=40000, penalty_fen=30000)])

        assert (electricity.total_fen, electricity.quantity_kwh_e2) == (10000, 45000)
        assert (penalty.name, penalty.total_fen, penalty.quantity_kwh_e2, penalty.unit_price) == (
            "违约使用电费", 30000, None, None,
        )  # fmt: skip

    @given(st.lists(st.tuples(FEN, st.integers(0, 10**9), st.integers(0, 10**6)), min_size=1, max_size=5))
    def test_come_to_the_bills_and_price_times_energy_to_the_net_price(self, rows: list[tuple[int, int, int]]) -> None:
        bills = [
            bill(bill_id=at, amount_fen=amount + penalty, energy_kwh_e2=energy, penalty_fen=penalty)
            for at, (amount, energy, penalty) in enumerate(rows)
        ]

        lines = draft_lines(bills)

        assert sum(line.total_fen for line in lines) == sum(amount + penalty for amount, _energy, penalty in rows)
        assert [
            round_half_up(line.unit_price * line.quantity_kwh_e2, decimals=0)
            for line in lines
            if line.unit_price is not None and line.quantity_kwh_e2 is not None
        ] == [line.net_fen for line in lines if line.unit_price is not None]


class TestRedLines:
    def test_take_a_whole_line_back_with_its_energy(self) -> None:
        (red,) = draft_red_lines([invoiced(28999)], parts={1: 28999})

        assert (red.net_fen, red.tax_fen, red.quantity_kwh_e2) == (-25663, -3336, -45000)
        assert red.unit_price == Decimal("0.57")

    def test_take_a_part_back_without_energy(self) -> None:
        (red,) = draft_red_lines([invoiced(28999)], parts={1: 10000})

        assert (red.net_fen + red.tax_fen, red.quantity_kwh_e2, red.unit_price) == (-10000, None, None)

    @pytest.mark.parametrize(
        ("parts", "reason"),
        [
            ({}, "no amount"),
            ({1: 0}, "not above zero"),
            ({1: -5}, "not above zero"),
            ({1: 29000}, "more than is left"),
            ({2: 5}, "another invoice"),
        ],
    )
    def test_are_refused(self, parts: dict[int, int], reason: str) -> None:
        with pytest.raises(UnableToTakeBack, match=reason):
            draft_red_lines([invoiced(28999)], parts=parts)

    @given(st.lists(FEN, min_size=1, max_size=8))
    def test_in_however_many_parts_come_to_the_line(self, parts: list[int]) -> None:
        taken = (0, 0)

        for part in parts:
            (red,) = draft_red_lines([invoiced(sum(parts), taken_fen=taken)], parts={1: part})
            taken = (taken[0] - red.net_fen, taken[1] - red.tax_fen)

        assert taken == split_total(sum(parts), 1300)
