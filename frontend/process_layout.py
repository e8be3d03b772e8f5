"""Where the nodes of a process stand: columns and rows as the file says; ways and labels around them."""

from dataclasses import dataclass, field
from itertools import pairwise
from xml.sax.saxutils import quoteattr

from frontend.process_routes import Box, Point, Router

from dianke.platform.processes.reading import OWN, parse_drawing, read_process
from dianke.platform.processes.types import Flow, Name, Node, NodeKind, Process

STEP_WIDTH, STEP_HEIGHT, CALL_HEIGHT = 100, 54, 62
GATEWAY, EVENT = 36, 30
COLUMN_GAP, NARROW_GAP = 28, 24
ROW_HEIGHT, LANE_MARGIN, LEAST_LANE = 78, 10, 106
POOL_X, POOL_Y, HEADS = 6, 6, 60
LABEL_HEIGHT = 14
_SIZES = {
    NodeKind.STEP: (STEP_WIDTH, STEP_HEIGHT), NodeKind.CALL: (STEP_WIDTH, CALL_HEIGHT),
    NodeKind.CHOICE: (GATEWAY, GATEWAY), NodeKind.PARALLEL: (GATEWAY, GATEWAY),
    NodeKind.START: (EVENT, EVENT), NodeKind.END: (EVENT, EVENT),
}  # fmt: skip


@dataclass
class Drawing:
    """Everything of a process that has a place, in pixels."""

    pool: Box
    lanes: dict[str, Box] = field(default_factory=dict)
    nodes: dict[str, Box] = field(default_factory=dict)
    ways: dict[str, list[Point]] = field(default_factory=dict)
    labels: dict[str, Box] = field(default_factory=dict)


def draw(text: str) -> str:
    """Return a process file with its diagram part written anew."""
    content = text.encode("utf-8")
    process = read_process(content, file="file")
    root = parse_drawing(content, file="file")
    places = {
        one.get("id"): (int(one.get(f"{{{OWN}}}column")), int(one.get(f"{{{OWN}}}row", "0")))
        for one in root.iter()
        if one.get(f"{{{OWN}}}column")
    }
    drawing = lay_out(process, places)
    head = text[: text.index("  <bpmndi:")] if "  <bpmndi:" in text else text[: text.index("</definitions>")]
    collaboration = root.find("{*}collaboration").get("id")
    return f"{head}{_diagram(drawing, process, collaboration)}</definitions>\n"


def lay_out(process: Process, places: dict[str, tuple[int, int]]) -> Drawing:
    """Return the places of everything, nodes first, then ways, then their labels."""
    centres = _columns(process, places)
    drawing = Drawing(pool=Box(POOL_X, POOL_Y, 0, 0))
    top = float(POOL_Y)
    for lane in process.lanes:
        rows = 1 + max((places[node][1] for node in lane.nodes), default=0)
        height = max(LEAST_LANE, rows * ROW_HEIGHT + 2 * LANE_MARGIN)
        first = top + (height - rows * ROW_HEIGHT) / 2 + ROW_HEIGHT / 2
        for name in lane.nodes:
            column, row = places[name]
            width, tall = _SIZES[process.nodes[name].kind]
            drawing.nodes[name] = Box.around(Point(centres[column], first + row * ROW_HEIGHT), width, tall)
        drawing.lanes[lane.id] = Box(POOL_X + 30, top, 0, height)
        top += height
    right = max(centres.values()) + max(_width(process, places, max(centres)) / 2, 24) + 16
    drawing.pool = Box(POOL_X, POOL_Y, right - POOL_X, top - POOL_Y)
    for name, box in drawing.lanes.items():
        drawing.lanes[name] = Box(box.x, box.y, right - box.x, box.height)
    _name_nodes(process, drawing)
    router = Router(drawing.nodes, list(drawing.labels.values()), drawing.lanes.values(), process)
    drawing.ways = router.route_all()
    _name_ways(process, drawing)
    return drawing


def text_width(name: Name, size: float = 11) -> float:
    """Return how wide the wider of both names is drawn, in pixels: Chinese a full square, English just over half."""
    chinese = sum(size if ord(letter) > 0x2E80 else size * 0.6 for letter in name.zh)
    return max(chinese, len(name.en) * size * 0.62)


def _width(process: Process, places: dict[str, tuple[int, int]], column: int) -> float:
    nodes = [process.nodes[name] for name, place in places.items() if place[0] == column]
    return max(_wanted_width(node) for node in nodes) if nodes else 0


def _wanted_width(node: Node) -> float:
    named = text_width(node.name) if node.kind in (NodeKind.START, NodeKind.END) else 0
    return max(_SIZES[node.kind][0], named)


