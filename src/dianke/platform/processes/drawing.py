"""The drawing of a process for a viewer: the file in the reader's language, and its size."""

from dataclasses import dataclass
from typing import Any

from lxml import etree

from dianke.platform.processes.library import ProcessLibrary
from dianke.platform.processes.reading import DIAGRAM, OWN, parse_drawing

_BOUNDS = "{http://www.omg.org/spec/DD/20100524/DC}Bounds"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A BPMN file ready to be drawn, and how far its shapes reach, in pixels."""

    xml: str
    width: int
    height: int


def picture_of(library: ProcessLibrary, process_id: str, *, in_english: bool) -> Picture:
    """
    Return the drawing of a version of a process with its names in one language.

    :raises UnknownProcess: if there is no such version
    """
    library.get(process_id)
    root = parse_drawing(library.contents[process_id], file=process_id)
    for element in root.iter():
        english = element.get(f"{{{OWN}}}name_en")
        if in_english and english:
            element.set("name", english)
        for attribute in [name for name in element.attrib if etree.QName(name).namespace == OWN]:
            del element.attrib[attribute]
    pool = next(root.iter(f"{{{DIAGRAM}}}BPMNShape")).find(_BOUNDS)
    return Picture(
        xml=etree.tostring(root, encoding="unicode"),
        width=_reach(pool, "x", "width"),
        height=_reach(pool, "y", "height"),
    )


def _reach(bounds: Any, start: str, length: str) -> int:
    # As much room on the far side as the drawing leaves on the near one.
    return round(2 * float(bounds.get(start)) + float(bounds.get(length)))
