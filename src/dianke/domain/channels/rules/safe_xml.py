"""
XML from outside, read piece by piece by expat and never further than it may go.

A document type is refused as soon as it begins: without one there are no entities, so nothing can be blown up or
fetched from elsewhere. Depth and length of texts have bounds.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from xml.parsers import expat

MOST_DEPTH = 40
MOST_TEXT = 20_000
_SEPARATOR = "\n"


class XmlRefused(ValueError):
    """The text is no XML, or holds what no file of a bank needs; `code` says which, `line` where."""

    def __init__(self, code: str, line: int) -> None:
        self.code = code
        self.line = line
        super().__init__(f"{code} at line {line}")


@dataclass(slots=True)
class Node:
    """An element with its own text, its children in order and the line that it begins on."""

    tag: str
    namespace: str
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def find(self, path: str) -> "Node | None":
        """Return the first element below, by the names of the way to it."""
        here: Node | None = self
        for name in path.split("/"):
            here = next((one for one in here.children if one.tag == name), None) if here else None
        return here

    def find_all(self, name: str) -> list["Node"]:
        """Return the children of a name."""
        return [one for one in self.children if one.tag == name]

    def read(self, *paths: str) -> str:
        """Return the text of the first of several ways that leads to one, or nothing."""
        for path in paths:
            found = self.find(path)
            if found is not None and found.text:
                return found.text
        return ""


def walk(content: bytes, *, each: Collection[str], take: Callable[[Node], None]) -> Node:
    """
    Return the root of a document, having given each element of some names to `take` and forgotten it again.

    :raises XmlRefused: if it is no XML, has a document type, or goes beyond the bounds
    """
    walker = _Walker(frozenset(each), take)
    parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
    parser.buffer_text = True
    walker.parser = parser
    parser.StartElementHandler = walker.start
    parser.EndElementHandler = walker.end
    parser.CharacterDataHandler = walker.add_text
    parser.StartDoctypeDeclHandler = walker.refuse
    parser.EntityDeclHandler = walker.refuse
    parser.ExternalEntityRefHandler = walker.refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise XmlRefused("xml_unreadable", error.lineno) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, XmlRefused):
            raise
        raise XmlRefused("xml_unreadable", 1) from error
    return walker.root


class _Walker:
    """What the parser calls."""

    parser: expat.XMLParserType
    root: Node

    def __init__(self, each: frozenset[str], take: Callable[[Node], None]) -> None:
        self._each = each
        self._take = take
        self._open: list[Node] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _mark, tag = name.rpartition(_SEPARATOR)
        node = Node(tag, namespace, self.parser.CurrentLineNumber, attributes)
        if len(self._open) >= MOST_DEPTH:
            raise XmlRefused("xml_too_deep", node.line)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self.root = node
        self._open.append(node)

    def add_text(self, text: str) -> None:
        node = self._open[-1]
        if len(node.text) + len(text) > MOST_TEXT:
            raise XmlRefused("xml_text_too_long", node.line)
        node.text += text

    def end(self, _name: str) -> None:
        node = self._open.pop()
        node.text = node.text.strip()
        if node.tag in self._each and self._open:
            self._open[-1].children.pop()
            self._take(node)

    def refuse(self, *_parts: object) -> int:
        raise XmlRefused("xml_has_document_type", self.parser.CurrentLineNumber)
