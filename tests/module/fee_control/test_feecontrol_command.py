"""What the command line tells of accounts under control, and who may let a night go by."""

import json
from typing import Any

import pytest
from tests.factories import controlled
from tests.factories import utility as factory
from tests.factories.controlled import Controlled
from tests.factories.once import built_once, fresh

from dianke.domain.fee_control.models import DailyEstimate
from dianke.interfaces.cli import feecontrol
from dianke.platform.audit.use_case import PermissionRefused

pytestmark = pytest.mark.django_db
built = built_once(lambda: controlled.build("1150"))


@pytest.fixture
def home(built: Controlled, db: None, settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> Controlled:
    settings.DATA_DIR, settings.SIMULATED_CARRIER, settings.EMAIL_HOST = tmp_path, True, ""
    monkeypatch.setenv("DIANKE_PASSWORD", "correct horse battery")
    return fresh(built)


def test_states_are_told_as_data(home: Controlled, capsys: pytest.CaptureFixture[str]) -> None:
    status = feecontrol.run(["states", "--as", "fc-technician"])

    told = json.loads(capsys.readouterr().out)
    assert (status, [one["account"] for one in told["accounts"]]) == (0, [home.accounts[0].number])
    feecontrol.run(["states", "--state", "DISCONNECTED", "--as", "fc-technician"])
    assert json.loads(capsys.readouterr().out) == {"accounts": []}


def test_a_night_asks_for_the_rights_of_all_its_parts_before_it_begins(
    home: Controlled, capsys: pytest.CaptureFixture[str]
) -> None:
    factory.add_clerk(home.utility.root, "fc-night", ["fee_control.order", "fee_control.operate"])
    with pytest.raises(PermissionRefused):
        feecontrol.run(["night", "--as", "fc-collector"])
    assert not DailyEstimate.objects.for_actor(controlled.SYSTEM).exists()

    feecontrol.run(["night", "--as", "fc-night"])

    assert json.loads(capsys.readouterr().out)["estimated"] == 1
