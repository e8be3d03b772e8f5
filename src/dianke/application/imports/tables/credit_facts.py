"""Facts about customers: what credit, tags and watch lists read, from systems that are no modules here yet."""

from collections import Counter
from decimal import Decimal

from dianke.application.imports.checking import Checked
from dianke.application.imports.columns import Choice, Column, Kind, TableSpec
from dianke.application.imports.tables.base import (
    Context,
    Stored,
    TableLoader,
    code_column,
    in_parts,
    resolve,
    store_in_parts,
)
from dianke.domain.credit.operations.facts import NewFact, load_facts
from dianke.domain.credit.queries.facts import filter_facts
from dianke.domain.credit.types import VALUE_RANGES, FactState, FactType
from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.kernel.clock import SHANGHAI

_WORDS: dict[FactType, tuple[str, str]] = {
    FactType.ARREAR: ("拖欠电费", "arrear"),
    FactType.WRONG_ACCOUNT: ("故意提供错误账号", "wrong account on purpose"),
    FactType.REPORTED_DEBTOR: ("提供欠费人下落", "reported an absconded debtor"),
    FactType.PLANT_ACCIDENT: ("企业内部电气事故", "electrical accident in the plant"),
    FactType.BRANCH_TRIP: ("越级跳闸(分支开关)", "over-trip of a branch switch"),
    FactType.SUBSTATION_TRIP: ("越级跳闸(变电站开关)", "over-trip of the substation switch"),
    FactType.ACCIDENT_CONCEALED: ("隐瞒事故", "accident concealed"),
    FactType.UNLICENSED_OPERATOR: ("电工资格不符", "operator without licence"),
    FactType.RULES_INCOMPLETE: ("运行管理制度不全", "operating rules incomplete"),
    FactType.THEFT: ("窃电", "theft of electricity"),
    FactType.BREACH: ("违约用电", "breach of use"),
    FactType.OBSTRUCTION: ("阻碍电力建设或秩序", "obstructs power construction"),
    FactType.DAMAGE: ("破坏或危害电力设施", "damages facilities"),
    FactType.REPORT_HELPED: ("举报并配合调查", "reports and helps the inquiry"),
    FactType.BAD_FAITH: ("合同或变更不诚信", "bad faith in contracts"),
    FactType.NO_TEST_COOPERATION: ("不配合试验或更新设备", "no cooperation in tests"),
    FactType.NO_INSPECTION_COOPERATION: ("不配合用电检查", "no cooperation with inspection"),
    FactType.NOT_RECTIFIED: ("逾期未整改", "not rectified in time"),
    FactType.DISPATCH_DISOBEYED: ("不执行调度", "disobeys dispatch"),
    FactType.MANAGEMENT: ("经营管理评价", "judgement of management"),
    FactType.GROWTH: ("发展潜力评价", "judgement of growth"),
    FactType.COMPLAINT: ("投诉", "complaint"),
    FactType.CALL: ("来电", "call"),
    FactType.REPAIR_CALL: ("报修", "repair call"),
    FactType.SATISFACTION: ("满意度", "satisfaction"),
    FactType.NPS: ("推荐意愿", "net promoter score"),
    FactType.OUTAGE_FELT: ("停电影响", "outage felt"),
    FactType.MARKET_MOVE: ("转入市场购电", "moved to the market"),
    FactType.OWN_GENERATION: ("自备发电", "own generation"),
    FactType.CLOSING_ASKED: ("申请销户", "asked to close"),
    FactType.CAPACITY_CUT_ASKED: ("申请减容", "asked for less capacity"),
    FactType.CHANNEL_CHANGED: ("变更缴费渠道", "changed channel of payment"),
    FactType.DEBIT_FAILED: ("代扣失败", "debit failed"),
    FactType.COURT_LISTED: ("失信被执行", "listed by a court"),
    FactType.ONLINE_LOGIN: ("网上登录", "online log-in"),
    FactType.LANGUAGE_CARE: ("语言关照", "language care"),
    FactType.DO_NOT_DISTURB: ("免打扰", "do not disturb"),
    FactType.ENERGY_SERVICE_INTEREST: ("综合能源意向", "interest in energy services"),
    FactType.GREEN_POWER_INTEREST: ("绿电意向", "interest in green power"),
    FactType.DEMAND_RESPONSE_SIGNED: ("签约需求响应", "signed for demand response"),
    FactType.MARKET_CONTRACT: ("市场化合同", "market contract"),
    FactType.COAL_TO_ELECTRICITY: ("煤改电", "coal to electricity"),
    FactType.POWER_RESOLD: ("转供电", "power resold"),
}

