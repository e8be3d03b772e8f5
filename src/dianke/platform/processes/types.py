"""Facts of processes: their nodes and flows as read from a file, and the steps of a running one."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from dianke.platform.processes.conditions import Condition

# The lane of whoever asked for the process; it is no post.
CUSTOMER = "CUSTOMER"

FactValue = bool | int | str | Decimal
Facts = Mapping[str, FactValue]


class NodeKind(StrEnum):
    """What a node of a process may be; nothing else is read."""

    START = "startEvent"
    END = "endEvent"
    STEP = "userTask"
    CHOICE = "exclusiveGateway"
    PARALLEL = "parallelGateway"
    CALL = "callActivity"


class FactKind(StrEnum):
    """What kind of value a condition may ask for."""

    BOOL = "bool"
    INT = "int"
    TEXT = "text"
    DECIMAL = "decimal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """What a thing is called in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """
    One node of a process.

    `post` is the post that does a step, or CUSTOMER. `outcomes` are the results a step may end with; the first is the
    usual one. `called` is the process that a call activity runs.
    """

    id: str
    kind: NodeKind
    name: Name
    post: str = ""
    outcomes: tuple[str, ...] = ()
    called: str = ""
    default_flow: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """A way from one node to another, taken if its condition holds; without a condition always."""

    id: str
    source: str
    target: str
    condition: Condition | None = None
    name: Name = Name(zh="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one post does in a process."""

    id: str
    post: str
    name: Name
    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One version of a process as its file says; `is_part` if only other processes run it."""

    id: str
    key: str
    version: int
    name: Name
    is_part: bool
    facts: Mapping[str, FactKind]
    lanes: tuple[Lane, ...]
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]

    @property
    def steps(self) -> tuple[Node, ...]:
        """Return the steps that a person does, in the order of the file."""
        return tuple(node for node in self.nodes.values() if node.kind is NodeKind.STEP)

    def walk(self) -> list[Node]:
        """Return the nodes in the order work reaches them: by the fewest ways from the start, then as in the file."""
        rank = {node.id: 0 for node in self.nodes.values() if node.kind is NodeKind.START}
        waiting = list(rank)
        while waiting:
            here = waiting.pop(0)
            for flow in self.flows:
                if flow.source == here and flow.target not in rank:
                    rank[flow.target] = rank[here] + 1
                    waiting.append(flow.target)
        return sorted(self.nodes.values(), key=lambda node: rank[node.id])

    @property
    def calls(self) -> tuple[Node, ...]:
        """Return the call activities, in the order of the file."""
        return tuple(node for node in self.nodes.values() if node.kind is NodeKind.CALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInProcess:
    """
    A step that somebody may do now.

    `serial` names this arrival at the step and never comes again in the same running process: whoever completes a step
    says which arrival they saw. `path` is the step behind the call activities that lead to it.
    """

    serial: int
    step: Node
    process_id: str
    path: tuple[str, ...]


class RunStatus(StrEnum):
    """Where a running process is as a whole."""

    RUNNING = "RUNNING"
    HUNG = "HUNG"
    CANCELLED = "CANCELLED"
    DONE = "DONE"
