"""Charts as data: Python says what is shown, charts.js draws it in the colours of the look in force."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dianke.interfaces.web.components.page import Text

Colour = Literal[
    "accent", "quiet", "tou-sharp", "tou-peak", "tou-flat", "tou-valley", "tou-deep", "ok", "warn", "bad", "idle"
]


@dataclass(frozen=True)
class Series:
    """
    One line, row of bars or cloud of points.

    `values` has one number (or None: a gap) for each label; for scatter, pairs. Series of the same `stack`
    stand on each other. A comparison is colour "quiet" and dashed.
    """

    name: Text
    values: Sequence[Any]
    kind: Literal["line", "bar", "scatter"] = "line"
    colour: Colour = "accent"
    stack: str = ""
    dashed: bool = False
    step: bool = False
    # Marks the largest value, the one label a plot may have.
    mark_max: bool = False


@dataclass(frozen=True)
class Band:
    """A stretch of the time axis in a colour, from label index to label index: the strip of times of use."""

    colour: Colour
    start: int
    end: int


@dataclass(frozen=True)
class Threshold:
    """A limit across the plot with its word: contract demand, the end of a tier."""

    name: Text
    value: float


@dataclass(frozen=True)
class Chart:
    """What a chart shows; `description` is read out, and the values stand as a table behind it."""

    labels: Sequence[Text]
    series: Sequence[Series]
    unit: Text = ""
    description: Text = ""
    label_name: Text = ""
    # The axis divides by it: 10000 with unit "万 kWh" writes 60 for 600000; what points at a value and the
    # table keep the value itself, in `value_unit`.
    divisor: int = 1
    value_unit: Text = ""
    decimals: int = 0
    bands: Sequence[Band] = field(default=())
    thresholds: Sequence[Threshold] = field(default=())
    # Every how many labels one is written; 0 lets the width decide.
    label_every: int = 0
    zoom: bool = False
    # Prices hardly move seen from nought: an axis near the values then, for lines only, never for bars.
    is_near: bool = False
    height_px: int = 236

    def as_data(self) -> dict[str, Any]:
        """Return what charts.js reads."""
        return {
            "labels": [str(label) for label in self.labels],
            "series": [
                {
                    "name": str(series.name),
                    "values": list(series.values),
                    "kind": series.kind,
                    "colour": series.colour,
                    "stack": series.stack,
                    "dashed": series.dashed,
                    "step": series.step,
                    "markMax": series.mark_max,
                }
                for series in self.series
            ],
            "unit": str(self.unit),
            "valueUnit": str(self.value_unit or self.unit),
            "divisor": self.divisor,
            "decimals": self.decimals,
            "bands": [{"colour": band.colour, "start": band.start, "end": band.end} for band in self.bands],
            "thresholds": [{"name": str(limit.name), "value": limit.value} for limit in self.thresholds],
            "labelEvery": self.label_every,
            "zoom": self.zoom,
            "near": self.is_near,
        }

    def table_rows(self) -> list[tuple[Text, list[Any]]]:
        """Return the values row by row for the table behind the picture; a cloud of points has none."""
        return [(label, [series.values[index] for series in self.series]) for index, label in enumerate(self.labels)]