_CREDIT_FACTS = TableSpec(
    name="credit-facts",
    zh="客户事实",
    en="facts about customers",
    right="credit.load",
    help_zh="信用、标签和预警名单用到的事实；导入后即生效。与已有事实完全相同的行不再重复入库。电费欠费由账务自动得出，不必导入。",
    help_en=(
        "What credit, tags and watch lists read; facts of a file count at once. Rows that stand already are not stored "
        "again. Arrears come from the books by themselves."
    ),
    columns=(
        code_column("customer", "客户编号", length=20, required=True, example="KH000001", also=("客户号",)),
        code_column("account", "户号", length=10, example="1000000016"),
        Column(
            name="type",
            zh="事实类型",
            kind=Kind.CHOICE,
            required=True,
            choices=tuple(Choice(one.value, *_WORDS[one]) for one in FactType),
            example="plant_accident",
        ),
        Column(name="on_date", zh="发生日期", kind=Kind.DATE, required=True, example="2026-01-31"),
        Column(
            name="until_date",
            zh="结束日期",
            kind=Kind.DATE,
            help_zh="状态结束的日期；欠费为还清日期",
            help_en="when it ended; of an arrear when it was paid",
        ),
        Column(
            name="value",
            zh="数值",
            kind=Kind.DECIMAL,
            decimals=4,
            help_zh="经营管理、发展潜力 0 至 5，满意度 1 至 5，推荐意愿 0 至 10",
            help_en="management and growth 0 to 5, satisfaction 1 to 5, net promoter score 0 to 10",
        ),
        Column(name="note", zh="说明", kind=Kind.TEXT, length=300, default=""),
    ),
)


def _check(context: Context, checked: Checked) -> None:
    customers = resolve(context, checked, "customer", Customer, field="number", what="customer", what_zh="客户")
    accounts = resolve(context, checked, "account", CustomerAccount, field="number", what="account", what_zh="户号")
    today = context.at.astimezone(SHANGHAI).date()
    for place in checked.good():
        row = checked.row(place)
        account = accounts.get(row["account"])
        if account is not None and account.customer_id != customers[row["customer"]].pk:
            checked.refuse(place, "account", "not_found", what="account of the customer", what_zh="该客户的户号")
        if row["on_date"] > today:
            checked.refuse(place, "on_date", "in_the_future")
        if row["until_date"] is not None and row["until_date"] < row["on_date"]:
            checked.refuse(place, "until_date", "ends_before_it_begins", start=f"{row['on_date']:%Y-%m-%d}")
        _check_value(checked, place, FactType(row["type"]), row["value"])


def _check_value(checked: Checked, place: int, type_: FactType, value: Decimal | None) -> None:
    bounds = VALUE_RANGES.get(type_)
    if bounds is None:
        return
    least, most = bounds
    if value is None:
        checked.refuse(place, "value", "value_missing")
    elif value < least:
        checked.refuse(place, "value", "number_too_small", limit=str(least))
    elif value > most:
        checked.refuse(place, "value", "number_too_large", limit=str(most))


def _store(context: Context, checked: Checked, places: list[int]) -> Stored:
    """Store the facts that do not stand yet; several alike in one file are several facts."""
    facts = [_read(checked, place) for place in places]
    standing: Counter[tuple[object, ...]] = Counter()
    for part in in_parts(sorted({one.customer_id for one in facts})):
        rows = filter_facts(actor=context.actor).filter(state=FactState.STANDING.value, customer_id__in=part)
        standing.update(
            rows.values_list(
                "customer_id", "customer_account_id", "type", "on_date", "until_date", "value", "note"
            ).iterator()
        )
    new = []
    for one in facts:
        alike = (
            one.customer_id, one.customer_account_id, one.type.value, one.on_date, one.until_date, one.value, one.note,
        )  # fmt: skip
        if standing[alike] > 0:
            standing[alike] -= 1
        else:
            new.append(one)
    stored = store_in_parts(context, new, lambda part: load_facts(new=part, login=context.actor.login, at=context.at))
    return Stored(stored.stored, len(facts) - len(new), created=stored.created)


def _read(checked: Checked, place: int) -> NewFact:
    row = checked.row(place)
    customer = checked.found["customer"][row["customer"]]
    account = checked.found["account"].get(row["account"])
    return NewFact(
        unit_id=account.unit_id if account is not None else customer.unit_id,
        customer_id=customer.pk,
        customer_account_id=account.pk if account is not None else None,
        type=FactType(row["type"]),
        on_date=row["on_date"],
        until_date=row["until_date"],
        value=row["value"],
        note=row["note"].strip(),
    )


CREDIT_FACTS = TableLoader(spec=_CREDIT_FACTS, check=_check, store=_store)
