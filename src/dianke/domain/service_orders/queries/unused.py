"""Whether the meters of an account were used in some months, by what was read and not estimated."""

from collections.abc import Sequence
from datetime import date

from dianke.domain.customers.models import CustomerAccount
from dianke.domain.metering.models import MeterInstallation
from dianke.domain.readings.models import MeterReading
from dianke.domain.readings.types import ENERGY_REGISTERS, ReadingQuality
from dianke.domain.service_orders.rules.months import add_months
from dianke.domain.service_orders.rules.unused import ReadValues, judge_months
from dianke.domain.service_orders.types import MonthUse
from dianke.platform.org.scoping import Scope


def find_months_of_use(*, actor: Scope, account: CustomerAccount, before: date, months: int) -> dict[date, MonthUse]:
    """Return what the readings say of the last whole months before a day, by the first day of each."""
    this_month = before.replace(day=1)
    wanted = [add_months(this_month, -back) for back in range(months, 0, -1)]
    rows = MeterInstallation.objects.for_actor(actor).filter(usage_point__account=account, period__contains=before)
    meters = [_list_read(actor, one) for one in rows.select_related("meter").order_by("id")]
    return judge_months(meters, months=wanted)


def _list_read(actor: Scope, installation: MeterInstallation) -> Sequence[ReadValues]:
    rows = MeterReading.objects.for_actor(actor).filter(
        installation=installation, replaced_by=None, quality=ReadingQuality.ACTUAL.value
    )
    registers = [name for name in installation.meter.registers if name in ENERGY_REGISTERS]
    return [
        ReadValues(row.read_at, {name: getattr(row, name) for name in registers})
        for row in rows.order_by("read_at", "id")
    ]
