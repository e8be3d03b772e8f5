"""Reads a BPMN file of the package: only what the machine can run and a person can do, with a clear refusal else."""

import re
from typing import Any

from lxml import etree

from dianke.kernel.errors import DomainError
from dianke.platform.processes.conditions import read_condition
from dianke.platform.processes.types import FactKind, Flow, Lane, Name, Node, NodeKind, Process

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DIAGRAM = "http://www.omg.org/spec/BPMN/20100524/DI"
# What the standard has no place for: English names, posts, outcomes, where the drawing puts a node.
OWN = "urn:dianke:processes"

_STRUCTURE = {
    "definitions", "collaboration", "participant", "process", "laneSet", "lane", "flowNodeRef", "sequenceFlow",
    "conditionExpression", "documentation", "incoming", "outgoing",
}  # fmt: skip
_WHY_NOT = {
    "timerEventDefinition": "timers run by the wall clock of one machine; due times are columns that the worker scans",
    "scriptTask": "scripts are code in data; what a step does is a use case",
    "serviceTask": "what a step does is a use case",
    "businessRuleTask": "what a step decides is a rule of the module",
    "sendTask": "messages go through the outbox",
    "receiveTask": "events come through use cases",
    "boundaryEvent": "steps are ended by people; hanging and cancelling are acts on the whole process",
}
_TAKES = {
    "startEvent": set(), "endEvent": set(), "parallelGateway": set(), "userTask": set(),
    "exclusiveGateway": {"default"}, "callActivity": {"calledElement"},
}  # fmt: skip
_ID = re.compile(r"[a-z][a-z0-9_]{1,59}\Z")
_PROCESS_ID = re.compile(r"([a-z][a-z0-9_]*)_v([1-9][0-9]{0,3})\Z")
_OUTCOME = re.compile(r"[A-Z][A-Z0-9_]{1,39}\Z")


class UnableToReadProcess(DomainError):
    """A process file holds what the machine does not run, or is not whole."""

    code = "unable_to_read_process"
    message = "{file}, {place}: {reason}"


