"""A row of any table at a unit, its needs filled in: for tests that walk every table and every address."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.contrib.postgres.fields import ArrayField, DateRangeField, DateTimeRangeField
from django.db import connection, models
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange

from dianke.kernel.ids import make_user_number
from dianke.platform.identity.types import Actor
from dianke.platform.org.models import Unit

_SERIALS = count(900_000_001)
_DAY = date(2025, 6, 1)
_MOMENT = datetime(2025, 6, 1, tzinfo=UTC)
# What a check or a page wants of a column that its type does not tell.
_FITTING: dict[str, Any] = {
    # An order that was accepted and waits for the check on site.
    "service_orders.serviceorder.kind": lambda serial: "REDUCE",
    "service_orders.serviceorder.process_id": lambda serial: "suspend_v1",
    "service_orders.serviceorder.process_state": lambda serial: begin_process("suspend_v1"),
    "service_orders.serviceorder.state": lambda serial: "RUNNING",
    "service_orders.serviceorder.result": lambda serial: "",
    "service_orders.serviceorder.rule_set": lambda serial: "RS-2024",
    "service_orders.serviceorder.promise_set": lambda serial: "SLA-SG2023",
    "service_orders.serviceorder.due_at": lambda serial: _MOMENT,
    "service_orders.orderseries.day": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "service_orders.orderstep.process_id": lambda serial: "part_check_v1",
    "service_orders.orderstep.step": lambda serial: "check_site",
    "service_orders.orderstep.path": lambda serial: "check/check_site",
    "service_orders.orderstep.ended_at": lambda serial: None,
    "service_orders.orderstep.outcome": lambda serial: "",
    "service_orders.ordernote.subject": lambda serial: "check_site",
    "service_orders.agreedspell.sealed_on": lambda serial: _DAY,
    "service_orders.agreedspell.unsealed_on": lambda serial: None,
    # Unique, and of the same table: a booking gives none back.
    "channels.statemententry.gives_back": lambda serial: None,
    "customers.customeraccount.number": lambda serial: make_user_number(serial % 1_000_000_000),
    "customers.customer.name": lambda serial: "王晓明",
    "billing.billrun.status": lambda serial: "CALCULATED",
    "readings.cyclemonth.month": lambda serial: date(2026, 1, 1),
    "billing.bill.month": lambda serial: date(2026, 1, 1),
    "billing.billdraft.month": lambda serial: date(2026, 1, 1),
    # A bill's key begins with its month, whose partition must be there.
    "billing.bill.id": lambda serial: open_month(2601) + serial,
    "customers.keychange.before": lambda serial: '{"name": "王晓明"}',
    "customers.keychange.after": lambda serial: '{"name": "王晓敏"}',
    "billing.billdraft.id": lambda serial: serial,
    "receivables.voucher.id": lambda serial: serial,
    "receivables.payment.id": lambda serial: serial,
    "receivables.payment.voucher_id": lambda serial: serial,
    "receivables.paymentevent.voucher_id": lambda serial: serial,
    # An amount of one fen, none of it tax.
    "invoicing.invoice.tax_fen": lambda serial: 0,
    "invoicing.invoiceline.tax_fen": lambda serial: 0,
    "billing.billsuspicion.code": lambda serial: "zero_use",
    "billing.billsuspicion.evidence": lambda serial: {"cycles": 6, "limit": 6},
    "tariffs.tariffversion.urls": lambda serial: ["https://example.org/"],
    "api_access.apitoken.scopes": lambda serial: ["archive.view"],
    "api_access.apitoken.expires_at": lambda serial: _MOMENT + timedelta(days=36_500),
    "tariffs.tariffversion.grade": lambda serial: "A",
    "credit.creditrun.as_of_date": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "collection.riskrun.as_of_date": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "profiles.tagrun.as_of_date": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "profiles.tagproposal.slot": lambda serial: serial % 30_000,
    "profiles.tagproposal.content": lambda serial: {"name": f"标签{serial}", "when": "kind = PERSON"},
    "watching.watchrun.as_of_date": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "watching.watchthresholds.valid_from_date": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "load_shapes.shaperun.end_day": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "valuation.ratingrun.month": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "valuation.ratingrun.state": lambda serial: "DONE",
    "valuation.ratingrun.weights": lambda serial: ["0.25"] * 4,
    "valuation.ratingrun.borders": lambda serial: [3, 2, 1, None],
    "valuation.customerrating.figures": lambda serial: [None] * 12,
    "valuation.customerrating.percentiles_e2": lambda serial: [None] * 12,
    "valuation.customerrating.criteria_e2": lambda serial: [None] * 4,
    "valuation.customerrating.previous_class": lambda serial: "",
    "valuation.customerrating.credit_grade": lambda serial: "",
    "valuation.customerrating.voltage_group": lambda serial: 0,
    "valuation.monthfacts.month": lambda serial: _DAY + timedelta(days=serial % 1_000),
    "valuation.ratingtotal.value_class": lambda serial: "VIP",
    "valuation.ratingtotal.credit_grade": lambda serial: "",
    "valuation.ratingtotal.previous_class": lambda serial: "",
    "valuation.ratingtotal.life_stage": lambda serial: "NEW",
    "valuation.weightversion.matrix": lambda serial: [["1"] * 4] * 4,
    "valuation.weightversion.weights": lambda serial: ["0.25"] * 4,
    "valuation.weightversion.consistency_ratio": lambda serial: Decimal(0),
    "valuation.servicetableversion.rows": lambda serial: {
        code: {
            "queue_place": 1,
            "has_manager": False,
            "call_back_minutes": 30,
            "visit_days": 0,
            "channel": "PHONE",
            "offers": "",
            "approval": "STANDARD",
        }
        for code in ("VIP", "MAIN", "ORDINARY", "SMALL")
    },
    "identity.deputyship.period": lambda serial: DateRange(_DAY, date(2025, 6, 8)),
}
# Keys that may be empty but that a check wants.
_NEEDED = {"metering.usagepoint.feeder", "collection.responsibility.account"}
# Keys that must lead to another row than the key of the same table beside them.
_ANOTHER = {"customers.customerrelation.other", "customers.managerhandover.taker", "identity.deputyship.deputy"}


def open_month(yymm: int) -> int:
    """Make room for the bills of a month and return the first key of it."""
    with connection.cursor() as cursor:
        cursor.execute("select billing_open_month(%s)", [yymm])
    return yymm * 10**12


class RowFactory:
    """Makes rows at one unit; every foreign key leads to a row at the same unit, made once."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self._made: dict[type[models.Model], models.Model] = {Unit: unit}

    def get(self, model: type[models.Model]) -> Any:
        """Return the row of a table at the unit; of a history the row that the table's own trigger wrote."""
        if model not in self._made:
            told_of = getattr(model, "pgh_tracked_model", None)
            self._made[model] = self.make(model) if told_of is None else self._find_event(model, self.get(told_of))
        return self._made[model]

    def make(self, model: type[models.Model]) -> Any:
        """Return a new row of a table at the unit."""
        row = model()
        for field in model._meta.concrete_fields:
            if self._is_needed(field):
                setattr(row, field.attname, self._fill(field))
        models.Model.save(row, force_insert=True)
        return row

    def _find_event(self, model: type[models.Model], row: models.Model) -> Any:
        everything = Actor.system("finding the history of a row of a test")
        return model.objects.for_actor(everything).filter(pgh_obj_id=row.pk).first()  # type: ignore[attr-defined]

    def _is_needed(self, field: Any) -> bool:
        label = f"{field.model._meta.label_lower}.{field.name}"
        if label in _FITTING or label in _NEEDED:
            return True
        if field.primary_key or getattr(field, "generated", False):
            return False
        if field.null and field.related_model is field.model:
            return False
        return field.unique or (not field.has_default() and not field.null)

    def _fill(self, field: Any) -> Any:
        serial = next(_SERIALS)
        fitting = _FITTING.get(f"{field.model._meta.label_lower}.{field.name}")
        if fitting is not None:
            return fitting(serial)
        if isinstance(field, models.ForeignKey):
            if f"{field.model._meta.label_lower}.{field.name}" in _ANOTHER:
                return self.make(field.related_model).pk
            return self.get(field.related_model).pk
        if field.choices:
            return field.choices[0][0]
        return _value_of(field, serial)


def _value_of(field: Any, serial: int) -> Any:
    """Return a value of the field's type, different for each serial where it is text."""
    if isinstance(field, models.CharField | models.TextField):
        return str(serial)[-(field.max_length or 20) :]
    for kind, value in (
        (models.BooleanField, False),
        (models.DecimalField, Decimal(1)),
        (models.IntegerField, 1),
        (models.DateTimeField, _MOMENT),
        (models.DateField, _DAY),
        (models.JSONField, {}),
        (models.BinaryField, b"\0" * 16),
        (ArrayField, []),
        (DateTimeRangeField, DateTimeTZRange(_MOMENT, None)),
        (DateRangeField, DateRange(_DAY, None)),
    ):
        if isinstance(field, kind):
            return value
    msg = f"no value is known for {field.model._meta.label}.{field.name}"
    raise LookupError(msg)


def begin_process(process_id: str) -> str:
    """Return the text of a process that has just begun."""
    from dianke.domain.service_orders.processes import library
    from dianke.platform.processes import running

    return running.start(library(), process_id, facts={}).save()
