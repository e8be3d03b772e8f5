"""What an opened bill is made of: lines with steps; and how its figures are written."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Protocol

_MONEY = Decimal("0.01")


class StoredLine(Protocol):
    """A line as a table keeps it."""

    @property
    def code(self) -> str: ...

    @property
    def name(self) -> str: ...

    @property
    def quantity(self) -> Decimal: ...

    @property
    def unit_name(self) -> str: ...

    @property
    def price(self) -> Decimal: ...

    @property
    def amount(self) -> Decimal: ...

    @property
    def included(self) -> bool: ...

    @property
    def rule(self) -> str: ...


@dataclass(frozen=True)
class Line:
    """A line of a bill."""

    code: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    included: bool
    rule: str


@dataclass(frozen=True)
class Part:
    """One part of what a step adds up: its code, its value as written, and a name where it has one of its own."""

    code: str
    value: str
    name: str = ""


@dataclass(frozen=True)
class Step:
    """
    One step of a calculation: what is done, with which figures, what comes out, by which rule.

    `parts` follow the expression and add to it; `about` names the meter, the days or the sheet it is about.
    """

    kind: str
    expression: str
    result: str
    unit: str = ""
    rule: str = ""
    note: str = ""
    about: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class LineExplanation:
    """A line with its start and end readings, where one meter gave them, and its steps."""

    line: Line
    steps: list[Step]
    start: str = ""
    end: str = ""


@dataclass(frozen=True)
class Explanation:
    """A bill opened: lines with steps, losses, power factor, and whether it computes again to the same fen."""

    lines: list[LineExplanation]
    losses: list[Step]
    power_factor: dict[str, str]
    quantities: dict[str, str]
    differences: list[str] = field(default_factory=list)
    recomputed_total: str = ""

    @property
    def is_equal(self) -> bool:
        """Tell whether every line computes again to the amount that was issued."""
        return not self.differences

    def as_dict(self) -> dict[str, Any]:
        """Return the explanation as commands print it."""
        return {**asdict(self), "is_equal": self.is_equal}


def lines_of(rows: Iterable[StoredLine]) -> list[Line]:
    """Return stored lines as facts."""
    return [
        Line(
            code=row.code,
            name=row.name,
            quantity=row.quantity,
            unit=row.unit_name,
            price=row.price,
            amount=row.amount,
            included=row.included,
            rule=row.rule,
        )
        for row in rows
    ]


def plain(value: Decimal) -> str:
    """Return a number with thousands marks, without needless zeros and with a true minus sign."""
    text = f"{value:,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace("-", "−")


def signed(value: Decimal) -> str:
    """Return a number with its sign, plus too."""
    return f"+{plain(value)}" if value > 0 else plain(value)


def money(value: Decimal) -> str:
    """Return an amount with two decimals, thousands marks and a true minus sign."""
    return f"{value.quantize(_MONEY, rounding=ROUND_HALF_UP):,}".replace("-", "−")


def whole(value: Decimal) -> Decimal:
    """Return a quantity as bills carry it: half up to a whole kWh (TR-13)."""
    return value.quantize(Decimal(1), rounding=ROUND_HALF_UP)


def amount_step(line: Line) -> Step:
    """Return the last step of a line: quantity times price, rounded once."""
    exact = line.quantity * line.price
    expression = f"{plain(line.quantity)} × {plain(line.price)}"
    if exact != line.amount:
        expression = f"{expression} = {plain(exact)}"
    return Step("amount", expression, money(line.amount), "yuan", "TR-13")


def average_price(amount_fen: int, energy_kwh_e2: int) -> Decimal | None:
    """Return yuan per kWh with four decimals, or None without energy."""
    if not energy_kwh_e2:
        return None
    return (Decimal(amount_fen) / Decimal(energy_kwh_e2)).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP)


def split_tax(amount_fen: int) -> int:
    """Return the value-added tax (fen) inside an amount: 13 % on the net, which is rounded first (TR-13)."""
    net = (Decimal(amount_fen) / Decimal("1.13")).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return amount_fen - int(net)
