"""
The short text of a running process and back.

SpiffWorkflow's own form holds the specification, a random id and a time for each token and the predicted future: some
ten kilobytes for a process of twelve steps. Here stand only the tokens that were reached, as
`[parent, node, state]` or `[parent, node, state, serial]` in the order of the tree; ids are given anew and the future
is predicted again when the text is read. The process itself is named by its id and digest.
"""

from typing import Any
from uuid import UUID

from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import Task, TaskState

SERIAL = "serial"
_OPEN = TaskState.WAITING | TaskState.READY | TaskState.STARTED
_REACHED = _OPEN | TaskState.FINISHED_MASK

# Tokens of one workflow, and below each call the tokens of what it called.
Tokens = dict[str, Any]


def tokens_of(workflow: Any) -> Tokens:
    """Return the reached tokens of a workflow and of what it called, as plain lists."""
    rows: list[list[Any]] = []
    called: dict[str, Tokens] = {}
    subprocesses = workflow.top_workflow.subprocesses
    waiting = [(workflow.task_tree, -1)]
    while waiting:
        task, parent = waiting.pop()
        place = len(rows)
        row = [parent, task.task_spec.name, task.state]
        if SERIAL in task.internal_data:
            row.append(task.internal_data[SERIAL])
        rows.append(row)
        if task.id in subprocesses:
            called[str(place)] = tokens_of(subprocesses[task.id])
        waiting.extend((child, place) for child in reversed(task.children) if child.has_state(_REACHED))
    return {"t": rows} | ({"c": called} if called else {})


def rebuild(tokens: Tokens, *, spec: Any, called_specs: dict[str, Any], engine: Any) -> Any:
    """Return the workflow that the tokens were taken from."""
    workflow = BpmnWorkflow(spec, called_specs, script_engine=engine, deserializing=True)
    _Ids().fill(workflow, tokens, workflow)
    for part in (workflow, *workflow.subprocesses.values()):
        for task in [task for task in part.tasks.values() if task.has_state(_OPEN)]:
            task.task_spec._predict(task, mask=TaskState.NOT_FINISHED_MASK)
    return workflow


class _Ids:
    """Gives each token an id that is its own within the running process."""

    def __init__(self) -> None:
        self.last = 0

    def fill(self, workflow: Any, tokens: Tokens, top: Any) -> None:
        tasks: list[Any] = []
        for parent, node, state, *serial in tokens["t"]:
            self.last += 1
            above = tasks[parent] if parent >= 0 else None
            task = Task(workflow, workflow.spec.task_specs[node], above, state=state, id=UUID(int=self.last))
            if serial:
                task.internal_data[SERIAL] = serial[0]
            tasks.append(task)
        workflow.task_tree = tasks[0]
        workflow.last_task = tasks[0]
        workflow.completed = not any(task.has_state(_OPEN) for task in tasks)
        for place, inner in tokens.get("c", {}).items():
            self._fill_called(tasks[int(place)], inner, top)

    def _fill_called(self, task: Any, tokens: Tokens, top: Any) -> None:
        part = BpmnSubWorkflow(top.subprocess_specs[task.task_spec.spec], task.id, top, deserializing=True)
        top.subprocesses[task.id] = part
        part.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
        self.fill(part, tokens, top)
