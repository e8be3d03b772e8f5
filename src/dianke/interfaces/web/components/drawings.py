"""Drawings of processes: the file for bpmn-js, which steps are done and which one is lit."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import get_language

from dianke.domain.service_orders.processes import library
from dianke.platform.processes import drawing
from dianke.platform.processes.types import Name, Process


@dataclass(frozen=True)
class ProcessDrawing:
    """
    One drawing: `now` are the ids of the nodes that are lit, `done` of those that are behind.

    Both are ids of this drawing's own nodes: a call activity is lit while the order is inside of it.
    """

    process: Process
    picture: drawing.Picture
    title: str
    done: Collection[str] = ()
    now: Collection[str] = ()

    @property
    def id(self) -> str:
        """Return the id of the drawing on its page, which calls lead to."""
        return f"process-{self.process.id}"

    @property
    def data(self) -> dict[str, object]:
        """Return what the script reads: the file, what is marked, and where calls lead."""
        calls = {call.id: f"process-{call.called}" for call in self.process.calls}
        steps = [step.id for step in self.process.steps]
        return {
            "xml": self.picture.xml, "done": sorted(self.done), "now": sorted(self.now), "calls": calls, "steps": steps,
        }  # fmt: skip


def draw_process(process_id: str, *, done: Collection[str] = (), now: Collection[str] = ()) -> ProcessDrawing:
    """
    Return a process as a page draws it, in the reader's language.

    :raises UnknownProcess: if there is no such version
    """
    process = library().get(process_id)
    picture = drawing.picture_of(library(), process_id, in_english=reads_english())
    return ProcessDrawing(process, picture, title=name_of(process.name), done=done, now=now)


def name_of(name: Name) -> str:
    """Return a name in the reader's language."""
    return name.en if reads_english() else name.zh


def reads_english() -> bool:
    """Return whether the page is read in English."""
    return (get_language() or "").startswith("en")
