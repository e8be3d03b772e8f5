"""Two accounts become one: a final bill of each, one account with the capacity of both, billed from the same day."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import leaving, months
from tests.factories import utility as factory
from tests.factories.leaving import ASKED, EVERYBODY, LAST_DAY, TRADE, Town
from tests.factories.months import bill_month
from tests.factories.once import built_once, fresh
from tests.factories.paid import pay
from tests.factories.parts import clear, lead_to_connection, make_meters, make_part, owed, settle, sign_parts
from tests.factories.utility import HUBEI, LATER, add_point

from dianke.application.service_orders.settling import BalanceLeft, DebtsOpen
from dianke.domain.billing.models import BillingTerms, FinalBilling
from dianke.domain.metering.models import UsagePoint
from dianke.domain.network.models import TransformerSpell
from dianke.domain.receivables.models import Claim
from dianke.domain.service_orders.models import ServiceOrder
from dianke.domain.service_orders.operations.accepting import ApplicationRefused
from dianke.domain.service_orders.operations.parties import MergedAccountMissing, PartyAccountUnknown
from dianke.domain.service_orders.queries.leavers import filter_orders_about
from dianke.domain.service_orders.types import OrderKind
from dianke.kernel.clock import SHANGHAI

pytestmark = pytest.mark.django_db

FEBRUARY, MARCH = date(2026, 2, 1), date(2026, 3, 1)
HOLDER = "K100000002"


def build_neighbours() -> Town:
    """Return a town whose factory has a workshop of 200 kVA beside it on the same feeder, January billed."""
    utility = leaving.build_priced()
    town = Town(utility, *leaving.add_points(utility, {"total": "100"}, {"total": "400"}))
    add_point(utility, start={"total": "0"}, end={"total": "900"}, terms=TRADE, plan=HUBEI, kva="200")
    factory.freeze_january(utility)
    months.issue_month(utility, factory.JANUARY, LATER)
    return leaving.with_people(town)


_built = built_once(build_neighbours)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    town = fresh(_built)
    for point in (town.factory, workshop_of(town)):
        clear(town, point)
    return town


def workshop_of(town: Town) -> UsagePoint:
    return town.utility.points[-1]


def ask(town: Town, kva: str, *codes: str, **given: Any) -> ServiceOrder:
    numbers = (workshop_of(town).account.number,)
    values: dict[str, Any] = {
        "parts": (make_part(HOLDER, kva, *codes),), "account_numbers": numbers, "is_adjacent": True,
    } | given  # fmt: skip
    return town.ask(town.factory, OrderKind.MERGE, **values)


def refusals(caught: Any) -> set[str]:
    return {one.code for one in caught.value.facts["refusals"]}


def connect(town: Town, order: ServiceOrder) -> UsagePoint:
    """Return the point of the account that came, switched on."""
    parts = lead_to_connection(town, order)
    sign_parts(town, parts)
    town.do(order, "sign_contract", ASKED)
    values = town.values(town.factory, "5600") | town.values(workshop_of(town), "950")
    town.do(order, "install_meter", values=values, meters=make_meters(town, parts, {1: "20"}))
    town.do(order, "energise")
    return UsagePoint.objects.for_actor(EVERYBODY).select_related("account").get(account=parts[0].account)


def test_both_are_billed_to_the_day_and_the_one_from_it(town: Town) -> None:
    workshop = workshop_of(town)
    order = ask(town, "830", "T100000002", "T100000003")
    point = connect(town, order)
    finals = settle(town, order)

    assert [one.account_id for one in finals] == [town.factory.account_id, workshop.account_id]
    old = [town.list_bills(one)[-1] for one in (town.factory, workshop)]
    assert [(one.period_end, one.energy_kwh_e2) for one in old] == [(LAST_DAY, 60_000), (LAST_DAY, 5_000)]
    # Ten of thirty days at 28.93: of 630 and of 200 kVA.
    assert [one.basic_fen for one in old] == [607_530, 192_867]
    assert [town.account(one).status for one in (town.factory, workshop, point)] == ["CLOSED", "CLOSED", "ACTIVE"]
    assert town.read(order).result == "ARCHIVED"

    bill_month(town.utility, FEBRUARY, {town.home: {"total": "500"}, point: {"total": "1020"}})
    (bill,) = town.list_bills(point)
    # 1020 - 20 kWh at 0.78, and 830 kVA for the eighteen days from the 11th: not a day twice, none left out.
    assert (bill.energy_kwh_e2, bill.basic_fen) == (100_000, 1_440_714)
    assert bill.amount_fen == 1_440_714 + 78_000
    assert [len(town.list_bills(one)) for one in (town.factory, workshop)] == [2, 2]


def test_less_capacity_than_the_sum_may_stay(town: Town) -> None:
    point = connect(town, ask(town, "700", "T100000002"))
    standing = TransformerSpell.objects.for_actor(EVERYBODY).filter(
        transformer__account=point.account, period__endswith=None
    )
    rows = standing.values_list("transformer__capacity_kva", "state").order_by("transformer__code")
    assert list(rows) == [(Decimal(630), "RUNNING"), (Decimal(70), "RUNNING")]
    terms = BillingTerms.objects.for_actor(EVERYBODY).get(usage_point=point)
    assert (terms.structure, terms.basic_mode) == ("TWO_PART", "CAPACITY")


@pytest.mark.parametrize(
    ("kva", "changes", "codes"),
    [
        ("831", {}, {"capacity_above"}),
        ("830", {"is_adjacent": False}, {"not_adjacent"}),
        ("830", {"account_numbers": ()}, {"too_few_parties"}),
    ],
)
def test_what_stands_against_it(town: Town, kva: str, changes: dict[str, Any], codes: set[str]) -> None:
    with pytest.raises(ApplicationRefused) as caught:
        ask(town, kva, **changes)
    assert codes <= refusals(caught)
    assert not ServiceOrder.objects.for_actor(EVERYBODY).exists()


def test_whoever_goes_in_is_there_and_owes_nothing(town: Town) -> None:
    with pytest.raises(PartyAccountUnknown):
        ask(town, "830", account_numbers=("0000000000",))
    bill_month(
        town.utility, FEBRUARY,
        {town.home: {"total": "500"}, town.factory: {"total": "5100"}, workshop_of(town): {"total": "910"}},
    )  # fmt: skip
    clear(town, town.factory, date(2026, 3, 2))
    with pytest.raises(ApplicationRefused) as caught:
        ask(town, "830", at=datetime(2026, 3, 2, 9, tzinfo=SHANGHAI), effective_on=date(2026, 3, 9))
    assert refusals(caught) == {"party_owes"}


def test_somebody_has_the_one_account(town: Town) -> None:
    for parts in ((), (make_part(HOLDER, "0"),), (make_part(HOLDER, "400"), make_part(HOLDER, "400"))):
        with pytest.raises(MergedAccountMissing):
            ask(town, "830", parts=parts)


def test_debts_of_the_other_hold_it_up_too(town: Town) -> None:
    order = ask(town, "830")
    connect(town, order)
    town.do(order, "read_final")
    town.do(order, "bill_final")
    for final in FinalBilling.objects.for_actor(EVERYBODY).select_related("run"):
        months.exempt_everything(actor=town.utility.runner, run=final.run)
    town.do(order, "issue_final", outcome="ISSUED")
    clear(town, town.factory, LAST_DAY)
    with pytest.raises(DebtsOpen, match=workshop_of(town).account.number):
        town.do(order, "settle", outcome="SETTLED")

    workshop = workshop_of(town)
    pay(town.utility, town.account(workshop), owed(workshop) + 500, "too-much", day=LAST_DAY)
    with pytest.raises(BalanceLeft, match=workshop.account.number):
        town.do(order, "settle", outcome="SETTLED")
    town.do(order, "settle", outcome="REFUND_DUE")
    claim = Claim.objects.for_actor(EVERYBODY).get()
    assert (claim.account_id, claim.amount_fen) == (workshop.account_id, 500)


def test_a_returned_bill_is_withdrawn_of_both(town: Town) -> None:
    order = ask(town, "830")
    connect(town, order)
    town.do(order, "read_final")
    town.do(order, "bill_final")
    town.do(order, "issue_final", outcome="RETURNED", reason="核对表码")
    states = FinalBilling.objects.for_actor(EVERYBODY).values_list("state", flat=True)
    assert list(states) == ["WITHDRAWN", "WITHDRAWN"]
    assert [town.account(one).status for one in (town.factory, workshop_of(town))] == ["ACTIVE", "ACTIVE"]


def test_an_account_that_goes_in_takes_no_other_order(town: Town) -> None:
    order = ask(town, "830")
    about = filter_orders_about(actor=town.people["counter"], account=workshop_of(town).account)
    assert [one.number for one in about] == [order.number]
    with pytest.raises(ApplicationRefused) as caught:
        town.ask(workshop_of(town), OrderKind.CLOSE, has_stopped_all=True)
    assert refusals(caught) == {"change_order_open"}
    assert order.number in str(caught.value.facts["refusals"][0].values["orders"])
