import numpy as np
import pytest

from dianke.engine import chunks
from dianke.engine.calculate import calculate
from dianke.engine.power_factor import STANDARD_TABLES
from dianke.engine.types import (
    BasicCharge,
    Capacity,
    ChargePlan,
    Component,
    EnergyPrice,
    Fleet,
    PowerFactorPolicy,
    Registers,
    Share,
    TransformerLoss,
    Usage,
)

PLAN = ChargePlan(
    energy=(EnergyPrice(codes=("single",), components=(Component(prices=(58_800_000,)),)),),
    shares=(Share(name="lighting", price=70_000_000),),
    basic=BasicCharge(mode="capacity", prices=(232_000,)),
    power_factor=PowerFactorPolicy(table=STANDARD_TABLES["0.90"]),
)


@pytest.fixture
def fleet():
    """Seven points with one or two meter segments and one or two transformers each."""
    random = np.random.default_rng(7)
    segments, units = np.array([1, 2, 1, 1, 2, 1, 1]), np.array([2, 1, 1, 1, 1, 2, 1])
    start = {kind: random.integers(0, 10**6, segments.sum()) for kind in ("total", "reactive_import")}
    return Fleet(
        size=7,
        registers=Registers(
            start=start,
            end={kind: readings + random.integers(0, 10**5, readings.size) for kind, readings in start.items()},
            multiplier=random.integers(1, 60, segments.sum()),
            offsets=np.concatenate([[0], np.cumsum(segments)]),
        ),
        transformer_loss=TransformerLoss(
            method="ratio",
            values={"copper_ratio": random.integers(0, 50_000, 7), "iron_kwh": random.integers(0, 40_000, 7)},
        ),
        line_loss_ratio=random.integers(0, 30_000, 7),
        share_amounts=(random.integers(0, 90_000, 7),),
        capacity=Capacity(kva=random.integers(1, 10**7, units.sum()), offsets=np.concatenate([[0], np.cumsum(units)])),
        months=random.integers(1, 30_000, 7),
    )


class TestCalculateInChunks:
    @pytest.mark.parametrize("points", [1, 2, 3, 7, 100])
    def test_gives_the_bills_of_one_calculation(self, fleet, points):
        whole = calculate(PLAN, fleet)

        parts = list(chunks.calculate_in_chunks(PLAN, fleet, points=points))

        assert np.concatenate([part.total for part in parts]).tolist() == whole.total.tolist()
        for number, line in enumerate(whole.lines):
            amounts = np.concatenate([part.lines[number].amount for part in parts])
            assert amounts.tolist() == line.amount.tolist()


class TestTake:
    def test_cuts_usage_with_its_masks(self):
        usage = Usage(parts=({"total": np.array([1, 2, 3])},), present=({"total": np.array([True, False, True])},))

        taken = chunks.take(Fleet(size=3, usage=usage), 1, 3)

        assert taken.size == 2
        assert taken.usage.parts[0]["total"].tolist() == [2, 3]
        assert taken.usage.present[0]["total"].tolist() == [False, True]
