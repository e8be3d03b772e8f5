"""A running process: what may be done now, and the acts that move it on."""

import json
import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.workflow import BpmnWorkflow
from SpiffWorkflow.task import TaskState

from dianke.kernel.errors import DomainError
from dianke.platform.processes import keeping
from dianke.platform.processes.conditions import OUTCOME, OUTCOME_OF, MissingFact, UnfitFact
from dianke.platform.processes.keeping import SERIAL
from dianke.platform.processes.library import ChangedProcess, ProcessLibrary, digest_of
from dianke.platform.processes.types import FactKind, Facts, Node, NodeKind, Process, RunStatus, StepInProcess

# Every change of a token is a line of information otherwise, made with a list of all tokens.
for _name in ("spiff.task", "spiff.workflow"):
    logging.getLogger(_name).setLevel(logging.WARNING)

_KINDS: dict[FactKind, tuple[type, ...]] = {
    FactKind.BOOL: (bool,),
    FactKind.INT: (int,),
    FactKind.TEXT: (str,),
    FactKind.DECIMAL: (Decimal, int),
}


class StepNotReady(DomainError):
    """The step was done, sent back or cancelled before."""

    code = "step_not_ready"
    message = "this step is no longer waiting: somebody did it, or the order moved on; look at the order again"


class UnknownOutcome(DomainError):
    """The step cannot end so."""

    code = "unknown_outcome"
    message = "the step {step} cannot end with {outcome!r}; it ends with {known}"


class ProcessNotRunning(DomainError):
    """Nothing is done while a process hangs, and never after it ended."""

    code = "process_not_running"
    message = "the process is {status}; nothing can be done in it"


class NotBeforeStep(DomainError):
    """Work goes back only to a step that was done on the way to this one."""

    code = "not_before_step"
    message = "{step} was not done on the way here; it goes back to {known}"


