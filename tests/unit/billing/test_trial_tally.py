"""What a trial adds up: exact fen over shards, bins at their limits, the most affected, causes."""

import numpy as np
import pytest

from dianke.domain.billing.rules.trial_reports import TrialHead, hash_report, list_bins, list_named_bills, write_report
from dianke.domain.billing.rules.trials import (
    BINS,
    DIMENSIONS,
    MOST_AFFECTED,
    Cause,
    Labels,
    Tally,
    TriedBills,
    sort_by_change,
)


def column(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def shard(
    before: list[int],
    after: list[int],
    *,
    first_bill: int = 1,
    classes: tuple[list[int], list[str]] | None = None,
    causes: dict[int, Cause] | None = None,
) -> TriedBills:
    """Return bills of 100 kWh each with keys that follow each other."""
    size = len(before)
    numbers, values = classes or ([0] * size, ["RESIDENTIAL"])
    labels = {name: Labels(np.zeros(size, dtype=np.int64), ["X"]) for name in DIMENSIONS}
    labels["usage_class"] = Labels(np.array(numbers, dtype=np.int64), values)
    causes = causes or {}
    return TriedBills(
        bill_id=first_bill + np.arange(size, dtype=np.int64),
        energy_kwh_e2=np.full(size, 10_000, dtype=np.int64),
        before_fen=np.array(before, dtype=np.int64),
        after_fen=np.array(after, dtype=np.int64),
        is_priced=np.array([position not in causes for position in range(size)], dtype=np.bool_),
        labels=labels,
        causes=causes,
    )


def test_sums_are_the_same_however_the_bills_are_cut_into_shards() -> None:
    before, after = [100, 250, 999, 10**15], [101, 249, 999, 10**15 + 7]
    whole, parts = Tally(), Tally()

    whole.add(shard(before, after))
    parts.add(shard(before[:1], after[:1]))
    parts.add(shard(before[1:], after[1:], first_bill=2))

    assert whole == parts
    assert (whole.total.bills, whole.total.rising, whole.total.falling) == (4, 2, 1)
    assert (whole.total.before_fen, whole.total.difference_fen) == (10**15 + 1349, 7)
    assert whole.total.energy_kwh_e2 == 40_000


def test_sums_go_by_label_and_leave_out_labels_without_a_bill() -> None:
    tally = Tally()

    tally.add(shard([100, 200, 300], [110, 190, 300], classes=([1, 0, 1], ["A", "B", "C"])))
    tally.add(shard([50], [40], classes=([0], ["B"]), first_bill=9))

    found = {name: (own.bills, own.before_fen, own.after_fen) for name, own in tally.by["usage_class"].items()}
    assert found == {"A": (1, 200, 190), "B": (3, 450, 450)}
    assert tally.by["unit"]["X"].bills == 4


@pytest.mark.parametrize(
    ("difference", "place"),
    [
        (-2001, 0), (-2000, 1), (-1001, 1), (-1000, 2), (-500, 3), (-201, 3), (-200, 4), (-1, 4),
        (0, 5), (1, 6), (200, 6), (201, 7), (500, 7), (501, 8), (1000, 8), (1001, 9), (2000, 9), (2001, 10),
    ],
)  # fmt: skip
def test_a_limit_belongs_to_the_bin_nearer_to_no_change(difference: int, place: int) -> None:
    assert sort_by_change(column(10_000), column(difference)).tolist() == [place]


def test_bins_are_named_from_a_fall_without_end_to_a_rise_without_end() -> None:
    bins = [(place["from_percent"], place["to_percent"]) for place in list_bins()]

    assert len(bins) == BINS
    assert bins[:5] == [(None, "-20"), ("-20", "-10"), ("-10", "-5"), ("-5", "-2"), ("-2", "0")]
    assert bins[5:7] == [("0", "0"), ("0", "2")]
    assert bins[10] == ("20", None)


def test_a_bill_of_nothing_has_no_relative_change() -> None:
    tally = Tally()

    tally.add(shard([0, -500, 100], [300, -400, 100]))

    assert (tally.without_ratio, sum(tally.bin_bills), tally.bin_bills[5]) == (2, 1, 1)
    assert [bill.difference_fen for bill in tally.most_by_amount] == [300, 100]
    assert tally.most_by_ratio == []


def test_the_hundred_most_affected_are_found_over_shards_and_the_first_of_equal_ones_kept() -> None:
    tally = Tally()

    # 150 bills that rise by one fen and, in the second shard, one that falls by nine and one by half.
    tally.add(shard([1_000] * 150, [1_001] * 150))
    tally.add(shard([90_000, 10], [89_991, 5], first_bill=1_000))

    amounts = [(bill.bill_id, bill.difference_fen) for bill in tally.most_by_amount]
    assert (len(amounts), amounts[:3], amounts[-1]) == (MOST_AFFECTED, [(1000, -9), (1001, -5), (1, 1)], (98, 1))
    assert [(bill.bill_id, bill.change_ppm) for bill in tally.most_by_ratio[:2]] == [(1001, 500_000), (1, 1_000)]
    assert 1000 not in [bill.bill_id for bill in tally.most_by_ratio]


def test_bills_without_a_price_are_counted_by_cause_and_in_no_sum() -> None:
    missing = Cause("tariffs.price_missing", "peak", "not found")
    tally = Tally()

    tally.add(shard([100] * 7, [0] * 7, causes=dict.fromkeys(range(6), missing)))
    tally.add(shard([700], [0], causes={0: missing}, first_bill=50))

    assert (tally.total.bills, tally.total.before_fen, tally.unpriced_bills) == (1, 100, 7)
    assert (tally.unpriced[missing].before_fen, tally.unpriced[missing].examples) == (1_300, [1, 2, 3, 4, 5])


def test_a_report_writes_change_and_mean_prices_and_names_accounts_only() -> None:
    tally = Tally()
    tally.add(shard([6_000, 8_000], [6_300, 8_000]))
    head = TrialHead(
        number="SS-202601-001", month=np.datetime64("2026-01-01").astype(object), plan_code="P", sheet_id="S",
        version_id=4, unit_code="0", unit_name="U", usage_class="",
    )  # fmt: skip

    report = write_report(head=head, tally=tally, account_numbers={1: "4200000001"})

    totals = report["totals"]
    assert (totals["change"], totals["mean_price_before"], totals["mean_price_after"]) == (
        "0.021429", "0.700000", "0.715000",
    )  # fmt: skip
    assert report["most_by_amount"] == report["most_by_ratio"]
    (bill,) = report["most_by_amount"]
    assert (bill["account"], bill["change"], list_named_bills(tally)) == ("4200000001", "0.050000", [1])
    assert hash_report(report) == hash_report(dict(reversed(report.items())))
    assert hash_report(report) != hash_report(report | {"month": "2026-02"})
