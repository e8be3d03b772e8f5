from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.billing.rules.recover.back_billing import (
    MeterRecordedNothing,
    TrueEnergyNegative,
    correct_blown_fuse,
    correct_meter_error,
    correct_wrong_multiplier,
    correct_wrong_wiring,
)
from dianke.domain.billing.rules.recover.types import BackBillingTerms

WHOLE = BackBillingTerms(article="art. 81", is_half_period=False)
HALF = BackBillingTerms(article="art. 80", is_half_period=True)

energies = st.integers(0, 10**8).map(Decimal)
multipliers = st.integers(1, 100_000).map(Decimal)


class TestCorrections:
    def test_halve_the_exact_correction_and_round_once(self):
        # 9_523.5 - 10_000 = -476.5; rounding first and halving after would give -238.5 and so -239.
        answer = correct_meter_error(
            recorded_kwh=Decimal(10_000), error_ratio=Decimal(10_000) / Decimal("9523.5") - 1, terms=HALF
        )

        assert answer.kwh == Decimal(-238)

    def test_price_the_rounded_energy(self):
        answer = correct_wrong_wiring(
            recorded_kwh=Decimal("10.3"), correction_factor=Decimal(2), terms=WHOLE, price=Decimal("0.55")
        )

        assert (answer.kwh, answer.recovered) == (Decimal(10), Decimal("5.50"))

    def test_refuse_a_meter_that_recorded_nothing(self):
        with pytest.raises(MeterRecordedNothing):
            correct_meter_error(recorded_kwh=Decimal(0), error_ratio=Decimal(-1), terms=HALF)

    def test_refuse_a_factor_that_makes_true_energy_negative(self):
        with pytest.raises(TrueEnergyNegative):
            correct_wrong_wiring(recorded_kwh=Decimal(1), correction_factor=Decimal(-2), terms=WHOLE)

    def test_take_the_sign_of_the_time_from_the_terms(self):
        whole, half = (
            correct_meter_error(recorded_kwh=Decimal(800), error_ratio=Decimal("-0.2"), terms=terms).kwh
            for terms in (WHOLE, HALF)
        )

        assert (whole, half) == (Decimal(200), Decimal(100))

    @settings(deadline=None)
    @given(energies, multipliers, multipliers)
    def test_of_a_multiplier_equal_the_wiring_factor_of_its_ratio(self, kwh: Decimal, used: Decimal, right: Decimal):
        answer = correct_wrong_multiplier(kwh=kwh, used=used, right=right, terms=WHOLE)

        # Half away from zero in integers: kwh x (right - used) / used.
        numerator, denominator = int(kwh) * int(right - used), int(used)
        whole, rest = divmod(abs(numerator), denominator)
        expected = whole + (2 * rest >= denominator)
        assert answer.kwh == (expected if numerator >= 0 else -expected)

    @settings(deadline=None)
    @given(energies, energies)
    def test_of_a_fuse_never_refund(self, normal: Decimal, recorded: Decimal):
        answer = correct_blown_fuse(normal_kwh=normal, recorded_kwh=recorded, terms=WHOLE)

        assert answer.kwh == max(normal - recorded, 0)
