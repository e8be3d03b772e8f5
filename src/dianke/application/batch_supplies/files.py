"""Lists of a batch as files: its places, and the meters that go up in them; read whole, every fault named."""

from datetime import date
from decimal import Decimal

from dianke.application.imports import reading, rejects
from dianke.application.imports.checking import Checked, check_sheet
from dianke.application.imports.columns import Column, Kind, TableSpec
from dianke.application.imports.faults import Fault
from dianke.application.imports.files import MIB, Limits, Sheet, UnreadableFile
from dianke.application.imports.report import LoadReport
from dianke.application.imports.tables.base import code_column, find_by_key, refuse_twice
from dianke.application.imports.tables.customers import OBSTACLES
from dianke.domain.customers import rules as customer_rules
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.rules.addresses import fold_address
from dianke.domain.customers.rules.obstacles import find_contact_obstacle
from dianke.domain.customers.types import AccountStatus, ContactRole, IdentityKind, NewContact
from dianke.domain.metering.models import MeterAsset, MeterInstallation
from dianke.domain.metering.types import RegisterKind
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.queries.batches import find_parts_of
from dianke.platform.identity.types import Actor

# A batch takes no more places than a page and a transaction bear [P].
MOST_FLATS = 2_000
_LIMITS = Limits(size=5 * MIB, rows=MOST_FLATS)
_EVERYBODY = Actor.system("looking at whom a place belongs to")
_AT_PLACE = (AccountStatus.PLANNED.value, AccountStatus.ACTIVE.value, AccountStatus.SUSPENDED.value)

FLATS = TableSpec(
    name="batch-flats",
    zh="批量新装分户清单",
    en="places of a batch",
    columns=(
        Column(name="flat", zh="房号", kind=Kind.TEXT, length=40, required=True, example="1-2-301"),
        Column(
            name="owner", zh="户主姓名", kind=Kind.TEXT, length=60, default="", example="张三",
            help_zh="空白时户名为申请人", help_en="empty: the applicant",
        ),
        code_column("identity_number", "身份证号码", length=18, default="", personal="identity_number"),
        Column(name="phone", zh="联系电话", kind=Kind.TEXT, length=20, default="", personal="phone"),
        Column(
            name="capacity_kva", zh="容量", kind=Kind.DECIMAL, required=True, unit="kVA", decimals=4,
            minimum=Decimal("0.1"), maximum=Decimal(1000), example="8",
        ),
        Column(name="persons", zh="家庭人口", kind=Kind.INTEGER, minimum=Decimal(0), maximum=Decimal(50), default=0),
    ),
)  # fmt: skip
METERS = TableSpec(
    name="batch-meters",
    zh="批量新装装表清单",
    en="meters of a batch",
    columns=(
        Column(name="flat", zh="房号", kind=Kind.TEXT, length=40, required=True, example="1-2-301"),
        code_column("meter", "电能表资产编号", length=40, required=True, example="M100000001"),
        Column(
            name="reading", zh="起始示数", kind=Kind.DECIMAL, required=True, unit="kWh", decimals=4,
            minimum=Decimal(0), example="0",
        ),
        Column(name="seals", zh="封印号", kind=Kind.TEXT, length=60, required=True, example="F0000001"),
    ),
)  # fmt: skip


def read_flats(content: bytes, *, address: str, on: date) -> Checked:
    """Return the places of a file below an address, checked among themselves and against the archive."""
    checked = _read(FLATS, content)
    if checked.is_unusable:
        return checked
    refuse_twice(checked, "flat")
    _refuse_taken_places(checked, address)
    for place, value in enumerate(checked.values["identity_number"]):
        number = customer_rules.fold_identity_number(value or "")
        obstacle = customer_rules.find_identity_obstacle(IdentityKind.ID_CARD, number) if number else None
        if obstacle:
            checked.refuse(
                place, "identity_number", "identity_number_wrong", reason=obstacle, reason_zh=OBSTACLES[obstacle]
            )
        elif number and not checked.get(place, "owner"):
            checked.refuse(place, "owner", "comes_with", what=checked.title_of("identity_number"))
        if checked.get(place, "phone") and not checked.get(place, "owner"):
            checked.refuse(place, "owner", "comes_with", what=checked.title_of("phone"))
    for place in checked.good():
        new = make_contact(checked, place, customer_id=0, on=on)
        if new is not None and (obstacle := find_contact_obstacle(new)):
            told = OBSTACLES.get(obstacle, obstacle)
            checked.refuse(place, "phone", "contact_wrong", reason=obstacle, reason_zh=told)
    return checked