def parse_drawing(content: bytes, *, file: str) -> Any:
    """
    Return the root element of a BPMN file; no entity is resolved and nothing is fetched.

    :raises UnableToReadProcess: if it is not well-formed or declares entities
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as fault:
        raise UnableToReadProcess(field="file", file=file, place="line 1", reason=str(fault)) from fault
    if root.getroottree().docinfo.doctype or etree.QName(root).localname != "definitions":
        raise UnableToReadProcess(field="file", file=file, place="line 1", reason="it is no plain BPMN file")
    return root


def read_process(content: bytes, *, file: str) -> Process:
    """
    Return the process that a file describes.

    :raises UnableToReadProcess: with file, element and reason
    :raises UnreadableCondition: if a condition is not in the small language
    """
    return _Reader(parse_drawing(content, file=file), file).read()


class _Reader:
    def __init__(self, root: Any, file: str) -> None:
        self.root = root
        self.file = file

    def read(self) -> Process:
        self._refuse_the_unknown()
        found = self.root.findall(f"{{{BPMN}}}process")
        if len(found) != 1:
            raise self._refusal(self.root, "one file holds one process")
        process = found[0]
        match = _PROCESS_ID.match(process.get("id", ""))
        if match is None or process.get("isExecutable") != "true":
            raise self._refusal(process, "the id of a process ends in _v and its version, and it is executable")
        lanes = self._lanes(process)
        return Process(
            id=match[0],
            key=match[1],
            version=int(match[2]),
            name=self._name(process),
            is_part=process.get(f"{{{OWN}}}part") == "true",
            facts=self._facts(process),
            lanes=lanes,
            nodes=self._nodes(process, {node: lane.post for lane in lanes for node in lane.nodes}),
            flows=tuple(self._flow(one) for one in process.iterchildren(f"{{{BPMN}}}sequenceFlow")),
        )

    def _refuse_the_unknown(self) -> None:
        """Walk every element but those of the drawing; a kind or an attribute that is not known is refused."""
        waiting = [self.root]
        kinds = _STRUCTURE | set(_TAKES)
        while waiting:
            element = waiting.pop()
            name = etree.QName(element)
            if name.namespace == DIAGRAM and name.localname == "BPMNDiagram":
                continue
            if name.namespace != BPMN or name.localname not in kinds:
                why = _WHY_NOT.get(name.localname, "the machine does not run it")
                raise self._refusal(element, f"{name.localname} is refused: {why}")
            known = _TAKES.get(name.localname)
            for attribute in element.attrib:
                self._refuse_attribute(element, etree.QName(attribute), known)
            waiting.extend(element)

    def _refuse_attribute(self, element: Any, attribute: Any, known: set[str] | None) -> None:
        is_own = attribute.namespace == OWN
        is_plain = attribute.namespace is None and (known is None or attribute.localname in known | {"id", "name"})
        is_type = attribute.namespace == "http://www.w3.org/2001/XMLSchema-instance"
        if not (is_own or is_plain or is_type):
            raise self._refusal(element, f"the attribute {attribute.localname} is refused")

    def _facts(self, process: Any) -> dict[str, FactKind]:
        facts = {}
        for pair in process.get(f"{{{OWN}}}facts", "").split():
            name, _, kind = pair.partition(":")
            if not _ID.match(name) or kind not in set(FactKind):
                raise self._refusal(process, f"{pair} is not name:kind with kind bool, int, text or decimal")
            facts[name] = FactKind(kind)
        return facts

    def _lanes(self, process: Any) -> tuple[Lane, ...]:
        lanes = []
        for lane in process.iter(f"{{{BPMN}}}lane"):
            post = lane.get(f"{{{OWN}}}post", "")
            if not post:
                raise self._refusal(lane, "a lane names the post that does its steps")
            nodes = tuple((ref.text or "").strip() for ref in lane.iterchildren(f"{{{BPMN}}}flowNodeRef"))
            lanes.append(Lane(id=self._id(lane), post=post, name=self._name(lane), nodes=nodes))
        named = [node for lane in lanes for node in lane.nodes]
        if len(named) != len(set(named)):
            raise self._refusal(process, "a node stands in two lanes")
        return tuple(lanes)

    def _nodes(self, process: Any, posts: dict[str, str]) -> dict[str, Node]:
        nodes: dict[str, Node] = {}
        for element in process:
            kind = etree.QName(element).localname
            if kind not in _TAKES:
                continue
            node = self._node(element, NodeKind(kind), posts)
            if node.id in nodes:
                raise self._refusal(element, "the id is used twice")
            nodes[node.id] = node
        if strangers := set(posts) - set(nodes):
            raise self._refusal(process, f"lanes name nodes that are not there: {', '.join(sorted(strangers))}")
        return nodes

    def _node(self, element: Any, kind: NodeKind, posts: dict[str, str]) -> Node:
        identifier = self._id(element)
        if identifier not in posts:
            raise self._refusal(element, "the node stands in no lane")
        outcomes = tuple(element.get(f"{{{OWN}}}outcomes", "DONE" if kind is NodeKind.STEP else "").split())
        if any(not _OUTCOME.match(outcome) for outcome in outcomes) or len(outcomes) != len(set(outcomes)):
            raise self._refusal(element, "outcomes are different words in capitals")
        if outcomes and kind is not NodeKind.STEP:
            raise self._refusal(element, "only a step has outcomes")
        called = element.get("calledElement", "")
        if kind is NodeKind.CALL and not _PROCESS_ID.match(called):
            raise self._refusal(element, "a call names a process with its version")
        is_named = kind in (NodeKind.STEP, NodeKind.CALL)
        return Node(
            id=identifier,
            kind=kind,
            name=self._name(element) if is_named else self._name_if_any(element),
            post=posts[identifier] if kind is NodeKind.STEP else "",
            outcomes=outcomes,
            called=called,
            default_flow=element.get("default", ""),
        )

    def _flow(self, element: Any) -> Flow:
        texts = [one.text or "" for one in element.iterchildren(f"{{{BPMN}}}conditionExpression")]
        return Flow(
            id=self._id(element),
            source=element.get("sourceRef", ""),
            target=element.get("targetRef", ""),
            condition=read_condition(texts[0]) if texts else None,
            name=self._name_if_any(element),
        )

    def _id(self, element: Any) -> str:
        identifier: str = element.get("id", "")
        if not _ID.match(identifier):
            raise self._refusal(element, "an id is small letters, digits and underscores")
        return identifier

    def _name(self, element: Any) -> Name:
        name = self._name_if_any(element)
        if not (name.zh and name.en):
            raise self._refusal(element, "it needs a Chinese and an English name")
        return name

    def _name_if_any(self, element: Any) -> Name:
        return Name(zh=element.get("name", ""), en=element.get(f"{{{OWN}}}name_en", ""))

    def _refusal(self, element: Any, reason: str) -> UnableToReadProcess:
        name = f"{etree.QName(element).localname} {element.get('id', '')}".strip()
        return UnableToReadProcess(
            field="file", file=self.file, place=f"line {element.sourceline}, {name}", reason=reason
        )
