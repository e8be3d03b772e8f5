"""dianke bill final: looked at before, asked, shown, taken back; what cannot be read is refused at once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from tests.factories import pages
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.application.final_bills.orders import FiguresChanged
from dianke.domain.billing.models import FinalBilling
from dianke.domain.metering.models import MeterInstallation
from dianke.interfaces.cli import bill
from dianke.interfaces.cli.bill_finals import MarkedMeterNotRead
from dianke.platform.audit.use_case import PermissionRefused
from dianke.platform.identity.types import Actor

pytestmark = pytest.mark.django_db

SYSTEM = Actor.system("looking at final bills")


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker: Any) -> Iterator[Office]:
    with django_db_blocker.unblock(), pages.rolled_back():
        office = pages.build_office(issued=True)
        factory.add_clerk(office.utility.root, "counter", [*pages.LOOKING, "billing.ask_final"])
        factory.add_clerk(office.utility.root, "looker", pages.LOOKING)
        yield office


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIANKE_PASSWORD", pages.PASSWORD)


def find_meter(office: Office) -> str:
    installation = MeterInstallation.objects.for_actor(SYSTEM).get(usage_point=office.points["home"])
    return str(installation.meter.asset_number)


def order(office: Office, *, login: str = "counter") -> list[str]:
    """Return the words of an order for the home, whose meter showed 1450.63 at the end of January."""
    return [
        "--account", office.account("home"), "--kind", "CLOSING", "--date", "2026-02-11", "--reason", "搬走",
        "--reading", f"{find_meter(office)}:total=1500.63", "--as", login, "--json",
    ]  # fmt: skip


def call(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    """Carry out an act and return what it printed."""
    capsys.readouterr()
    assert bill.run(["final", *words]) == 0
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def test_it_is_looked_at_asked_shown_and_taken_back(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    preview = call(capsys, "preview", *order(office))
    before = FinalBilling.objects.for_actor(SYSTEM).count()

    asked = call(capsys, "ask", *order(office), "--expected", preview["amount"])
    shown = call(capsys, "show", asked["number"], "--as", "looker", "--json")
    taken = call(capsys, "withdraw", asked["number"], "--as", "counter", "--json")

    assert (preview["period"], preview["bills"][0]["energy_kwh"], before) == ("2026-02-01/2026-02-11", "50", 0)
    assert (asked["state"], asked["amount"], asked["kind"]) == ("ASKED", preview["amount"], "CLOSING")
    assert shown == asked
    assert (taken["state"], taken["bills"]) == ("WITHDRAWN", [])


def test_another_amount_than_was_looked_at_is_refused(office: Office) -> None:
    with pytest.raises(FiguresChanged):
        bill.run(["final", "ask", *order(office), "--expected", "1.00"])

    assert not FinalBilling.objects.for_actor(SYSTEM).exists()


def test_who_may_only_look_does_not_ask(office: Office) -> None:
    with pytest.raises(PermissionRefused):
        bill.run(["final", "ask", *order(office, login="looker")])

    assert not FinalBilling.objects.for_actor(SYSTEM).exists()


def test_an_estimate_needs_its_reading(office: Office) -> None:
    with pytest.raises(MarkedMeterNotRead, match="M-NOT-READ"):
        bill.run(["final", "preview", *order(office), "--estimated", "M-NOT-READ"])


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--reading", "1500"], "is not METER:REGISTER=VALUE"),
        (["--reading", "M1:night=3"], "with a register of total"),
        (["--reading", "M1:total=much"], "much is no number"),
        (["--expected", "1.005"], "has more than two decimals"),
        (["--date", "yesterday"], "invalid fromisoformat value"),
    ],
)
def test_what_cannot_be_read_is_told_at_once(
    office: Office, capsys: pytest.CaptureFixture[str], words: list[str], reason: str
) -> None:
    with pytest.raises(SystemExit):
        bill.run(["final", "ask", *order(office), *words])

    assert reason in capsys.readouterr().err