class RunningProcess:
    """
    One process on its way. Every act changes it in memory; `save` gives the text to keep.

    The version it started on is named in the text: a newer version of the process changes nothing here.
    """

    def __init__(self, library: ProcessLibrary, process: Process) -> None:
        """Prepare a process that has not started; use `start` or `load`."""
        self.library = library
        self.process = process
        self.status = RunStatus.RUNNING
        self._next_serial = 1
        self._outcomes: dict[str, str] = {}
        self._engine = _Engine(library, self._outcomes)
        self._workflow: Any = None

    def ready_steps(self) -> list[StepInProcess]:
        """Return the steps that may be done now, in the order they came; none while it hangs or after its end."""
        if self.status is not RunStatus.RUNNING:
            return []
        return sorted((self._step(task) for task in self._ready_tasks()), key=lambda step: step.serial)

    def waiting_steps(self) -> list[StepInProcess]:
        """Return the steps it stands at, also while it hangs."""
        return sorted((self._step(task) for task in self._ready_tasks()), key=lambda step: step.serial)

    def complete(self, *, serial: int, facts: Facts, outcome: str = "") -> list[StepInProcess]:
        """
        End one arrival at a step, walk on, and return the steps that became ready by it.

        `outcome` is one of the step's; left out, the usual one. `facts` are those the process declares.

        :raises ProcessNotRunning: if it hangs or ended
        :raises StepNotReady: if this arrival is not waiting any more
        :raises UnknownOutcome: if the step cannot end so
        :raises MissingFact: if a declared fact is not given
        :raises UnfitFact: if a fact is of another kind than declared
        """
        task = self._find(serial)
        step = self._step(task).step
        outcome = outcome or step.outcomes[0]
        if outcome not in step.outcomes:
            raise UnknownOutcome(field="outcome", step=step.id, outcome=outcome, known=", ".join(step.outcomes))
        _check_facts(self.process, facts)
        before = {one.serial for one in self.ready_steps()}
        if self.library.is_asked_for(task.workflow.spec.name, step.id):
            self._outcomes[f"{task.workflow.spec.name}.{step.id}"] = outcome
        self._engine.prepare(facts, outcome)
        task.run()
        self._walk_on()
        return [one for one in self.ready_steps() if one.serial not in before]

    def steps_before(self, *, serial: int) -> list[tuple[str, ...]]:
        """
        Return the paths of the steps done on the way to this one, nearest first: where it may be sent back to.

        Of parallel work that came together only the branch that came last lies on the way; the others are reached by
        going back to before they divided.

        :raises ProcessNotRunning: if it hangs or ended
        :raises StepNotReady: if this arrival is not waiting any more
        """
        found: list[tuple[str, ...]] = []
        for task in self._way_to(self._find(serial)):
            path = self._path(task)
            if path not in found:
                found.append(path)
        return found

    def send_back(self, *, serial: int, to_path: tuple[str, ...], facts: Facts) -> list[StepInProcess]:
        """
        Take the work back to a step done on the way here; what came after it is undone, other branches too.

        :raises ProcessNotRunning: if it hangs or ended
        :raises StepNotReady: if this arrival is not waiting any more
        :raises NotBeforeStep: if that step was not done on the way here
        """
        tasks = [task for task in self._way_to(self._find(serial)) if self._path(task) == to_path]
        if not tasks:
            known = ", ".join("/".join(path) for path in self.steps_before(serial=serial)) or "nothing"
            raise NotBeforeStep(field="to_path", step="/".join(to_path), known=known)
        _check_facts(self.process, facts)
        target = tasks[0]
        # A part that was finished runs again; SpiffWorkflow does not say so itself.
        for part in self._workflows_above(target):
            part.completed = False
        self._engine.prepare(facts, "")
        self._workflow.reset_from_task_id(target.id)
        self._walk_on()
        return self.ready_steps()

    def hang(self) -> None:
        """
        Let nothing be done until it is resumed.

        :raises ProcessNotRunning: if it does not run
        """
        self._must_run()
        self.status = RunStatus.HUNG

    def resume(self) -> None:
        """
        Let it go on where it hung.

        :raises ProcessNotRunning: if it does not hang
        """
        if self.status is not RunStatus.HUNG:
            raise ProcessNotRunning(field="status", status=self.status)
        self.status = RunStatus.RUNNING

    def cancel(self) -> None:
        """
        End it before its end, running or hung.

        :raises ProcessNotRunning: if it ended before
        """
        if self.status not in (RunStatus.RUNNING, RunStatus.HUNG):
            raise ProcessNotRunning(field="status", status=self.status)
        self._workflow.cancel()
        self.status = RunStatus.CANCELLED

    def save(self) -> str:
        """Return the text that `load` reads."""
        kept = {
            "p": self.process.id,
            "d": digest_of(self.process)[:16],
            "s": self.status,
            "n": self._next_serial,
            "o": self._outcomes,
            "w": keeping.tokens_of(self._workflow),
        }
        return json.dumps(kept, separators=(",", ":"))

    # -- inside

    def _begin(self, facts: Facts) -> None:
        _check_facts(self.process, facts)
        spec, called = self.library.specification_of(self.process.id)
        self._engine.prepare(facts, "")
        self._workflow = BpmnWorkflow(spec, called, script_engine=self._engine)
        self._walk_on()

    def _restore(self, kept: dict[str, Any]) -> None:
        if kept["d"] != digest_of(self.process)[:16]:
            raise ChangedProcess(field="process", process=self.process.id)
        self.status = RunStatus(kept["s"])
        self._next_serial = kept["n"]
        self._outcomes.update(kept["o"])
        spec, called = self.library.specification_of(self.process.id)
        self._workflow = keeping.rebuild(kept["w"], spec=spec, called_specs=called, engine=self._engine)

    def _walk_on(self) -> None:
        self._workflow.do_engine_steps()
        for task in self._ready_tasks():
            if SERIAL not in task.internal_data:
                task.internal_data[SERIAL] = self._next_serial
                self._next_serial += 1
        if self._workflow.is_completed():
            self.status = RunStatus.DONE

    def _ready_tasks(self) -> list[Any]:
        return list(self._workflow.get_tasks(state=TaskState.READY, manual=True))

    def _must_run(self) -> None:
        if self.status is not RunStatus.RUNNING:
            raise ProcessNotRunning(field="status", status=self.status)

    def _find(self, serial: int) -> Any:
        self._must_run()
        for task in self._ready_tasks():
            if task.internal_data[SERIAL] == serial:
                return task
        raise StepNotReady(field="serial")

    def _step(self, task: Any) -> StepInProcess:
        process_id = task.workflow.spec.name
        return StepInProcess(
            serial=task.internal_data[SERIAL],
            step=self.library.find_step(process_id, task.task_spec.name),
            process_id=process_id,
            path=self._path(task),
        )

    def _path(self, task: Any) -> tuple[str, ...]:
        names = [task.task_spec.name]
        while (above := self._calling(task)) is not None:
            names.insert(0, above.task_spec.name)
            task = above
        return tuple(names)

    def _calling(self, task: Any) -> Any:
        """Return the call activity that a token is inside of, or None."""
        caller = task.workflow.parent_task_id
        return None if caller is None else self._workflow.get_task_from_id(caller)

    def _workflows_above(self, task: Any) -> Iterator[Any]:
        yield task.workflow
        while (task := self._calling(task)) is not None:
            yield task.workflow

    def _way_to(self, task: Any) -> Iterator[Any]:
        """Yield the completed steps on the way to a token, nearest first, out of its part and into finished ones."""
        here = task
        while here is not None:
            above = here.parent
            if above is None:
                here = self._calling(here)
                continue
            here = above
            yield from self._steps_at(here)

    def _steps_at(self, task: Any) -> Iterator[Any]:
        part = self._workflow.subprocesses.get(task.id)
        if part is not None:
            ends = [one for one in part.tasks.values() if one.task_spec.name == "End"]
            here = ends[0] if ends else None
            while here is not None:
                yield from self._steps_at(here)
                here = here.parent
        elif task.has_state(TaskState.COMPLETED) and _is_step(self.library, task):
            yield task


