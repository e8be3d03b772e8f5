"""dianke credit: score and grade of cases given as JSON."""

from dianke.domain.credit.rules.case import score_cases
from dianke.domain.credit.rules.schema import describe_cases
from dianke.interfaces.cli.json_cases import CaseCommand, run_cases
from dianke.kernel.clock import Clock

_COMMAND = CaseCommand(
    name="credit",
    description="Credit score and grade from facts: one case or a list of cases in JSON.",
    describe=describe_cases,
    answer=score_cases,
)


def run(argv: list[str], *, clock: Clock | None = None) -> int:
    """Run the command with the words after `dianke credit`; return the exit status."""
    return run_cases(_COMMAND, argv, clock=clock)
