"""Every version of every process of a folder, checked as a whole, with what SpiffWorkflow walks by."""

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from dianke.kernel.errors import DomainError
from dianke.platform.processes import checking, reading
from dianke.platform.processes.conditions import OUTCOME_OF, Condition
from dianke.platform.processes.types import Node, Process


class FaultyProcess(DomainError):
    """A process file was read but cannot run to its end."""

    code = "faulty_process"
    message = "{process} cannot run: {faults}"


class UnknownProcess(DomainError):
    """There is no such process or no such version of it."""

    code = "unknown_process"
    message = "there is no process {process!r}"


class ChangedProcess(DomainError):
    """A released version of a process is not what it was: orders run on it, so it may never change."""

    code = "changed_process"
    message = "{process} is not what was released; give the change a new version"


class ProcessLibrary:
    """The processes of the package, by id (`key_vN`); read once when a server starts."""

    def __init__(self, files: Mapping[str, bytes], *, released: Mapping[str, str]) -> None:
        """
        Read and check every file, given by its name.

        `released` holds the digest of every version that orders may run on.

        :raises UnableToReadProcess: if a file holds what the machine does not run
        :raises FaultyProcess: if a process cannot run to its end
        :raises ChangedProcess: if a released version changed, is missing, or a version was never released
        """
        self.contents = {name.removesuffix(".bpmn"): content for name, content in files.items()}
        self.processes: dict[str, Process] = {}
        for name, content in sorted(files.items()):
            process = reading.read_process(content, file=name)
            if f"{process.id}.bpmn" != name:
                raise FaultyProcess(field="file", process=name, faults=f"its file must be called {process.id}.bpmn")
            self.processes[process.id] = process
        for process in self.processes.values():
            if faults := checking.find_faults(process, self.processes):
                raise FaultyProcess(field="process", process=process.id, faults="; ".join(faults))
        self._hold_to(released)

    def _hold_to(self, released: Mapping[str, str]) -> None:
        for process in sorted(set(self.processes) | set(released)):
            if process not in self.processes or released.get(process) != digest_of(self.processes[process]):
                raise ChangedProcess(field="process", process=process)

    def get(self, process_id: str) -> Process:
        """
        Return a version of a process.

        :raises UnknownProcess: if it is not there
        """
        if process_id not in self.processes:
            raise UnknownProcess(field="process", process=process_id)
        return self.processes[process_id]

    def get_version(self, key: str, version: int) -> Process:
        """
        Return a version of a process by its key.

        :raises UnknownProcess: if it is not there
        """
        return self.get(f"{key}_v{version}")

    def newest(self, key: str) -> Process:
        """
        Return the version that new orders start on.

        :raises UnknownProcess: if there is none
        """
        versions = [process for process in self.processes.values() if process.key == key]
        if not versions:
            raise UnknownProcess(field="process", process=key)
        return max(versions, key=lambda process: process.version)

    def find_condition(self, process_id: str, text: str) -> Condition:
        """Return a condition of a process that was read before, by its text."""
        return self._conditions[process_id, text]

    def find_step(self, process_id: str, node_id: str) -> Node:
        """Return a node of a process."""
        return self.processes[process_id].nodes[node_id]

    def is_asked_for(self, process_id: str, step_id: str) -> bool:
        """Return whether a condition of the process asks how a step ended."""
        return (process_id, f"{OUTCOME_OF}{step_id}") in self._asked

    def specification_of(self, process_id: str) -> tuple[Any, dict[str, Any]]:
        """Return what SpiffWorkflow walks by: the process and everything it may call."""
        spec = self._specifications[process_id]
        called = {one: self._specifications[one] for one in self._all_called(process_id)}
        return spec, called

    def _all_called(self, process_id: str) -> set[str]:
        direct = {call.called for call in self.processes[process_id].calls}
        return direct.union(*(self._all_called(one) for one in direct))

    @cached_property
    def _conditions(self) -> dict[tuple[str, str], Condition]:
        return {
            (process.id, flow.condition.text): flow.condition
            for process in self.processes.values()
            for flow in process.flows
            if flow.condition is not None
        }

    @cached_property
    def _asked(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (process, name) for (process, _), condition in self._conditions.items() for name in condition.names
        )

    @cached_property
    def _specifications(self) -> dict[str, Any]:
        # Most pages and commands walk no process.
        from dianke.platform.processes.joining import ProcessParser

        parser = ProcessParser()
        for name, content in self.contents.items():
            parser.add_bpmn_xml(reading.parse_drawing(content, file=name), name)
        return {process: parser.get_spec(process) for process in self.processes}


def digest_of(process: Process) -> str:
    """Return the digest of what a process does; names and the drawing are not part of it."""
    structure = {
        "id": process.id,
        "part": process.is_part,
        "facts": sorted(process.facts.items()),
        "nodes": sorted(
            [node.id, node.kind, node.post, node.outcomes, node.called, node.default_flow]
            for node in process.nodes.values()
        ),
        "flows": sorted(
            [flow.id, flow.source, flow.target, flow.condition.text if flow.condition else ""] for flow in process.flows
        ),
    }
    return hashlib.sha256(json.dumps(structure, sort_keys=True).encode()).hexdigest()
