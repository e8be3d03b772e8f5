"""Every process that ships: it is read, each step has a post and words, the drawing is in step and nothing overlaps."""

import json
import sys
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from dianke.domain.service_orders import processes as package
from dianke.interfaces.web.processes import words
from dianke.platform.identity.template import read_template
from dianke.platform.processes import running
from dianke.platform.processes.reading import DIAGRAM, parse_drawing
from dianke.platform.processes.types import CUSTOMER, NodeKind, RunStatus

ROOT = Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT))

from frontend.process_layout import draw, text_width  # noqa: E402
from frontend.process_routes import Box, Point  # noqa: E402

LIBRARY = package.library()
IDS = sorted(LIBRARY.processes)
ORDERS = [name for name in IDS if not LIBRARY.processes[name].is_part]
# What a page of 1440 pixels has beside its menu.
WIDEST_PX = 1180
POSTS = {post.code: (post.name, post.name_en) for post in read_template().posts} | {CUSTOMER: ("客户", "Customer")}
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DI = "{http://www.omg.org/spec/DD/20100524/DI}"


def box_of(element: object) -> Box:
    """Return the bounds of a shape or a label."""
    bounds = element.find(f"{_DC}Bounds")  # type: ignore[attr-defined]
    return Box(*(float(bounds.get(part)) for part in ("x", "y", "width", "height")))


def drawn(name: str, kind: str) -> dict[str, object]:
    """Return the shapes or the edges of a drawing by the node or way they show."""
    root = parse_drawing(LIBRARY.contents[name], file=name)
    return {one.get("bpmnElement"): one for one in root.iter(f"{{{DIAGRAM}}}{kind}")}


def labels_of(name: str) -> dict[str, Box]:
    """Return the boxes of names that stand outside of their shapes."""
    found = {}
    for key, one in (drawn(name, "BPMNShape") | drawn(name, "BPMNEdge")).items():
        label = one.find(f"{{{DIAGRAM}}}BPMNLabel")  # type: ignore[attr-defined]
        if label is not None:
            found[key] = box_of(label)
    return found


def ways_of(name: str) -> dict[str, list[Point]]:
    """Return the bends of every way."""
    return {
        key: [Point(float(one.get("x")), float(one.get("y"))) for one in edge.iter(f"{_DI}waypoint")]  # type: ignore[attr-defined]
        for key, edge in drawn(name, "BPMNEdge").items()
    }


def test_the_deep_kinds_are_there() -> None:
    keys = {LIBRARY.processes[name].key for name in ORDERS}

    assert keys >= {
        "supply_high_single", "supply_high_dual", "suspend", "resume", "transfer", "close", "close_forced",
    }  # fmt: skip


