"""Writes of the network archive."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.network import rules
from dianke.domain.network.models import Feeder, Substation, Transformer, TransformerArea, TransformerSpell
from dianke.domain.network.types import (
    NewArea,
    NewFeeder,
    NewSubstation,
    NewTransformer,
    Spell,
    TransformerState,
)
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit
from dianke.platform.org.reach import require_reach

BATCH = 2_000


class UnableToAddEquipment(DomainError):
    """A part of the network cannot enter the archive."""

    code = "network.unable_to_add_equipment"
    message = "{kind} {number} cannot be added: {reason}"


class UnableToSetTransformerState(DomainError):
    """The transformer cannot pass into the state on that day."""

    code = "network.unable_to_set_transformer_state"
    message = "transformer {transformer} cannot be {state} from {from_date}: {reason}"


def add_substation(*, actor: Actor, unit: Unit, code: str, name: str, voltage: str) -> Substation:
    """
    Add a substation.

    :raises UnableToAddEquipment: if the code is taken or the voltage unknown
    """
    new = NewSubstation(unit_id=unit.pk, code=code, name=name, voltage=voltage)
    return add_substations(actor=actor, substations=[new])[0]


def add_substations(*, actor: Actor, substations: Sequence[NewSubstation]) -> list[Substation]:
    """
    Add substations, all or none.

    :raises UnableToAddEquipment: naming the first that cannot be added
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in substations))
    _require_free(Substation, "substation", (new.code for new in substations))
    for new in substations:
        _require_voltage("substation", new.code, new.voltage)
    rows = [Substation(unit_id=n.unit_id, code=n.code, name=n.name, voltage=n.voltage) for n in substations]
    return list(Substation.objects.bulk_create(rows, batch_size=BATCH))


def add_feeder(
    *, actor: Actor, substation: Substation, code: str, name: str, voltage: str, unit: Unit | None = None
) -> Feeder:
    """
    Add a feeder out of a substation, in the substation's unit unless another is named.

    :raises UnableToAddEquipment: if the code is taken, the voltage unknown or the substation not the actor's
    """
    unit_id = unit.pk if unit else substation.unit_id
    new = NewFeeder(unit_id=unit_id, substation_id=substation.pk, code=code, name=name, voltage=voltage)
    return add_feeders(actor=actor, feeders=[new])[0]


def add_feeders(*, actor: Actor, feeders: Sequence[NewFeeder]) -> list[Feeder]:
    """
    Add feeders, all or none.

    :raises UnableToAddEquipment: naming the first that cannot be added
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in feeders))
    _require_free(Feeder, "feeder", (new.code for new in feeders))
    visible = _list_visible(actor, Substation, (new.substation_id for new in feeders))
    for new in feeders:
        _require_voltage("feeder", new.code, new.voltage)
        _require_visible("feeder", new.code, "substation", new.substation_id in visible)
    rows = [
        Feeder(unit_id=n.unit_id, substation_id=n.substation_id, code=n.code, name=n.name, voltage=n.voltage)
        for n in feeders
    ]
    return list(Feeder.objects.bulk_create(rows, batch_size=BATCH))


def add_area(*, actor: Actor, feeder: Feeder, code: str, name: str, unit: Unit | None = None) -> TransformerArea:
    """
    Add a transformer area on a feeder, in the feeder's unit unless another is named.

    :raises UnableToAddEquipment: if the code is taken or the feeder is not the actor's
    """
    new = NewArea(unit_id=unit.pk if unit else feeder.unit_id, feeder_id=feeder.pk, code=code, name=name)
    return add_areas(actor=actor, areas=[new])[0]


def add_areas(*, actor: Actor, areas: Sequence[NewArea]) -> list[TransformerArea]:
    """
    Add transformer areas, all or none.

    :raises UnableToAddEquipment: naming the first that cannot be added
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in areas))
    _require_free(TransformerArea, "area", (new.code for new in areas))
    visible = _list_visible(actor, Feeder, (new.feeder_id for new in areas))
    for new in areas:
        _require_visible("area", new.code, "feeder", new.feeder_id in visible)
    rows = [TransformerArea(unit_id=n.unit_id, feeder_id=n.feeder_id, code=n.code, name=n.name) for n in areas]
    return list(TransformerArea.objects.bulk_create(rows, batch_size=BATCH))


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
    """
    Add a transformer with the state it stands in from a day on: public in an area, or an account's own.

    `plate` holds no_load_loss_kw, load_loss_kw, no_load_current_percent and impedance_percent as known.

    :raises UnableToAddEquipment: if the code is taken, capacity, place or owner do not fit
    """
    new = NewTransformer(
        unit_id=unit.pk if unit else feeder.unit_id,
        feeder_id=feeder.pk,
        code=code,
        name=name,
        capacity_kva=capacity_kva,
        since_date=since_date,
        state=state,
        area_id=area.pk if area else None,
        account_id=account.pk if account else None,
        model=model,
        interlock_group=interlock_group,
        **(plate or {}),
    )
    return add_transformers(actor=actor, transformers=[new])[0]


