"""Work that outlives a page: each task acts as the person who asked for it, with the rights they hold now."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from dianke.application import meter_to_cash
from dianke.kernel.clock import SystemClock
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

# A killed worker leaves its job; the next one takes it up where the last committed shard ended.
_AGAIN = RetryStrategy(max_attempts=3, wait=5)


@app.task(queue="billing", retry=_AGAIN, name="calculate_run")
def calculate_run(*, number: str, login: str) -> None:
    """Calculate every pending shard of a run."""
    meter_to_cash.calculate_run(actor=_act_as(login), number=number)


@app.task(queue="billing", retry=_AGAIN, name="issue_run")
def issue_run(*, number: str, login: str) -> None:
    """Issue a run as the second person who decided it."""
    meter_to_cash.issue_run(actor=_act_as(login), number=number, at=SystemClock().now())


def _act_as(login: str) -> Actor:
    return identity.get_actor(login=login, on=SystemClock().now().date(), origin="job")
