"""Ways between nodes: the cheapest path on a grid, where bends, crossings and shared stretches cost."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dianke.platform.processes.types import NodeKind, Process

CLEARANCE = 7
TRACK = 9
# How far from its middle a way may also reach the top or bottom of a step.
DOOR = 26
BEND, CROSSING, SHARED, ODD_SIDE, BACKWARDS, ON_BORDER, ASIDE = 26.0, 45.0, 500.0, 70.0, 240.0, 12.0, 8.0
_STEPS = {"R": (1, 0), "L": (-1, 0), "D": (0, 1), "U": (0, -1)}


class Point(NamedTuple):
    """A place in pixels."""

    x: float
    y: float


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    x: float
    y: float
    width: float
    height: float

    @classmethod
    def around(cls, middle: Point, width: float, height: float) -> "Box":
        """Return the box of a size around its middle, on whole and half pixels."""
        return cls(round(2 * (middle.x - width / 2)) / 2, round(2 * (middle.y - height / 2)) / 2, round(width), height)

    @classmethod
    def between(cls, one: Point, other: Point) -> "Box":
        """Return the box of a straight line."""
        return cls(min(one.x, other.x), min(one.y, other.y), abs(one.x - other.x), abs(one.y - other.y))

    @property
    def middle(self) -> Point:
        """Return its middle."""
        return Point(self.x + self.width / 2, self.y + self.height / 2)

    def holds(self, point: Point) -> bool:
        """Return whether a place lies inside."""
        return self.x < point.x < self.x + self.width and self.y < point.y < self.y + self.height

    def overlaps(self, other: "Box", *, by: float = 0) -> bool:
        """Return whether two boxes share a place, or come nearer than `by`."""
        return (
            self.x < other.x + other.width + by
            and other.x < self.x + self.width + by
            and self.y < other.y + other.height + by
            and other.y < self.y + self.height + by
        )


class Router:
    """Routes every way of a process, the short ones first."""

    def __init__(self, nodes: Mapping[str, Box], labels: Iterable[Box], lanes: Iterable[Box], process: Process) -> None:
        """Make the grid: the middles of all nodes, and tracks between columns and rows."""
        self.nodes = dict(nodes)
        self.labels = list(labels)
        self.process = process
        self.borders = sorted({lane.y for lane in lanes} | {lane.y + lane.height for lane in lanes})
        doors = {box.middle.x + side for name, box in nodes.items() if self._is_wide(name) for side in (-DOOR, DOOR)}
        self.xs = sorted({*_tracks([(box.x, box.x + box.width) for box in nodes.values()]), *doors})
        inside = (self.borders[0] + 5, self.borders[-1] - 5)
        levels = _tracks([(box.y, box.y + box.height) for box in [*nodes.values(), *self.labels]])
        self.ys = [level for level in levels if inside[0] <= level <= inside[1]]
        self.places = {name: (self.xs.index(box.middle.x), self.ys.index(box.middle.y)) for name, box in nodes.items()}
        self.doors = {name: self._find_doors(name) for name in nodes}
        self.used: dict[tuple[int, int, int, int], int] = {}
        self.through: dict[tuple[int, int], set[str]] = {}

    def route_all(self) -> dict[str, list[Point]]:
        """Return the bends of every way from border to border, by its id, in the order of the file."""
        flows = sorted(self.process.flows, key=lambda flow: self._distance(flow.source, flow.target))
        ways = {flow.id: self._route(flow.source, flow.target) for flow in flows}
        return {flow.id: ways[flow.id] for flow in self.process.flows}

    def _distance(self, source: str, target: str) -> float:
        one, other = self.nodes[source].middle, self.nodes[target].middle
        behind = 1000 if other.x < one.x else 0
        return behind + abs(one.x - other.x) + 2 * abs(one.y - other.y)

    def _route(self, source: str, target: str) -> list[Point]:
        starts, goals = self.doors[source], self.doors[target]
        waiting: list[tuple[float, int, tuple[int, int], str]] = [(0.0, 0, start, "") for start in starts]
        best: dict[tuple[tuple[int, int], str], float] = {(start, ""): 0.0 for start in starts}
        came: dict[tuple[tuple[int, int], str], tuple[tuple[int, int], str]] = {}
        number = 0
        while waiting:
            cost, _, place, heading = heapq.heappop(waiting)
            if heading and place in goals and (place == goals[0] or _axis(heading) == "upright"):
                return self._finish(source, target, (place, heading), came)
            if cost > best[place, heading]:
                continue
            for turn, (dx, dy) in _STEPS.items():
                there = (place[0] + dx, place[1] + dy)
                price = self._price(place, there, heading, turn, source, target)
                if price is None or cost + price >= best.get((there, turn), float("inf")):
                    continue
                best[there, turn] = cost + price
                came[there, turn] = (place, heading)
                number += 1
                heapq.heappush(waiting, (cost + price, number, there, turn))
        message = f"no way from {source} to {target}"
        raise ValueError(message)

    def _price(
        self, place: tuple[int, int], there: tuple[int, int], heading: str, turn: str, source: str, target: str
    ) -> float | None:  # fmt: skip
        """Return what one step on the grid costs, or None where no way may go."""
        if not (0 <= there[0] < len(self.xs) and 0 <= there[1] < len(self.ys)) or _is_opposite(heading, turn):
            return None
        one, line = self._at(place), Box.between(self._at(place), self._at(there))
        ends = {source, target}
        in_the_way = any(line.overlaps(box, by=CLEARANCE) for name, box in self.nodes.items() if name not in ends)
        bends_inside = bool(heading) and turn != heading and any(self.nodes[end].holds(one) for end in ends)
        leaves_askew = not heading and place != self.places[source] and _axis(turn) == "level"
        if in_the_way or bends_inside or leaves_askew or any(line.overlaps(box, by=2) for box in self.labels):
            return None
        price = line.width + line.height + SHARED * self.used.get(_stretch(place, there), 0)
        if not heading:
            price += self._side(source, turn, leaving=True) + (0 if place == self.places[source] else ASIDE)
        elif turn != heading:
            price += BEND
        if there in self.doors[target]:
            price += self._side(target, turn, leaving=False) + (0 if there == self.places[target] else ASIDE)
        if self.through.get(there, set()) - {_axis(turn)} and there != self.places[target]:
            price += CROSSING
        if _axis(turn) == "level" and any(abs(one.y - border) < 4 for border in self.borders):
            price += ON_BORDER
        return price

    def _side(self, name: str, turn: str, *, leaving: bool) -> float:
        """Return what it costs to leave or reach a node on a side: steps flow left to right."""
        if turn == "R":
            return 0
        if turn == "L":
            return BACKWARDS
        is_gateway = self.process.nodes[name].kind in (NodeKind.CHOICE, NodeKind.PARALLEL)
        return 4 if is_gateway else ODD_SIDE if leaving else ODD_SIDE / 2

    def _finish(
        self, source: str, target: str, last: tuple[tuple[int, int], str],
        came: dict[tuple[tuple[int, int], str], tuple[tuple[int, int], str]],
    ) -> list[Point]:  # fmt: skip
        places = [last[0]]
        while last in came:
            self._use(came[last][0], last[0])
            last = came[last]
            places.insert(0, last[0])
        points = [self._at(place) for place in places]
        bends = [
            point
            for index, point in enumerate(points)
            if index in (0, len(points) - 1) or not _is_straight(points[index - 1], point, points[index + 1])
        ]
        bends[0] = _on_border(self.nodes[source], bends[0], bends[1])
        bends[-1] = _on_border(self.nodes[target], bends[-1], bends[-2])
        return bends

    def _use(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        stretch = _stretch(one, other)
        self.used[stretch] = self.used.get(stretch, 0) + 1
        axis = "level" if one[1] == other[1] else "upright"
        for place in (one, other):
            self.through.setdefault(place, set()).add(axis)

    def _is_wide(self, name: str) -> bool:
        return self.process.nodes[name].kind in (NodeKind.STEP, NodeKind.CALL)

    def _find_doors(self, name: str) -> list[tuple[int, int]]:
        """Return where a way may begin or end, the middle first."""
        column, row = self.places[name]
        if not self._is_wide(name):
            return [(column, row)]
        x = self.xs[column]
        return [(column, row), *((self.xs.index(x + side), row) for side in (-DOOR, DOOR))]

    def _at(self, place: tuple[int, int]) -> Point:
        return Point(self.xs[place[0]], self.ys[place[1]])


def _tracks(spans: list[tuple[float, float]]) -> list[float]:
    """Return the lines of the grid: middles of the spans, and tracks in what no span covers."""
    middles = {(start + end) / 2 for start, end in spans}
    lines = set(middles)
    covered = sorted(spans)
    edge = covered[0][0] - 40
    for start, end in [*covered, (max(end for _, end in spans) + 40, 0.0)]:
        if start - edge > 2 * CLEARANCE:
            count = int((start - edge - 2 * CLEARANCE) // TRACK) + 1
            first = (start + edge) / 2 - (count - 1) * TRACK / 2
            lines |= {first + number * TRACK for number in range(count)}
        edge = max(edge, end)
    return sorted(lines)


def _is_opposite(one: str, other: str) -> bool:
    return {one, other} in ({"L", "R"}, {"U", "D"})


def _axis(turn: str) -> str:
    return "level" if turn in "LR" else "upright"


def _stretch(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int, int, int]:
    return (*min(one, other), *max(one, other))


def _is_straight(before: Point, here: Point, after: Point) -> bool:
    return before.x == here.x == after.x or before.y == here.y == after.y


def _on_border(box: Box, door: Point, towards: Point) -> Point:
    if towards.y == door.y:
        return Point(box.x + box.width if towards.x > door.x else box.x, door.y)
    return Point(door.x, box.y + box.height if towards.y > door.y else box.y)
