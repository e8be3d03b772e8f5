"""Equipment enters the archive; transformers change how they stand."""

from datetime import date
from decimal import Decimal

from dianke.application.archive.narrowing import EDIT, narrow
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.network import operations
from dianke.domain.network.models import Feeder, Substation, Transformer, TransformerArea, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit


@use_case(right=EDIT)
def add_substation(*, actor: Actor, unit: Unit, code: str, name: str, voltage: str) -> Substation:
    """Add a substation."""
    return operations.add_substation(actor=narrow(actor), unit=unit, code=code, name=name, voltage=voltage)


@use_case(right=EDIT)
def add_feeder(
    *, actor: Actor, substation: Substation, code: str, name: str, voltage: str, unit: Unit | None = None
) -> Feeder:
    """Add a feeder out of a substation."""
    return operations.add_feeder(
        actor=narrow(actor), substation=substation, code=code, name=name, voltage=voltage, unit=unit
    )


@use_case(right=EDIT)
def add_area(*, actor: Actor, feeder: Feeder, code: str, name: str, unit: Unit | None = None) -> TransformerArea:
    """Add a transformer area on a feeder."""
    return operations.add_area(actor=narrow(actor), feeder=feeder, code=code, name=name, unit=unit)


@use_case(right=EDIT)
def add_transformer(
    *,
    actor: Actor,
    feeder: Feeder,
    code: str,
    name: str,
    capacity_kva: Decimal,
    since_date: date,
    state: TransformerState = TransformerState.RUNNING,
    area: TransformerArea | None = None,
    account: CustomerAccount | None = None,
    unit: Unit | None = None,
    model: str = "",
    interlock_group: str = "",
    plate: dict[str, Decimal | None] | None = None,
) -> Transformer:
    """Add a transformer with the state it stands in from a day on."""
    return operations.add_transformer(
        actor=narrow(actor),
        feeder=feeder,
        code=code,
        name=name,
        capacity_kva=capacity_kva,
        since_date=since_date,
        state=state,
        area=area,
        account=account,
        unit=unit,
        model=model,
        interlock_group=interlock_group,
        plate=plate,
    )


@use_case(right=EDIT)
def set_transformer_state(
    *, actor: Actor, transformer: Transformer, state: TransformerState, from_date: date, reason: str
) -> TransformerSpell:
    """Let a transformer stand in a state from a day on; the reason goes into the trail."""
    return operations.set_transformer_state(
        actor=narrow(actor), transformer=transformer, state=state, from_date=from_date
    )