def read_meters(content: bytes, *, actor: Actor, order: ServiceOrder) -> Checked:
    """Return the meters of a file, checked against the parts of a batch and the register of meters."""
    checked = _read(METERS, content)
    if checked.is_unusable:
        return checked
    refuse_twice(checked, "flat")
    refuse_twice(checked, "meter")
    flats = [value for value in checked.values["flat"] if value]
    parts = find_parts_of(actor=actor, order=order, flats=flats)
    meters = find_by_key(
        MeterAsset, actor=actor, field="asset_number", keys={one for one in checked.values["meter"] if one}
    )
    hanging = {
        one.meter_id: one.period.lower
        for one in MeterInstallation.objects.for_actor(actor).filter(
            meter__in=list(meters.values()), period__endswith=None
        )
    }
    for place in range(len(checked.lines)):
        flat, meter = checked.get(place, "flat"), meters.get(checked.get(place, "meter"))
        if flat and flat not in parts:
            checked.refuse(place, "flat", "not_found", what="place of this batch", what_zh="分户")
        if meter is None:
            if checked.get(place, "meter"):
                checked.refuse(place, "meter", "not_found", what="meter", what_zh="电能表")
        elif meter.pk in hanging:
            checked.refuse(place, "meter", "meter_hangs_elsewhere", since=f"{hanging[meter.pk]}")
        elif list(meter.registers) != [RegisterKind.TOTAL.value]:
            checked.refuse(place, "meter", "register_not_read", what=", ".join(meter.registers), what_zh="其他")
    checked.found["parts"] = parts
    return checked


def make_contact(checked: Checked, place: int, *, customer_id: int, on: date) -> NewContact | None:
    """Return the contact of a row, None where it names neither owner nor phone."""
    owner, phone = checked.get(place, "owner"), checked.get(place, "phone")
    if not owner or not phone:
        return None
    return NewContact(customer_id=customer_id, name=owner, role=ContactRole.OWNER, start_date=on, phone=phone)


def write_rejects(checked: Checked, language: str) -> bytes:
    """Return the rows with faults as CSV, as they came, with what is wrong and what to do behind them."""
    rows = [checked.sheet.rows[place] for place in sorted(checked.bad)]
    report = LoadReport(
        spec=checked.spec, file_name="", sheet=checked.sheet, rejected_rows=rows, faults=tuple(checked.faults),
        rejected=len(rows),
    )  # fmt: skip
    return rejects.write_csv_rejects(report, language)


def write_template(spec: TableSpec) -> bytes:
    """Return an empty list as CSV with an example row, as a spreadsheet program opens it."""
    rows = [[one.title_zh for one in spec.columns], [one.example for one in spec.columns]]
    return "".join(",".join(row) + "\r\n" for row in rows).encode("utf-8-sig")


def list_faults(checked: Checked, language: str) -> list[dict[str, str | int]]:
    """Return every fault with row, column, value, what is wrong and what to do, by row."""
    return [one.as_dict(language) for one in sorted(checked.faults, key=_by_row)]


def _by_row(fault: Fault) -> tuple[int, str]:
    return fault.row, fault.column


def _read(spec: TableSpec, content: bytes) -> Checked:
    try:
        sheet = reading.read_bytes(content, _LIMITS)
    except UnreadableFile as broken:
        checked = Checked(spec=spec, sheet=Sheet(format="", titles=(), rows=[]))
        checked.faults.append(broken.fault)
        checked.is_unusable = True
        return checked
    return check_sheet(spec, sheet)


def place_line(address: str, flat: str) -> str:
    """Return the line of a place of an estate."""
    return f"{address} {flat}"


def _refuse_taken_places(checked: Checked, address: str) -> None:
    folded = {value: fold_address(place_line(address, value)) for value in checked.values["flat"] if value}
    rows = CustomerAccount.objects.for_actor(_EVERYBODY).filter(
        location__address_folded__in=list(folded.values()), status__in=_AT_PLACE
    )
    taken = set(rows.values_list("location__address_folded", flat=True))
    for place, value in enumerate(checked.values["flat"]):
        if value and folded[value] in taken:
            checked.refuse(place, "flat", "taken")