def add_transformers(*, actor: Actor, transformers: Sequence[NewTransformer]) -> list[Transformer]:
    """
    Add transformers with their first spells, all or none.

    :raises UnableToAddEquipment: naming the first that cannot be added
    """
    require_reach(actor=actor, unit_ids=(new.unit_id for new in transformers))
    _require_free(Transformer, "transformer", (new.code for new in transformers))
    _require_places(actor, transformers)
    rows = [
        Transformer(
            unit_id=new.unit_id,
            code=new.code,
            name=new.name,
            model=new.model,
            capacity_kva=new.capacity_kva,
            feeder_id=new.feeder_id,
            area_id=new.area_id,
            account_id=new.account_id,
            interlock_group=new.interlock_group,
            no_load_loss_kw=new.no_load_loss_kw,
            load_loss_kw=new.load_loss_kw,
            no_load_current_percent=new.no_load_current_percent,
            impedance_percent=new.impedance_percent,
        )
        for new in transformers
    ]
    added = list(Transformer.objects.bulk_create(rows, batch_size=BATCH))
    spells = [
        TransformerSpell(transformer=row, state=new.state.value, period=DateRange(new.since_date, None))
        for row, new in zip(added, transformers, strict=True)
    ]
    TransformerSpell.objects.bulk_create(spells, batch_size=BATCH)
    return added


def set_transformer_state(
    *, actor: Actor, transformer: Transformer, state: TransformerState, from_date: date
) -> TransformerSpell:
    """
    Let a transformer stand in a state from a day on; the spell before ends on that day.

    :raises UnableToSetTransformerState: if the day lies before or on the start of the last spell, or the
        transformer was removed, stands so already or is not the actor's
    """
    # The lock makes two people who change the same transformer wait for each other.
    rows = Transformer.objects.for_actor(actor).select_for_update(of=("self",))
    if rows.filter(pk=transformer.pk).first() is None:
        raise UnableToSetTransformerState(
            field="transformer",
            transformer=transformer.code,
            state=state,
            from_date=from_date,
            reason="it is not within your units",
        )
    stored = list(TransformerSpell.objects.for_actor(actor).filter(transformer=transformer).order_by("period"))
    spells = [Spell(TransformerState(row.state), row.period.lower, row.period.upper) for row in stored]
    if obstacle := rules.find_spell_obstacle(spells, state=state, from_date=from_date):
        raise UnableToSetTransformerState(
            field="from_date", transformer=transformer.code, state=state, from_date=from_date, reason=obstacle
        )
    if stored and stored[-1].period.upper is None:
        stored[-1].period = DateRange(stored[-1].period.lower, from_date)
        stored[-1].save(update_fields=["period"])
    spell = TransformerSpell(transformer=transformer, state=state.value, period=DateRange(from_date, None))
    spell.save()
    return spell


def _require_places(actor: Actor, transformers: Sequence[NewTransformer]) -> None:
    feeders = _list_visible(actor, Feeder, (new.feeder_id for new in transformers))
    accounts = _list_visible(actor, CustomerAccount, (n.account_id for n in transformers if n.account_id))
    area_ids = {new.area_id for new in transformers if new.area_id}
    areas: dict[int, int] = dict(
        TransformerArea.objects.for_actor(actor).filter(id__in=area_ids).values_list("id", "feeder_id")
    )
    for new in transformers:
        _require_visible("transformer", new.code, "feeder", new.feeder_id in feeders)
        _require_visible("transformer", new.code, "area", new.area_id is None or new.area_id in areas)
        _require_visible("transformer", new.code, "account", new.account_id is None or new.account_id in accounts)
        area_feeder_id = areas[new.area_id] if new.area_id else None
        if obstacle := rules.find_transformer_obstacle(new, area_feeder_id=area_feeder_id):
            raise UnableToAddEquipment(kind="transformer", number=new.code, reason=obstacle)


def _list_visible(actor: Actor, model: Any, ids: Iterable[int]) -> set[int]:
    return set(model.objects.for_actor(actor).filter(id__in=set(ids)).values_list("id", flat=True))


def _require_visible(kind: str, code: str, what: str, is_visible: bool) -> None:
    if not is_visible:
        raise UnableToAddEquipment(field=what, kind=kind, number=code, reason=f"its {what} is not within your units")


def _require_voltage(kind: str, code: str, voltage: str) -> None:
    if obstacle := rules.find_voltage_obstacle(voltage):
        raise UnableToAddEquipment(field="voltage", kind=kind, number=code, reason=obstacle)


def _require_free(model: Any, kind: str, codes: Iterable[str]) -> None:
    wanted: set[str] = set()
    for code in codes:
        if code in wanted:
            raise UnableToAddEquipment(field="code", kind=kind, number=code, reason="the code comes twice")
        wanted.add(code)
    system = Actor.system("checking that codes are free")
    taken = model.objects.for_actor(system).filter(code__in=wanted).values_list("code", flat=True).first()
    if taken is not None:
        raise UnableToAddEquipment(field="code", kind=kind, number=taken, reason="the code is taken")