def _columns(process: Process, places: dict[str, tuple[int, int]]) -> dict[int, float]:
    """Return the middle of each column."""
    centres: dict[int, float] = {}
    at = float(POOL_X + HEADS + 16)
    for column in sorted({place[0] for place in places.values()}):
        width = _width(process, places, column)
        centres[column] = at + width / 2
        labels = [_label_beside(process, places, flow) for flow in process.flows if places[flow.source][0] == column]
        gap = COLUMN_GAP if width > GATEWAY else NARROW_GAP
        at += max(width + gap, max(labels, default=0) + width / 2)
    return centres


def _label_beside(process: Process, places: dict[str, tuple[int, int]], flow: Flow) -> float:
    """Return how far right of its gateway's middle a name reaches that stands on a level way to the next column."""
    lanes = {node: lane.id for lane in process.lanes for node in lane.nodes}
    is_level = lanes[flow.source] == lanes[flow.target] and places[flow.source][1] == places[flow.target][1]
    return GATEWAY / 2 + text_width(flow.name) + 14 if flow.name.zh and is_level else 0


def _name_nodes(process: Process, drawing: Drawing) -> None:
    """Put the names of events below them; names of steps stand inside."""
    for node in process.nodes.values():
        if node.name.zh and node.kind in (NodeKind.START, NodeKind.END):
            box = drawing.nodes[node.id]
            middle = Point(box.x + box.width / 2, box.y + box.height + 4 + LABEL_HEIGHT / 2)
            drawing.labels[node.id] = Box.around(middle, text_width(node.name) + 2, LABEL_HEIGHT)


def _name_ways(process: Process, drawing: Drawing) -> None:
    taken = [*drawing.nodes.values(), *drawing.labels.values()]
    for flow in process.flows:
        if not flow.name.zh:
            continue
        width = text_width(flow.name) + 2
        choices = _label_places(drawing.ways[flow.id], width)
        lines = [line for way in drawing.ways.values() for line in pairwise(way)]
        lines += [(Point(lane.x, lane.y), Point(lane.x + lane.width, lane.y)) for lane in drawing.lanes.values()]
        best = min(choices, key=lambda choice: (_crowding(choice[1], taken, lines), choice[0]))
        drawing.labels[flow.id] = best[1]
        taken.append(best[1])


def _label_places(way: list[Point], width: float) -> list[tuple[float, Box]]:
    """Return where a label may stand beside its way, each with how far that is from where the way begins."""
    found, gone = [], 0.0
    for start, end in pairwise(way):
        length = abs(end.x - start.x) + abs(end.y - start.y)
        is_level = start.y == end.y
        for share in range(4, int(max(length, 5)), 6):
            x = start.x + (end.x - start.x) * share / max(length, 1)
            y = start.y + (end.y - start.y) * share / max(length, 1)
            if is_level:
                spots = [Point(x, y - 9), Point(x, y + 9)]
            else:
                spots = [Point(x + width / 2 + 4, y), Point(x - width / 2 - 4, y)]
            found += [(gone + share, Box.around(spot, width, LABEL_HEIGHT)) for spot in spots]
        gone += length
    return found


def _crowding(box: Box, taken: list[Box], lines: list[tuple[Point, Point]]) -> int:
    on_boxes = sum(10 for other in taken if box.overlaps(other, by=1))
    return on_boxes + sum(3 for start, end in lines if box.overlaps(Box.between(start, end)))


def _diagram(drawing: Drawing, process: Process, plane: str) -> str:
    rows = ['  <bpmndi:BPMNDiagram id="diagram">', f'    <bpmndi:BPMNPlane id="plane" bpmnElement="{plane}">']
    shapes = {"pool": drawing.pool, **drawing.lanes, **drawing.nodes}
    for name, box in shapes.items():
        sideways = ' isHorizontal="true"' if name == "pool" or name in drawing.lanes else ""
        marked = ' isMarkerVisible="true"' if _is_choice(process, name) else ""
        rows.append(f"      <bpmndi:BPMNShape id={_di(name)} bpmnElement={quoteattr(name)}{sideways}{marked}>")
        rows += [f"        {_bounds(box)}", *_label(drawing, name), "      </bpmndi:BPMNShape>"]
    for name, way in drawing.ways.items():
        rows.append(f"      <bpmndi:BPMNEdge id={_di(name)} bpmnElement={quoteattr(name)}>")
        rows += [f'        <di:waypoint x="{point.x:g}" y="{point.y:g}"/>' for point in way]
        rows += [*_label(drawing, name), "      </bpmndi:BPMNEdge>"]
    return "\n".join([*rows, "    </bpmndi:BPMNPlane>", "  </bpmndi:BPMNDiagram>", ""])


def _is_choice(process: Process, name: str) -> bool:
    return name in process.nodes and process.nodes[name].kind is NodeKind.CHOICE


def _label(drawing: Drawing, name: str) -> list[str]:
    box = drawing.labels.get(name)
    return [f"        <bpmndi:BPMNLabel>{_bounds(box)}</bpmndi:BPMNLabel>"] if box else []


def _bounds(box: Box) -> str:
    return f'<dc:Bounds x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}"/>'


def _di(name: str) -> str:
    return quoteattr(f"{name}_di")
