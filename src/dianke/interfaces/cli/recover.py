"""dianke recover: late fees, back-billing, theft and breach cases given as JSON."""

from dianke.domain.billing.rules.recover.case import recover_cases
from dianke.domain.billing.rules.recover.schema import describe_cases
from dianke.interfaces.cli.json_cases import CaseCommand, run_cases
from dianke.kernel.clock import Clock

_COMMAND = CaseCommand(
    name="recover",
    description="Late fees, back-billing, theft and breach: one case or a list of cases in JSON.",
    describe=describe_cases,
    answer=recover_cases,
)


def run(argv: list[str], *, clock: Clock | None = None) -> int:
    """Run the command with the words after `dianke recover`; return the exit status."""
    return run_cases(_COMMAND, argv, clock=clock)
