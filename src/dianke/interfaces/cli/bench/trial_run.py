"""The steps of the bench "trial" that need Django: imported once it is ready."""

import re
from datetime import date
from pathlib import Path
from typing import Any

from django.db import transaction

import dianke.domain.tariffs as tariff_data
from dianke.application import tariffs, trials
from dianke.domain.billing.operations import issue
from dianke.domain.billing.queries import runs as run_queries
from dianke.domain.tariffs.models import TariffVersion
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor

_SYSTEM = Actor.system("measuring a trial of prices")
_SHEET = Path(tariff_data.__file__).parent / "data" / "sheets" / "guangdong.yaml"


def prepare(run_number: str) -> str:
    """Close the issue of a run, propose the residential sheet with one tier moved, and return a trial of it."""
    run = run_queries.get_run(actor=_SYSTEM, number=run_number)
    with transaction.atomic():
        issue.close_issue(actor=_SYSTEM, run=run)
    now = SystemClock().now()
    tariffs.propose_file(actor=_SYSTEM, name="moved.yaml", data=_move_tier(now.date()), reason="measured", at=now)
    version = TariffVersion.objects.for_actor(_SYSTEM).get(plan__code="GD-GZ-RES", status="PROPOSED")
    month = run.cycle_month.month
    return trials.start_trial(actor=_SYSTEM, version_id=version.pk, month=month, at=now).number


def carry_out(number: str) -> dict[str, Any]:
    """Carry a trial out and return the head of its report."""
    trial = trials.carry_out_trial(actor=_SYSTEM, number=number)
    if trial.report is None:
        return {"bills": 0, "status": trial.status, "reason": trial.end_reason}
    totals = trial.report["totals"]
    names = ("bills", "rising", "other_plans", "unpriced", "before_fen", "difference_fen")
    return {"status": trial.status, **{name: totals[name] for name in names}}


def _move_tier(on: date) -> bytes:
    """Return the residential sheet of the month with the first winter tier at 150 kWh, from a later day on."""
    text = _SHEET.read_text("utf-8")
    head, sheet = text.split("  - id: ")[:2]
    for pattern, moved in (
        (r"^GD-GZ-RES$", f"GD-GZ-RES-{on.year + 1}-01"),
        (r"t1: 200,", "t1: 150,"),
        (r"from: 2021-10-01", f"from: {on.year + 1}-01-01"),
    ):
        sheet, count = re.subn(pattern, moved, sheet, flags=re.MULTILINE)
        if count != 1:
            msg = f"the shipped sheet has {count} times {pattern!r}"
            raise ValueError(msg)
    return f"{head}  - id: {sheet}".encode()
