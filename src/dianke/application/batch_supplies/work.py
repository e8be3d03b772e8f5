"""
Parts of a batch are worked on together: some at a time, so that a page can show how far it is.

Each part ends its step in a savepoint of its own: what cannot be done for one is told and does not stop the others.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction

from dianke.application.batch_supplies import files
from dianke.application.batch_supplies.accepting import BatchFileFaulty
from dianke.application.service_orders.connecting import list_meters_to_install
from dianke.application.service_orders.rights import ARCHIVE, CONTRACT, OPEN, REMOVE, SEAL
from dianke.application.service_orders.steps import end_step
from dianke.application.service_orders.work import MeterGiven, StepInput
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations import batches
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.batches import list_waiting_parts
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor

# So many parts go through one request: about a second of work.
AT_ONCE = 25


class MeterNotNamed(DomainError):
    """No file names the meter of this place."""

    code = "service_orders.meter_not_named"
    message = "no meter was named for {flat} yet; load the list of meters"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """What a stretch of parts came to: how many went on, why others did not, and the key to go on behind."""

    done: int
    failed: tuple[tuple[str, DomainError], ...]
    last: int
    is_over: bool


@use_case(right=REMOVE)
def name_meters(*, actor: Actor, number: str, content: bytes, takes_good_rows: bool = False, at: datetime) -> int:
    """
    Take the list of the meters that go up in the places of a batch; return how many.

    :raises BatchFileFaulty: with every fault, unless the good rows are to be taken alone
    """
    order = queries.get_order(actor=actor, number=number, right=REMOVE)
    checked = files.read_meters(content, actor=actor, order=order)
    good = [] if checked.is_unusable else checked.good()
    if not good or (checked.faults and not takes_good_rows):
        raise BatchFileFaulty(field="file", good=len(good), bad=len(checked.bad), checked=checked)
    parts: Mapping[str, ServiceOrder] = checked.found["parts"]
    given = [
        {name: f"{checked.get(place, name)}" for name in ("meter", "reading", "seals")} for place in good
    ]  # fmt: skip
    batches.keep_meters(actor=actor, orders=[parts[checked.get(place, "flat")] for place in good], given=given)
    return len(good)


@use_case(right=CONTRACT)
def sign_parts(*, actor: Actor, number: str, after: int = 0, at: datetime) -> Progress:
    """Let the parts go on whose contract is signed by both sides."""
    return _work(CONTRACT, "sign_contract", actor, number, after, at, _give_nothing)


@use_case(right=REMOVE)
def install_parts(*, actor: Actor, number: str, after: int = 0, at: datetime) -> Progress:
    """Put up the meters that the list named, each at a usage point of its own, sealed."""

    def give(order: ServiceOrder) -> StepInput:
        named = order.asked.get("meter")
        if named is None:
            raise MeterNotNamed(field="meter", flat=order.asked.get("flat", order.number))
        wanted = list_meters_to_install(order, actor=actor)
        meters = {
            one.key: MeterGiven(
                number=named["meter"], values={name: Decimal(named["reading"]) for name in one.registers},
                ct=one.ct, pt=one.pt, seals=named["seals"],
            )
            for one in wanted
        }  # fmt: skip
        return StepInput(meters=meters)

    return _work(REMOVE, "install_meter", actor, number, after, at, give)


@use_case(right=SEAL)
def energise_parts(*, actor: Actor, number: str, after: int = 0, at: datetime) -> Progress:
    """Switch on the parts that lack nothing."""
    return _work(SEAL, "energise", actor, number, after, at, _give_nothing)


@use_case(right=OPEN)
def open_part_accounts(*, actor: Actor, number: str, route_code: str, after: int = 0, at: datetime) -> Progress:
    """Let the parts be billed by the plan and read on one route, from the day that each was switched on."""
    return _work(OPEN, "open_account", actor, number, after, at, lambda _order: StepInput(route_code=route_code))


@use_case(right=ARCHIVE)
def archive_parts(*, actor: Actor, number: str, after: int = 0, at: datetime) -> Progress:
    """Archive the parts whose work is done."""
    return _work(ARCHIVE, "archive", actor, number, after, at, _give_nothing)


def _give_nothing(_order: ServiceOrder) -> StepInput:
    return StepInput()


def _work(
    right: str,
    step: str,
    actor: Actor,
    number: str,
    after: int,
    at: datetime,
    give: Callable[[ServiceOrder], StepInput],
) -> Progress:
    order = queries.get_order(actor=actor, number=number, right=right)
    waiting = list_waiting_parts(actor=actor, order=order, step=step, after=after, limit=AT_ONCE)
    failed: list[tuple[str, DomainError]] = []
    for part, arrival in waiting:
        try:
            with transaction.atomic():
                end_step(
                    right=right, actor=actor, number=part.number, serial=arrival.serial, revision=part.revision,
                    given=give(part), at=at,
                )  # fmt: skip
        except DomainError as refusal:
            failed.append((part.asked.get("flat", part.number), refusal))
    return Progress(
        done=len(waiting) - len(failed), failed=tuple(failed), last=waiting[-1][0].pk if waiting else after,
        is_over=len(waiting) < AT_ONCE,
    )  # fmt: skip
