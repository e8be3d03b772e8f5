"""Two who leave after the billed month, each with a final bill: a home that is closed, a home that is handed over."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from dianke.application.demo_utility.area import FIRST_SERIAL
from dianke.application.demo_utility.designs import BILLED_FROM
from dianke.domain.billing.models import FinalBilling
from dianke.domain.billing.queries import finals
from dianke.domain.billing.rules.finals import FinalOrder, FinalReading
from dianke.domain.billing.types import FinalKind, FinalState
from dianke.domain.customers import operations as customers
from dianke.domain.customers import queries as customer_queries
from dianke.domain.customers.models import Customer
from dianke.domain.customers.types import CustomerKind
from dianke.domain.metering.types import RegisterKind
from dianke.domain.readings import queries as readings
from dianke.kernel.ids import make_user_number
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.types import Actor
from dianke.platform.org import queries as org

ASKER = "clerk"
FINAL_DATE = date(2026, 2, 11)
_RIGHT = "demo.load_utility"
_TAKER_UNIT = "DEMO-CG"
TAKER_NUMBER, TAKER_NAME = "C420029001", "倚槐知夏"


@dataclass(frozen=True, slots=True)
class Farewell:
    """A home of one register that is left on the final day, and the energy since its last billed reading."""

    serial: int
    kind: FinalKind
    reason: str
    used_kwh: Decimal

    @property
    def account_number(self) -> str:
        """Return the number of the account."""
        return make_user_number(self.serial)


FAREWELLS = (
    Farewell(FIRST_SERIAL + 40, FinalKind.CLOSING, "示例：老宅腾退，销户", Decimal("63.4")),
    Farewell(FIRST_SERIAL + 58, FinalKind.HANDOVER, "示例：房屋出售，过户给新房主", Decimal("87.25")),
)


def are_due(*, actor: Actor) -> bool:
    """Tell whether nobody has left yet and the month after the billed one is untouched."""
    numbers = [one.account_number for one in FAREWELLS]
    asked = FinalBilling.objects.for_actor(actor).filter(account__number__in=numbers)
    last = max((month.month for month in readings.list_months(actor=actor)), default=BILLED_FROM)
    return last == BILLED_FROM and not asked.exists()


def list_waiting(*, actor: Actor) -> list[FinalBilling]:
    """Return the final bills of those who leave that are asked for and not issued."""
    numbers = [one.account_number for one in FAREWELLS]
    rows = finals.filter_finals(actor=actor).filter(account__number__in=numbers, state=FinalState.ASKED.value)
    return list(rows.order_by("id"))


@use_case(right=_RIGHT)
def add_taker(*, actor: Actor) -> None:
    """Add the customer who takes the handed-over home."""
    customers.add_customer(
        actor=actor,
        unit=org.get_unit(actor=actor, code=_TAKER_UNIT),
        number=TAKER_NUMBER,
        name=TAKER_NAME,
        kind=CustomerKind.PERSON,
        since_date=FINAL_DATE,
    )


def design_order(*, actor: Actor, farewell: Farewell) -> FinalOrder:
    """Return the order of a home that is left: its one register, so much further than at its last reading."""
    account = customer_queries.get_account(actor=actor, number=farewell.account_number)
    assert account is not None  # noqa: S101 - every demo utility has it
    (meter,) = finals.list_meters(points=finals.list_route_points(account=account), on=FINAL_DATE)
    assert meter.earlier is not None  # noqa: S101 - the billed month ended with it
    shown = meter.earlier.total + farewell.used_kwh
    return FinalOrder(
        kind=farewell.kind,
        final_date=FINAL_DATE,
        reason=farewell.reason,
        readings=[FinalReading(installation_id=meter.installation.pk, values={RegisterKind.TOTAL.value: shown})],
        new_customer_id=_find_taker(actor) if farewell.kind is FinalKind.HANDOVER else None,
    )


def _find_taker(actor: Actor) -> int:
    return int(Customer.objects.for_actor(actor).get(number=TAKER_NUMBER).pk)