@pytest.mark.parametrize("name", IDS)
class TestFile:
    def test_drawing_is_in_step_with_the_process(self, name: str) -> None:
        text = LIBRARY.contents[name].decode("utf-8")

        assert draw(text) == text, "run python frontend/draw_processes.py"

    def test_every_node_and_way_is_drawn(self, name: str) -> None:
        process = LIBRARY.processes[name]

        assert set(drawn(name, "BPMNShape")) == {"pool", *(lane.id for lane in process.lanes), *process.nodes}
        assert set(drawn(name, "BPMNEdge")) == {flow.id for flow in process.flows}

    def test_every_lane_is_a_post_by_its_name(self, name: str) -> None:
        lanes = LIBRARY.processes[name].lanes

        assert {lane.post: (lane.name.zh, lane.name.en) for lane in lanes} == {
            lane.post: POSTS[lane.post] for lane in lanes
        }

    def test_every_outcome_and_fact_has_a_word(self, name: str) -> None:
        process = LIBRARY.processes[name]

        assert {outcome for step in process.steps for outcome in step.outcomes} <= set(words.OUTCOMES)
        assert set(process.facts) <= set(words.FACTS)

    def test_whoever_approves_does_not_do_the_work_approved(self, name: str) -> None:
        process = LIBRARY.processes[name]
        approving = {step.post for step in process.steps if step.id.startswith("approve_")}
        working = {step.post for step in process.steps if not step.id.startswith(("approve_", "review_"))}

        assert approving & working == set()

    def test_drawing_is_whole_on_a_page(self, name: str) -> None:
        shapes = {key: box_of(one) for key, one in drawn(name, "BPMNShape").items()}
        pool = shapes.pop("pool")
        reach = [*shapes.values(), *labels_of(name).values()]

        # The widest one shrinks by a hair.
        assert pool.width <= WIDEST_PX * 1.03
        assert all(
            pool.x <= box.x and box.x + box.width <= pool.x + pool.width and box.y + box.height <= pool.y + pool.height
            for box in reach
        )

    def test_no_name_lies_on_another_nor_on_a_node_nor_on_a_way(self, name: str) -> None:
        labels, nodes = labels_of(name), LIBRARY.processes[name].nodes
        boxes = {key: box_of(one) for key, one in drawn(name, "BPMNShape").items() if key in nodes}
        lines = [Box.between(one, other) for way in ways_of(name).values() for one, other in pairwise(way)]

        assert [pair for pair in combinations(labels, 2) if labels[pair[0]].overlaps(labels[pair[1]])] == []
        assert [(key, node) for key, label in labels.items() for node in boxes if label.overlaps(boxes[node])] == []
        assert [key for key, label in labels.items() if any(label.overlaps(line) for line in lines)] == []

    def test_names_fit_into_their_boxes(self, name: str) -> None:
        process = LIBRARY.processes[name]
        boxes = {key: box_of(one) for key, one in drawn(name, "BPMNShape").items()}
        inside = {node.id: node for node in process.nodes.values() if node.kind in (NodeKind.STEP, NodeKind.CALL)}
        rows = {key: 1 if node.kind is NodeKind.CALL else 3 for key, node in inside.items()}

        assert [
            key for key, node in inside.items() if text_width(node.name, 12) > rows[key] * (boxes[key].width - 10)
        ] == []
        assert [lane.id for lane in process.lanes if text_width(lane.name, 12) > 2 * boxes[lane.id].height] == []

    def test_no_way_runs_through_a_node(self, name: str) -> None:
        process = LIBRARY.processes[name]
        boxes = {key: box_of(one) for key, one in drawn(name, "BPMNShape").items() if key in process.nodes}
        ends = {flow.id: {flow.source, flow.target} for flow in process.flows}

        assert [
            (key, node)
            for key, way in ways_of(name).items()
            for node, box in boxes.items()
            if node not in ends[key] and any(box.overlaps(Box.between(*line)) for line in pairwise(way))
        ] == []


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize("answer", [True, False])
def test_every_outcome_of_every_step_leads_on_or_to_an_end(name: str, answer: bool) -> None:
    facts = dict.fromkeys(LIBRARY.processes[name].facts, answer)
    seen: set[str] = set()
    ends = 0
    waiting = [running.start(LIBRARY, name, facts=facts).save()]
    while waiting:
        text = waiting.pop()
        # Where it stands and how steps ended decide what comes; serials and the past do not.
        order = running.load(LIBRARY, text)
        place = f"{[one.path for one in order.ready_steps()]} {json.loads(text)['o']}"
        if place in seen:
            continue
        seen.add(place)
        first = order.ready_steps()[0]
        for outcome in first.step.outcomes:
            order = running.load(LIBRARY, text)
            order.complete(serial=first.serial, outcome=outcome, facts=facts)
            assert order.status is RunStatus.DONE or order.ready_steps(), f"stuck after {first.path} {outcome}"
            ends += order.status is RunStatus.DONE
            waiting += [order.save()] if order.status is RunStatus.RUNNING else []
    assert ends >= 1
