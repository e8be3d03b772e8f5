"""Processes of service orders: which there are, and each version drawn with its parts and steps."""

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET

from dianke.domain.service_orders.processes import library
from dianke.interfaces.web.access import open_to_staff
from dianke.interfaces.web.components.drawings import ProcessDrawing, draw_process, name_of
from dianke.interfaces.web.components.page import Chip, Crumb, Page, Text
from dianke.interfaces.web.processes import words
from dianke.interfaces.web.requests import StaffRequest
from dianke.platform.processes.library import UnknownProcess
from dianke.platform.processes.types import NodeKind, Process


@dataclass(frozen=True)
class Line:
    """A version of a process in the list."""

    process: Process
    name: str
    steps: int
    parts: list[str]
    is_newest: bool


@dataclass(frozen=True)
class StepLine:
    """A step, or a part that is run as one, in the list below a drawing."""

    number: int
    id: str
    name: str
    post: str
    outcomes: list[Text]
    part: str


@dataclass(frozen=True)
class Sheet:
    """One drawing with the steps of its own."""

    drawing: ProcessDrawing
    lines: list[StepLine]
    facts: list[Text]


@require_GET
@open_to_staff
def list_processes(request: StaffRequest) -> HttpResponse:
    """List the processes that orders run on, then the parts that several of them share."""
    lines = [_line(process) for process in library().processes.values()]
    lines.sort(key=lambda line: (line.process.key, -line.process.version))
    page = Page(
        title=_("Processes"),
        crumbs=[Crumb(_("Service orders"))],
        help=[
            _("How orders of each kind run: who does which step, in which order. A running order stays on its version.")
        ],
    )
    values = {
        "page": page,
        "orders": [line for line in lines if not line.process.is_part],
        "parts": [line for line in lines if line.process.is_part],
    }
    return render(request, "processes/list.html", values)


@require_GET
@open_to_staff
def show_process(request: StaffRequest, key: str, version: int) -> HttpResponse:
    """Show a version of a process as a drawing, each part it runs below it, and every step as a list."""
    try:
        process = library().get_version(key, version)
    except UnknownProcess as fault:
        raise Http404 from fault
    is_newest = library().newest(key) is process
    count = _count_steps(process)
    page = Page(
        title=name_of(process.name),
        number=f"v{process.version}",
        chips=[
            Chip("ok", _("New orders start on it")) if is_newest else Chip("idle", _("Only for orders that run on it"))
        ],
        facts=[ngettext("%(count)s step", "%(count)s steps", count) % {"count": count}],
        crumbs=[Crumb(_("Service orders")), Crumb(_("Processes"), reverse("web:processes"))],
        menu_url=reverse("web:processes"),
        help=[
            _("A box with a plus is a part that several processes share; a click leads to its drawing below."),
            _("A stroke through a way marks what is taken when no other condition holds."),
        ],
    )
    sheets = [_sheet(one) for one in _with_parts(process)]
    return render(request, "processes/show.html", {"page": page, "sheets": sheets, "process": process})


def _line(process: Process) -> Line:
    return Line(
        process=process,
        name=name_of(process.name),
        steps=_count_steps(process),
        parts=[name_of(part.name) for part in _with_parts(process)[1:]],
        is_newest=library().newest(process.key) is process,
    )


def _with_parts(process: Process) -> list[Process]:
    """Return a process and every part it runs, in the order they are reached, each once."""
    found = [process]
    for call in process.calls:
        found += [part for part in _with_parts(library().get(call.called)) if part not in found]
    return found


def _count_steps(process: Process) -> int:
    return len(process.steps) + sum(_count_steps(library().get(call.called)) for call in process.calls)


def _sheet(process: Process) -> Sheet:
    lanes = {node: name_of(lane.name) for lane in process.lanes for node in lane.nodes}
    shown = [node for node in process.walk() if node.kind in (NodeKind.STEP, NodeKind.CALL)]
    lines = [
        StepLine(
            number=number,
            id=node.id,
            name=name_of(node.name),
            post=lanes[node.id] if node.kind is NodeKind.STEP else pgettext("process", "Part"),
            outcomes=[words.OUTCOMES.get(outcome, outcome) for outcome in node.outcomes if outcome != "DONE"],
            part=f"process-{node.called}" if node.called else "",
        )
        for number, node in enumerate(shown, start=1)
    ]
    facts = [words.FACTS.get(fact, fact) for fact in process.facts if _decides(process, fact)]
    return Sheet(draw_process(process.id), lines, facts)


def _decides(process: Process, fact: str) -> bool:
    return any(flow.condition is not None and fact in flow.condition.names for flow in process.flows)
