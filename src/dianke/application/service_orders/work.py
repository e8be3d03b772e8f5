"""What a person brings to a step, and what an effect is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from dianke.domain.metering.types import DIRECT, Ratio
from dianke.domain.service_orders.models import EffectKind, OrderStep, ServiceOrder
from dianke.domain.service_orders.operations import effects
from dianke.domain.service_orders.rules.plan_drafts import PlanDraft
from dianke.kernel.clock import to_shanghai
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterGiven:
    """A meter that goes up: its number in the register of meters, what its registers show, its ratios."""

    number: str
    values: Mapping[str, Decimal]
    ct: Ratio = DIRECT
    pt: Ratio = DIRECT
    seals: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeterToInstall:
    """
    A meter whose number, first readings and ratios a step asks for, under a key of its choosing.

    `place` says where it goes up; `number`, `first`, `ct` and `pt` are what is likely and may be entered otherwise.
    """

    key: int
    place: str
    registers: tuple[str, ...]
    number: str = ""
    first: Mapping[str, Decimal] = field(default_factory=dict)
    ct: Ratio = DIRECT
    pt: Ratio = DIRECT
    asks_seals: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """
    What is entered with a step; nothing of it is entered a second time elsewhere.

    `values` holds what the registers of a meter show, by the key of its installation and by register;
    `references` the numbers at the bank under which money was paid out on `paid_on`, by the key of the claim;
    `meters` the meters that go up, by the key under which the step asked for each; `plan` a supply plan with the
    name and content of its `drawing`, `route_code` the route on which a new supply is read, `seals` those of meters
    that stay.
    """

    values: Mapping[int, Mapping[str, Decimal]] = field(default_factory=dict)
    rolled_over: frozenset[int] = frozenset()
    references: Mapping[int, str] = field(default_factory=dict)
    paid_on: date | None = None
    meters: Mapping[int, MeterGiven] = field(default_factory=dict)
    plan: PlanDraft | None = None
    drawing: tuple[str, bytes] | None = None
    route_code: str = ""
    seals: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A step that was just done; the actor is narrowed to the right that it asked for."""

    order: ServiceOrder
    step: OrderStep
    given: StepInput
    actor: Actor
    at: datetime

    @property
    def today(self) -> date:
        """Return the day of the step."""
        return to_shanghai(self.at).date()

    def note(
        self,
        kind: EffectKind,
        *,
        key: int | None = None,
        number: str = "",
        on: date | None = None,
        amount_fen: int | None = None,
    ) -> None:
        """Write down what the step brought about."""
        effects.note_effect(
            order=self.order, kind=kind, step=self.step.step, actor=self.actor, at=self.at, key=key, number=number,
            on=on, amount_fen=amount_fen,
        )  # fmt: skip