def start(library: ProcessLibrary, process_id: str, *, facts: Facts) -> RunningProcess:
    """
    Return a process that has just begun, standing at its first steps.

    :raises UnknownProcess: if there is no such version
    :raises MissingFact: if a declared fact is not given
    :raises UnfitFact: if a fact is of another kind than declared
    """
    running = RunningProcess(library, library.get(process_id))
    running._begin(facts)
    return running


def load(library: ProcessLibrary, text: str) -> RunningProcess:
    """
    Return the running process that a text of `save` describes, on the version it started on.

    :raises UnknownProcess: if that version is not in the package any more
    :raises ChangedProcess: if that version is not what it was
    """
    kept = json.loads(text)
    running = RunningProcess(library, library.get(kept["p"]))
    running._restore(kept)
    return running


def _is_step(library: ProcessLibrary, task: Any) -> bool:
    node: Node | None = library.processes[task.workflow.spec.name].nodes.get(task.task_spec.name)
    return node is not None and node.kind is NodeKind.STEP


def _check_facts(process: Process, facts: Facts) -> None:
    for name, kind in process.facts.items():
        if name not in facts:
            raise MissingFact(field=name, condition=process.id, fact=name)
        value = facts[name]
        if not isinstance(value, _KINDS[kind]) or (isinstance(value, bool) and kind is not FactKind.BOOL):
            raise UnfitFact(field=name, condition=process.id, values=f"{name}={value!r} as {kind}")


class _Engine(PythonScriptEngine):  # type: ignore[misc]
    """Answers conditions from given facts in the small language; runs nothing else."""

    def __init__(self, library: ProcessLibrary, outcomes: dict[str, str]) -> None:
        super().__init__()
        self._library = library
        self._outcomes = outcomes
        self._facts: dict[str, Any] = {}

    def prepare(self, facts: Facts, outcome: str) -> None:
        """Take the facts that the next walk is decided by."""
        self._facts = {**facts, OUTCOME: outcome}

    def evaluate(self, task: Any, expression: str, external_context: Any = None) -> bool:
        """Return whether a condition holds."""
        process = self._library.processes[task.workflow.spec.name]
        outcomes = {
            f"{OUTCOME_OF}{step.id}": self._outcomes.get(f"{process.id}.{step.id}", "") for step in process.steps
        }
        return self._library.find_condition(process.id, expression.strip()).holds({**self._facts, **outcomes})

    def execute(self, task: Any, script: str, external_context: Any = None) -> bool:
        """Refuse: nothing in a process file is a script."""
        raise PermissionError(script)

    def call_service(self, task: Any, **facts: Any) -> Any:
        """Refuse: nothing in a process file calls a service."""
        raise PermissionError(task.task_spec.name)
