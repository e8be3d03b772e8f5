"""What counts as suspicious at the meter: registers, periods, multipliers, exchanges."""

import numpy as np
import pytest
from tests.factories import review as factory
from tests.factories.review import BOOK, homes, is_found, registers

from dianke.domain.billing.rules.review import meters


class TestRegisterBackwards:
    def test_is_found_without_a_rollover(self) -> None:
        found = meters.register_backwards(homes(segments=registers({"total": (12_000_000, 11_999_999)})), BOOK)

        assert factory.evidence(found) == {
            "register": "total", "start_e4": 12_000_000, "end_e4": 11_999_999, "marked": 0,
        }  # fmt: skip

    @pytest.mark.parametrize(("start_e4", "is_suspicious"), [(9_000_000_000, False), (8_999_999_999, True)])
    def test_marked_as_rollover_is_believed_from_the_last_tenth_on(self, start_e4: int, is_suspicious: bool) -> None:
        turned = registers({"total": (start_e4, 10_000)}, is_rolled_over=True)

        assert is_found(meters.register_backwards, homes(segments=turned)) is is_suspicious

    def test_is_not_found_where_a_register_stands_still(self) -> None:
        assert not is_found(meters.register_backwards, homes(segments=registers({"total": (500, 500)})))

    def test_of_several_registers_the_first_is_named(self) -> None:
        both = registers({"total": (20_000, 10_000), "reactive_import": (5, 4)})

        assert factory.evidence(meters.register_backwards(homes(segments=both), BOOK))["register"] == "total"


class TestPeriodsDiffer:
    @pytest.mark.parametrize(
        ("flat_end_e4", "is_suspicious"),
        [(1_010_000, False), (1_010_001, True), (990_000, False), (989_999, True)],
    )
    def test_by_more_than_one_unit_of_the_register(self, flat_end_e4: int, is_suspicious: bool) -> None:
        moved = registers({"total": (0, 2_000_000), "peak": (0, 1_000_000), "flat": (0, flat_end_e4)})

        assert is_found(meters.periods_differ, homes(segments=moved)) is is_suspicious

    def test_tells_both_and_the_multiplier(self) -> None:
        moved = registers(
            {"total": (0, 2_000_000), "peak": (0, 1_000_000), "flat": (0, 1_500_000)}, multiplier_e6=10**7
        )

        assert factory.evidence(meters.periods_differ(homes(segments=moved), BOOK)) == {
            "total_e4": 2_000_000, "periods_e4": 2_500_000, "multiplier_e6": 10**7,
        }  # fmt: skip

    def test_is_not_known_without_a_flat_register_or_a_total(self) -> None:
        without_flat = registers({"total": (0, 2_000_000), "peak": (0, 1_000_000)})
        without_total = registers({"flat": (0, 2_000_000), "peak": (0, 1_000_000)})

        assert not is_found(meters.periods_differ, homes(segments=without_flat))
        assert not is_found(meters.periods_differ, homes(segments=without_total))

    def test_lets_a_register_turn(self) -> None:
        turned = registers(
            {"total": (9_999_000_000, 1_000_000), "peak": (0, 1_000_000), "flat": (0, 1_000_000)}, is_rolled_over=True
        )

        assert not is_found(meters.periods_differ, homes(segments=turned))


@pytest.mark.parametrize(
    ("energy_kwh_e2", "sub_meter_kwh_e2", "amount_fen", "is_suspicious"),
    [(-1, 20_000, 10, True), (0, 20_000, 0, True), (0, 0, 0, False), (1, 20_000, 10, False)],
)
def test_main_meter_is_negative_when_the_sub_meters_took_everything(
    energy_kwh_e2: int, sub_meter_kwh_e2: int, amount_fen: int, is_suspicious: bool
) -> None:
    facts = homes(energy_kwh_e2=energy_kwh_e2, sub_meter_kwh_e2=sub_meter_kwh_e2, amount_fen=amount_fen)

    assert is_found(meters.main_negative, facts) is is_suspicious


def test_multiplier_of_the_plates_is_told_beside_the_billed_one() -> None:
    found = meters.multiplier_mismatch(homes(asset_multiplier_e6=30_000_000, billed_multiplier_e6=20_000_000), BOOK)

    assert factory.evidence(found) == {"billed_e6": 20_000_000, "asset_e6": 30_000_000}
    assert not is_found(meters.multiplier_mismatch, homes())


EXCHANGED = {"exchange_date": np.datetime64("2026-01-14"), "meter_before": "A", "meter_after": "B"}
RESCALED = {
    "ratio_date": np.datetime64("2026-01-19"),
    "multiplier_before_e6": 600,
    "multiplier_after_e6": 1_000,
}


class TestChanges:
    def test_exchange_without_a_ticket_is_found(self) -> None:
        found = meters.exchange_without_ticket(homes(**EXCHANGED), BOOK)

        assert factory.evidence(found) == {"before": "A", "after": "B", "date": "2026-01-14"}

    def test_other_multiplier_without_a_ticket_is_found(self) -> None:
        found = meters.multiplier_changed(homes(**RESCALED), BOOK)

        assert factory.evidence(found) == {"before_e6": 600, "after_e6": 1_000, "date": "2026-01-19"}

    def test_ticket_answers_both(self) -> None:
        facts = homes(**EXCHANGED, **RESCALED, has_ticket=True)

        assert not is_found(meters.exchange_without_ticket, facts)
        assert not is_found(meters.multiplier_changed, facts)
