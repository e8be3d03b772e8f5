"""Free choice among listed firms: qualified on the day, shown in an order that changes, signed by the customer."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.factories import connecting as new
from tests.factories.connecting import apply_for
from tests.factories.leaving import ASKED, EVERYBODY, Town
from tests.factories.once import built_once, fresh

from dianke.application import service_orders
from dianke.application.service_orders import firms
from dianke.domain.service_orders.models import FirmChoice, ListedFirm, ServiceOrder
from dianke.domain.service_orders.operations.firms import FirmNotListed, NewFirm
from dianke.domain.service_orders.queries.firms import count_lacking, list_firms_for
from dianke.domain.service_orders.rules.plans import FirmKind
from dianke.domain.service_orders.types import OrderKind
from dianke.interfaces.portal.firm_choice import sign_shown
from dianke.kernel.clock import SystemClock

pytestmark = pytest.mark.django_db

_built = built_once(new.build_connecting_town)


@pytest.fixture
def town(_built: Town, settings: Any, tmp_path: Path) -> Town:
    settings.DATA_DIR = tmp_path
    return fresh(_built)


def add(town: Town, serial: int, kind: FirmKind = FirmKind.DESIGNER, until: date | None = None) -> ListedFirm:
    firm = NewFirm(
        kind=kind, name=f"第{serial}设计院", qualification="送变电乙级", certificate=f"{kind}-{serial}",
        valid_from=date(2025, 1, 1), valid_to=until,
    )  # fmt: skip
    return firms.list_firm(actor=town.people["head"], unit=town.utility.root, new=firm, at=ASKED)


@pytest.fixture
def order(town: Town) -> ServiceOrder:
    found: ServiceOrder = apply_for(town, new.enter_applicant(town), OrderKind.SUPPLY_HIGH_DUAL)
    return found


@pytest.fixture
def secret(town: Town, order: ServiceOrder) -> str:
    return service_orders.make_order_link(actor=town.people["counter"], number=order.number, at=SystemClock().now())


def choose(secret: str, **given: Any) -> Any:
    order = ServiceOrder.objects.for_actor(EVERYBODY).get()
    keys = given.pop("keys", [])
    shown = sign_shown(order, FirmKind.DESIGNER, keys)
    values = {"kind": "DESIGNER", "shown": shown, "signed_name": "周正", "name": "", "firm": ""} | given
    return Client().post(reverse("portal:order_firm", args=[secret]), values, follow=True)


def test_who_is_qualified_on_the_day(town: Town, order: ServiceOrder) -> None:
    add(town, 1)
    add(town, 2, until=ASKED.date())
    shown = list_firms_for(order=order, kind=FirmKind.DESIGNER, on=ASKED.date())
    assert [one.name for one in shown] == ["第1设计院"]
    assert count_lacking(order=order, on=ASKED.date())[FirmKind.DESIGNER] == 4


def test_each_is_the_first_now_and_then(town: Town, secret: str) -> None:
    names = {add(town, serial).name for serial in range(1, 6)}
    firsts = set()
    for _opening in range(80):
        page = Client().get(reverse("portal:order", args=[secret])).content.decode()
        firsts.add(min(names, key=page.index))
    assert firsts == names


def test_the_choice_is_signed_and_the_latest_counts(town: Town, order: ServiceOrder, secret: str) -> None:
    first, second = add(town, 1), add(town, 2)
    choose(secret, firm=f"{first.pk}", keys=[second.pk, first.pk])
    choose(secret, name="自选设计所")
    rows = list(FirmChoice.objects.for_actor(EVERYBODY).filter(order=order).order_by("id"))
    assert [(one.firm_id, one.name, one.shown, one.signed_name) for one in rows] == [
        (first.pk, "第1设计院", [second.pk, first.pk], "周正"), (None, "自选设计所", [], "周正"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "given", [{"signed_name": ""}, {"name": ""}, {"firm": "999999"}, {"shown": "1 2 3"}, {"shown": ""}]
)
def test_what_is_no_choice(town: Town, secret: str, given: dict[str, str]) -> None:
    choose(secret, **({"name": "自选设计所"} | given))
    assert FirmChoice.objects.for_actor(EVERYBODY).count() == 0


def test_a_forged_link_and_an_unknown_kind(secret: str) -> None:
    assert choose(f"{secret}x", name="自选设计所").status_code == 404
    assert choose(secret, name="自选设计所", kind="PLUMBER").status_code == 404


def test_a_certificate_is_listed_once_and_taken_off(town: Town, order: ServiceOrder) -> None:
    firm = add(town, 1)
    with pytest.raises(FirmNotListed):
        add(town, 1)
    firms.end_firm(actor=town.people["head"], key=firm.pk, on=ASKED.date(), reason="资质到期", at=ASKED)
    assert list_firms_for(order=order, kind=FirmKind.DESIGNER, on=ASKED.date()) == []
