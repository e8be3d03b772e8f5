"""
Where parallel work comes together: as often as work comes round again.

SpiffWorkflow's own parallel gateway counts arrivals of all earlier rounds: in the third round of a countersigning that
was sent back twice, the first signature went through alone. Here only arrivals count that come from the same dividing
as one's own.
"""

from typing import Any, ClassVar

from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.task_parsers import GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import ParallelGateway
from SpiffWorkflow.task import TaskState


class RoundedJoin(ParallelGateway):  # type: ignore[misc]
    """A parallel gateway that waits for one token on each of its ways, of this round."""

    def _check_threshold_unstructured(self, my_task: Any) -> bool:
        arrived = {
            task.parent.task_spec.name
            for task in _find_division(my_task)
            if task.task_spec is self and _has_arrived(task) and not task.is_descendant_of(my_task)
        }
        return arrived >= {source.name for source in self.inputs}


class ProcessParser(BpmnParser):  # type: ignore[misc]
    """Reads files with our parallel gateway."""

    OVERRIDE_PARSER_CLASSES: ClassVar[dict[str, Any]] = {full_tag("parallelGateway"): (GatewayParser, RoundedJoin)}


def _has_arrived(task: Any) -> bool:
    return bool(task.parent.has_state(TaskState.COMPLETED))


def _find_division(task: Any) -> Any:
    """Return the token at which the work divided that a join brings together, past pairs inside; else the root."""
    inner, here = 0, task.parent
    while here.parent is not None:
        spec = here.task_spec
        if isinstance(spec, RoundedJoin):
            if len(spec.outputs) > 1:
                if inner == 0:
                    return here
                inner -= 1
            if len(spec.inputs) > 1:
                inner += 1
        here = here.parent
    return here
