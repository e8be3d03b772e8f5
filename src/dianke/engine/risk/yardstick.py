"""The public yardstick: a file of credit card payments (UCI 350, Taiwan 2005) as a history of payment like ours."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dianke.engine.risk.features import make_features
from dianke.engine.risk.metrics import Metrics
from dianke.engine.risk.model import ModelKind
from dianke.engine.risk.types import Floats, Integers, PaymentGrid, Sample
from dianke.engine.risk.validation import judge_by_folds

# Above it something was learned from that nobody knew: honest results end at 0.79.
LEAK_ABOVE = 0.80
COLUMNS = (
    "LIMIT_BAL", "PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5", "PAY_6",
    *(f"BILL_AMT{at}" for at in range(1, 7)), *(f"PAY_AMT{at}" for at in range(1, 7)), "default_next_month",
)  # fmt: skip


def read_sample(columns: Mapping[str, Integers]) -> Sample:
    """
    Return the file as a sample; of the person (sex, education, marriage, age) nothing is read.

    Shapes: columns (n,). Units: NT dollar; arrears in months as the file counts them. Errors: KeyError for a column.
    Source: UCI Machine Learning Repository 350 (I-C. Yeh), its own description of the columns.
    """
    billed = _stack(columns, "BILL_AMT", range(1, 7))
    paid = _stack(columns, "PAY_AMT", range(1, 7))
    # What came in a month was for the bill of the month before; the earliest has none in the file.
    owed = np.column_stack([billed[:, 1:], np.full(billed.shape[0], np.nan)])
    nothing = np.zeros(billed.shape[0])
    grid = PaymentGrid(
        billed=billed,
        owed=owed,
        paid=paid,
        delay=_stack(columns, "PAY_", (0, 2, 3, 4, 5, 6)),
        scale=columns["LIMIT_BAL"].astype(np.float64),
        open_amount=np.maximum(billed[:, 0], 0),
        cover=nothing,
    )
    bad = columns["default_next_month"].astype(np.int64)
    amount: Floats = np.where(bad == 1, np.maximum(billed[:, 0], 0), 0.0)
    return Sample(make_features(grid), bad, amount)


def measure_yardstick(sample: Sample, *, folds: int = 5, repeats: int = 1) -> dict[str, Any]:
    """Return what both kinds of model do on rows that they did not learn from, with a warning where it is too good."""
    found: dict[str, Any] = {"rows": int(sample.bad.size), "bad": int(sample.bad.sum()), "folds": folds}
    best = 0.0
    for kind in ModelKind:
        metrics, areas, _said = judge_by_folds(kind, sample, folds=folds, repeats=repeats)
        found[kind.value] = _describe(metrics, areas)
        best = max(best, *areas)
    if best > LEAK_ABOVE:
        found["warning"] = f"AUC {best:.3f} is above {LEAK_ABOVE}: something was learned from that nobody could know"
    return found


def _describe(metrics: Metrics, areas: list[float]) -> dict[str, Any]:
    spread = round(float(np.std(areas)), 5)
    return {**metrics.as_dict(), "auc_mean": round(float(np.mean(areas)), 5), "auc_spread": spread}


def _stack(columns: Mapping[str, Integers], name: str, numbers: Any) -> Floats:
    return np.column_stack([columns[f"{name}{at}"] for at in numbers]).astype(np.float64)
