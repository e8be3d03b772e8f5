"""Utilities under fire: random acts, one after the other or several at once, that anybody may be refused."""

import random
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from tests.factories import months
from tests.factories import utility as factory
from tests.factories.billed import add_home, run_january
from tests.factories.utility import Utility
from tests.module.billing.test_corrections import Staff, draft

from dianke.application import bill_corrections
from dianke.application.meter_to_cash import issue_bills
from dianke.domain.billing.models import Bill
from dianke.domain.receivables.operations import periods
from dianke.kernel.errors import DomainError

Act = Callable[[], Any]


class Office:
    """A utility whose January waits to be issued, shard by shard; `prepare` adds what else the acts need."""

    def __init__(self, seed: int, *, homes: Sequence[str], shard_size: int, issued_at: datetime) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - a test that can be run again
        with transaction.atomic():
            self.utility: Utility = factory.build_utility()
            for end in homes:
                add_home(self.utility, end)
            self.run = run_january(self.utility, shard_size)
            months.exempt_everything(actor=self.utility.runner, run=self.run)
            self.staff = Staff(self.utility)
            self.prepare()
        issue_bills.begin_issue(actor=self.utility.issuer, number=self.run.number, at=issued_at)

    def prepare(self) -> None:
        """Add nothing more."""

    def issue(self, shard: int) -> None:
        """Issue a shard of January."""
        issue_bills.issue_shard(actor=self.utility.issuer, number=self.run.number, shard_number=shard)

    def correct(self, which: float, at: datetime, end: str) -> None:
        """Correct the reading of one of the bills, and issue the correction; without a bill nothing is done."""
        bills = list(Bill.objects.for_actor(self.utility.actor).order_by("id"))
        if not bills:
            return
        order = draft(self.staff, bills[int(which * len(bills))], {"segment.1.total_end": end})
        bill_corrections.ask_correction(actor=self.staff.clerk, key=order.pk, at=at)
        bill_corrections.approve_correction(actor=self.staff.chief, key=order.pk, at=at)
        bill_corrections.issue_correction(actor=self.staff.chief, key=order.pk, at=at)

    def die(self, act: Act) -> None:
        """Carry an act out and die before it is kept."""
        with transaction.atomic():
            act()
            raise periods.PeriodClosed(day="nowhere")


def try_to(act: Act) -> None:
    """Carry an act out; a refusal is an answer."""
    try:
        act()
    except DomainError:
        connection.needs_rollback = False


def do_at_once(acts: Sequence[Act]) -> list[BaseException]:
    """Carry acts out together, each on a connection of its own; return what was no refusal."""
    gate, broken = threading.Barrier(len(acts)), []

    def work(act: Act) -> None:
        gate.wait()
        try:
            act()
        except DomainError:
            pass
        except BaseException as error:
            broken.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return broken
