"""Whether a process that was read can run to its end: every node reached, every choice decided, every part there."""

from collections.abc import Iterable, Mapping

from dianke.platform.processes.conditions import OUTCOME, OUTCOME_OF, Condition
from dianke.platform.processes.types import Flow, Node, NodeKind, Process


def find_faults(process: Process, processes: Mapping[str, Process]) -> list[str]:
    """Return everything that is wrong with a process among all processes, each as a sentence; none if it can run."""
    if ends := _faults_of_ends(process):
        return ends
    return [
        *_faults_of_ways(process),
        *_faults_of_choices(process, processes),
        *_faults_of_calls(process, processes),
    ]


def possible_outcomes(process: Process, processes: Mapping[str, Process]) -> frozenset[str]:
    """Return the outcomes that the last step of a process may have had."""
    found: set[str] = set()
    for end in (node for node in process.nodes.values() if node.kind is NodeKind.END):
        for node in _last_before(process, end.id):
            found |= _outcomes_of(node, processes)
    return frozenset(found)


def _outcomes_of(node: Node, processes: Mapping[str, Process]) -> frozenset[str]:
    if node.kind is NodeKind.STEP:
        return frozenset(node.outcomes)
    called = processes.get(node.called)
    return possible_outcomes(called, processes) if called else frozenset()


def _faults_of_ends(process: Process) -> list[str]:
    faults = [
        f"the way {flow.id} leads from or to nothing"
        for flow in process.flows
        if flow.source not in process.nodes or flow.target not in process.nodes
    ]
    starts = [node for node in process.nodes.values() if node.kind is NodeKind.START]
    if len(starts) != 1:
        faults.append("a process has one start")
    if not any(node.kind is NodeKind.END for node in process.nodes.values()):
        faults.append("a process has an end")
    return faults


def _faults_of_ways(process: Process) -> Iterable[str]:
    ahead, back = _neighbours(process)
    start = next(node.id for node in process.nodes.values() if node.kind is NodeKind.START)
    ends = [node.id for node in process.nodes.values() if node.kind is NodeKind.END]
    reached, ending = _walk([start], ahead), _walk(ends, back)
    for node in process.nodes.values():
        out, into = len(ahead[node.id]), len(back[node.id])
        if node.id not in reached:
            yield f"nothing leads to {node.id}"
        if node.id not in ending:
            yield f"no way from {node.id} ends"
        if node.kind not in (NodeKind.CHOICE, NodeKind.PARALLEL) and out > 1:
            yield f"{node.id} has several ways on; a gateway chooses or divides"
        if node.kind is NodeKind.START and into:
            yield f"a way leads to the start {node.id}"
        if node.kind is NodeKind.END and out:
            yield f"a way leads on from the end {node.id}"


def _faults_of_choices(process: Process, processes: Mapping[str, Process]) -> Iterable[str]:
    for node in process.nodes.values():
        flows = [flow for flow in process.flows if flow.source == node.id]
        if node.kind is not NodeKind.CHOICE or len(flows) == 1:
            yield from (f"the way {flow.id} has a condition but nothing to choose" for flow in flows if flow.condition)
            continue
        if node.default_flow not in {flow.id for flow in flows if flow.condition is None}:
            yield f"{node.id} names no way without a condition as the one that is taken else"
        yield from (
            f"the way {flow.id} has neither a condition nor is it taken else"
            for flow in flows
            if flow.condition is None and flow.id != node.default_flow
        )
        last = frozenset[str]().union(*(_outcomes_of(one, processes) for one in _last_before(process, node.id)))
        for flow in flows:
            if flow.condition is not None:
                yield from _faults_of_condition(process, flow, flow.condition, last)


def _faults_of_condition(process: Process, flow: Flow, condition: Condition, last: frozenset[str]) -> Iterable[str]:
    known = {OUTCOME: last} | {f"{OUTCOME_OF}{step.id}": frozenset(step.outcomes) for step in process.steps}
    if strangers := condition.names - set(process.facts) - set(known):
        yield f"the way {flow.id} asks for facts that are not declared: {', '.join(sorted(strangers))}"
    for name, text in sorted(condition.outcomes):
        if name in known and text not in known[name]:
            yield f"the way {flow.id} waits for an outcome that no step has: {text}"


def _faults_of_calls(process: Process, processes: Mapping[str, Process]) -> Iterable[str]:
    for call in process.calls:
        called = processes.get(call.called)
        if called is None:
            yield f"{call.id} calls {call.called}, which is not there"
            continue
        if not called.is_part:
            yield f"{call.id} calls {call.called}, which is no part"
        if process.id in _all_called(called, processes):
            yield f"{call.id} calls the process that calls it"
        if missing := set(called.facts) - set(process.facts):
            yield f"{call.called} asks for facts that {process.id} does not declare: {', '.join(sorted(missing))}"


def _all_called(process: Process, processes: Mapping[str, Process]) -> set[str]:
    found = {process.id}
    waiting = [process]
    while waiting:
        for call in waiting.pop().calls:
            if call.called not in found and call.called in processes:
                found.add(call.called)
                waiting.append(processes[call.called])
    return found


def _last_before(process: Process, node: str) -> list[Node]:
    """Return the steps and calls that may have been completed last before a node, through gateways."""
    _, back = _neighbours(process)
    found, seen, waiting = [], {node}, list(back[node])
    while waiting:
        one = process.nodes[waiting.pop()]
        if one.id in seen:
            continue
        seen.add(one.id)
        if one.kind in (NodeKind.STEP, NodeKind.CALL):
            found.append(one)
        else:
            waiting.extend(back[one.id])
    return found


def _neighbours(process: Process) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    ahead: dict[str, list[str]] = {node: [] for node in process.nodes}
    back: dict[str, list[str]] = {node: [] for node in process.nodes}
    for flow in process.flows:
        ahead[flow.source].append(flow.target)
        back[flow.target].append(flow.source)
    return ahead, back


def _walk(begin: list[str], neighbours: Mapping[str, list[str]]) -> set[str]:
    seen, waiting = set(begin), list(begin)
    while waiting:
        for node in neighbours[waiting.pop()]:
            if node not in seen:
                seen.add(node)
                waiting.append(node)
    return seen
