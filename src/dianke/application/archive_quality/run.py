"""The rules go through the archive, every night for the utility and by hand for a unit."""

from collections.abc import Callable, Sequence
from datetime import datetime

from dianke.domain.audits import rules
from dianke.domain.audits.models import QualityPass
from dianke.domain.audits.operations import passes
from dianke.domain.audits.types import QualityRule, RuleOutcome
from dianke.kernel.clock import SystemClock
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused, use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import UnitOutOfReach

RUN = "quality.work"


class NothingToAudit(DomainError):
    """The utility has no unit yet."""

    code = "audits.nothing_to_audit"
    message = "the organisation has no unit yet"


def run_rules(
    *,
    actor: Actor,
    unit_code: str = "",
    codes: Sequence[str] = (),
    at: datetime,
    progress: Callable[[RuleOutcome], None] | None = None,
) -> tuple[QualityPass, list[RuleOutcome]]:
    """
    Let the rules (all, or those of the codes) go over a unit and what is below it, the whole utility if none.

    Each rule is a transaction of its own, so that a long pass holds nothing up.

    :raises PermissionRefused: if the actor may not work on findings
    :raises UnitOutOfReach: if the unit is not the actor's
    :raises NoSuchRule: if a code is unknown
    """
    chosen = [rules.get_rule(code) for code in codes] or list(rules.list_rules())
    unit = _find_unit(actor, unit_code)
    row = _start(actor=actor, unit=unit, rules_run=len(chosen), at=at)
    outcomes = []
    for rule in chosen:
        outcome = _check(rule, unit, at)
        outcomes.append(outcome)
        if progress:
            progress(outcome)
    finished = passes.finish_pass(row=row, outcomes=outcomes, at=SystemClock().now())
    return finished, outcomes


@use_case(right=RUN)
def _start(*, actor: Actor, unit: Unit, rules_run: int, at: datetime) -> QualityPass:
    """Enter the pass, in the trail too."""
    return passes.start_pass(unit=unit, actor=actor, at=at)


def _check(rule: QualityRule, unit: Unit, at: datetime) -> RuleOutcome:
    return passes.check_rule(rule=rule, unit=unit, at=at)


def _find_unit(actor: Actor, code: str) -> Unit:
    if not actor.may(RUN):
        raise PermissionRefused(field="actor", login=actor.login, right=RUN)
    units = Unit.objects.for_actor(actor)
    unit: Unit | None = units.filter(code=code).first() if code else units.filter(parent=None).first()
    if unit is None and not code:
        raise NothingToAudit
    if unit is None or not actor.may(RUN, unit.path):
        raise UnitOutOfReach(field="unit", unit=code or (unit.code if unit else ""))
    return unit
