"""How every rule looks at the archive and what it answers: one row for each subject at fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import CharField, Exists, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, JSONObject

from dianke.domain.customers.models import Customer, CustomerAccount, CustomerEquipment
from dianke.domain.customers.types import OWN_SUPPLY, AccountStatus, EquipmentCondition, Importance
from dianke.domain.metering.models import MeterInstallation, UsagePoint
from dianke.domain.metering.types import PointStatus
from dianke.domain.network.models import Transformer, TransformerSpell
from dianke.domain.network.types import TransformerState
from dianke.platform.identity.types import Actor

# Subject's key, unit, number, account to open, facts: the columns of a finding.
COLUMNS = ("q_key", "q_unit", "q_number", "q_account", "q_detail")

# Nothing is wrong yet with what is still being connected.
_NOT_SUPPLIED = (AccountStatus.CLOSED.value, AccountStatus.PLANNED.value)

# Whose supply must not fail: they have own supply.
WITH_BACKUP = (Importance.SPECIAL.value, Importance.FIRST.value, Importance.SECOND.value)


@dataclass(frozen=True)
class Look:
    """On which day, below which unit and by what measure a rule looks."""

    on: date
    unit_path: str = "/"
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @property
    def actor(self) -> Actor:
        """Return who reads: a rule compares across units, what it finds goes to the unit of the subject."""
        return Actor.system("auditing the archive")

    def within(self, rows: QuerySet[Any], unit: str = "unit") -> QuerySet[Any]:
        """Return the rows of the units looked at."""
        if self.unit_path == "/":
            return rows
        below: QuerySet[Any] = rows.filter(**{f"{unit}__path__startswith": self.unit_path})
        return below


def answer(
    rows: QuerySet[Any], *, number: str, account: Any, unit: str = "unit_id", key: str = "pk", **detail: Any
) -> QuerySet[Any]:
    """Return the rows as findings; `account` is an expression or the path of an account's number."""
    account = F(account) if isinstance(account, str) else account
    found: QuerySet[Any] = (
        rows.order_by()
        .annotate(
            q_key=F(key),
            q_unit=F(unit),
            q_number=Cast(F(number), TextField()),
            q_account=Coalesce(Cast(account, CharField(max_length=10)), Value(""), output_field=CharField()),
            q_detail=JSONObject(**detail),
        )
        .values_list(*COLUMNS)
    )
    return found


def list_customers(look: Look) -> QuerySet[Any]:
    """Return customers that are supplied: not merged away, with an account that is not closed."""
    rows = look.within(Customer.objects.for_actor(look.actor)).filter(merged_into=None)
    return rows.filter(Exists(list_live_accounts(look).filter(customer=OuterRef("pk"))))


def list_own_supply(look: Look) -> QuerySet[Any]:
    """Return the own supply of a customer that works; what is faulty or stopped supplies nobody."""
    equipment: QuerySet[Any] = CustomerEquipment.objects.for_actor(look.actor)
    return equipment.filter(
        customer=OuterRef("pk"),
        kind__in=[one.value for one in OWN_SUPPLY],
        condition=EquipmentCondition.GOOD.value,
    )


def first_account(look: Look) -> Subquery:
    """Return the number of the oldest account of a customer."""
    return Subquery(list_live_accounts(look).filter(customer=OuterRef("pk")).order_by("id").values("number")[:1])


def list_live_accounts(look: Look) -> QuerySet[Any]:
    """Return accounts of any unit that are supplied: neither closed nor still being connected."""
    rows: QuerySet[Any] = CustomerAccount.objects.for_actor(look.actor)
    return rows.exclude(status__in=_NOT_SUPPLIED)


def list_accounts(look: Look) -> QuerySet[Any]:
    """Return accounts of the units looked at that are not closed."""
    return look.within(list_live_accounts(look))


def list_points(look: Look) -> QuerySet[Any]:
    """Return points in use of accounts that are supplied."""
    rows = UsagePoint.objects.for_actor(look.actor).filter(status=PointStatus.ACTIVE.value)
    return look.within(rows).exclude(account__status__in=_NOT_SUPPLIED)


def standing_installations(look: Look) -> QuerySet[Any]:
    """Return the meters that hang today."""
    rows: QuerySet[Any] = MeterInstallation.objects.for_actor(look.actor)
    return rows.filter(period__contains=look.on)


def standing_transformers(look: Look) -> QuerySet[Any]:
    """Return the transformers that have not been removed."""
    spells = TransformerSpell.objects.for_actor(look.actor).filter(transformer=OuterRef("pk"), period__contains=look.on)
    rows: QuerySet[Any] = Transformer.objects.for_actor(look.actor)
    return rows.filter(Exists(spells.exclude(state=TransformerState.REMOVED.value)))
