"""What a correction changes: lines before and after, and what becomes of an order."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dianke.domain.billing.rules.drafts import LineColumns
from dianke.domain.billing.rules.explanations import Explanation, Line, StoredLine
from dianke.domain.billing.types import CorrectionState

_NEXT = {
    "ask": {CorrectionState.DRAFT},
    "change": {CorrectionState.DRAFT},
    "withdraw": {CorrectionState.DRAFT, CorrectionState.PENDING},
    "approve": {CorrectionState.PENDING},
    "reject": {CorrectionState.PENDING, CorrectionState.APPROVED},
    "issue": {CorrectionState.APPROVED},
    "attach": {CorrectionState.DRAFT, CorrectionState.PENDING, CorrectionState.APPROVED, CorrectionState.ISSUED},
}


@dataclass(frozen=True)
class Figures:
    """The figures of a line."""

    quantity: Decimal
    price: Decimal
    amount: Decimal


NOTHING = Figures(Decimal(0), Decimal(0), Decimal(0))


@dataclass(frozen=True)
class NewLine:
    """A line that a replacement will have; the fields are those of a stored line."""

    code: str
    name: str
    quantity: Decimal
    unit_name: str
    price: Decimal
    amount: Decimal
    included: bool
    rule: str


@dataclass(frozen=True)
class ComparedLine:
    """A line of the bill and of its replacement; one that a bill has not is nought there."""

    code: str
    name: str
    unit_name: str
    included: bool
    old: Figures
    new: Figures

    @property
    def difference(self) -> Decimal:
        """Return by how much the amount changes."""
        return self.new.amount - self.old.amount

    @property
    def differs(self) -> bool:
        """Tell whether any figure changes."""
        return self.old != self.new


def may_be(act: str, state: CorrectionState) -> bool:
    """Tell whether an act fits the state of an order."""
    return state in _NEXT[act]


def list_new_lines(columns: LineColumns) -> list[NewLine]:
    """Return the computed lines of one bill as values."""
    lines = []
    for at, kind in enumerate(columns.kind.tolist()):
        of = columns.kinds[kind]
        lines.append(
            NewLine(
                code=of.code,
                name=of.name,
                quantity=Decimal(int(columns.quantity_e6[at])).scaleb(-6),
                unit_name=of.unit_name,
                price=Decimal(int(columns.price_e8[at])).scaleb(-8),
                amount=Decimal(int(columns.amount_e6[at])).scaleb(-6),
                included=of.included,
                rule=of.rule,
            )
        )
    return lines


def compare_lines(old: Sequence[StoredLine], new: Sequence[StoredLine]) -> list[ComparedLine]:
    """Return the lines of two bills side by side: in the order of the new one, those that it lost at the end."""
    before = {(line.code, line.name): line for line in old}
    after = {(line.code, line.name): line for line in new}
    return [_compare(before.get(key), after.get(key)) for key in [*after, *(key for key in before if key not in after)]]


def _compare(old: StoredLine | None, new: StoredLine | None) -> ComparedLine:
    shown = new or old
    assert shown is not None  # noqa: S101 - a key of one of both
    return ComparedLine(
        code=shown.code,
        name=shown.name,
        unit_name=shown.unit_name,
        included=shown.included,
        old=_figures(old),
        new=_figures(new),
    )


def _figures(line: StoredLine | None) -> Figures:
    return NOTHING if line is None else Figures(line.quantity, line.price, line.amount)


def turn_lines(lines: Sequence[Line]) -> list[Line]:
    """Return the lines with the sign of quantities and amounts turned, as between a bill and its reversal."""
    return [replace(line, quantity=-line.quantity, amount=-line.amount) for line in lines]


def turn_explanation(explanation: Explanation) -> Explanation:
    """Return the explanation of a bill as that of its reversal: the steps are those of the bill taken back."""
    turned = turn_lines([one.line for one in explanation.lines])
    total = explanation.recomputed_total
    return replace(
        explanation,
        lines=[replace(one, line=line) for one, line in zip(explanation.lines, turned, strict=True)],
        recomputed_total=str(-Decimal(total)) if total else "",
    )


def fingerprint(lines: Iterable[StoredLine]) -> str:
    """Return what two bills with the same lines have in common."""
    rows = [[line.code, line.name, f"{line.quantity:f}", f"{line.price:f}", f"{line.amount:f}"] for line in lines]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def sum_differences(pairs: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return the sum of the differences of bills (old, new), and the sum without their signs."""
    found = [new - old for old, new in pairs]
    return sum(found), sum(map(abs, found))
