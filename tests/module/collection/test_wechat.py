"""A ladder of the utility may ask by WeChat: who agreed to notices gets it through the outbox, others the next step."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from tests.factories.billed import issue_homes
from tests.factories.paid import at_ten, list_accounts
from tests.factories.utility import Utility

from dianke.application import collection
from dianke.application.outbox.sending import send_due
from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import DunningStep
from dianke.domain.collection.operations.work import UnableToRecord
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.operations.contacts import add_contacts, record_consent, withdraw_consent
from dianke.domain.customers.types import ConsentChannel, ConsentPurpose, ContactRole, NewContact
from dianke.platform.identity.types import Actor
from dianke.platform.outbox.models import Message

pytestmark = pytest.mark.django_db
SYSTEM = Actor.system("testing WeChat")
_STEP = """
[[version.step]]
code = "{code}"
kind = "{kind}"
days_overdue = {days}
gap_days = 0
least_yuan = "10"
classes = []
is_automatic = {is_automatic}
done_within_days = 1
text = "{code}：户号尾号{{account_end}}，共{{amount}}元。"
"""


def write_ladder(folder: Path, *, is_automatic: bool = True) -> None:
    steps = [
        _STEP.format(code="BY_WECHAT", kind="WECHAT", days=3, is_automatic=str(is_automatic).lower()),
        _STEP.format(code="BY_SMS", kind="SMS", days=3, is_automatic="true"),
    ]
    head = 'schema = "dunning-ladder/v1"\n\n[[version]]\nvalid_from = 2026-01-01\n'
    (folder / "dunning-ladder.toml").write_text(head + "".join(steps), "utf-8")


@pytest.fixture
def utility(settings: object, tmp_path: Path) -> Utility:
    settings.DATA_DIR, settings.SIMULATED_CARRIER, settings.EMAIL_HOST = tmp_path, True, ""  # type: ignore[attr-defined]
    write_ladder(tmp_path)
    return issue_homes("1120", "1180")


def find_night(utility: Utility) -> date:
    due: date = Bill.objects.for_actor(utility.actor).order_by("id")[0].due_date
    return due + timedelta(days=4)


def reach(utility: Utility, account: CustomerAccount, phone: str) -> None:
    new = NewContact(
        customer_id=account.customer_id, name="周", role=ContactRole.BILLING, start_date=date(2025, 6, 1), phone=phone
    )
    add_contacts(actor=utility.actor, contacts=[new])


def agree(utility: Utility, account: CustomerAccount) -> None:
    record_consent(
        actor=utility.actor, customer=account.customer, purpose=ConsentPurpose.BILL_NOTICE,
        channel=ConsentChannel.ONLINE, at=at_ten(date(2026, 1, 5)),
    )  # fmt: skip


def get_step(account: CustomerAccount) -> DunningStep:
    return DunningStep.objects.for_actor(SYSTEM).get(account=account)


def test_goes_to_who_agreed_and_is_delivered_by_the_simulated_carrier(utility: Utility) -> None:
    first, second = list_accounts(utility)
    reach(utility, first, "13900001111")
    reach(utility, second, "13900002222")
    agree(utility, first)
    night = at_ten(find_night(utility))

    collection.run_night(actor=SYSTEM, at=night)

    asked = {one.address: one for one in Message.objects.for_actor(SYSTEM)}
    by_wechat, by_sms = asked["13900001111"], asked["13900002222"]
    assert (by_wechat.channel, by_wechat.template) == ("WECHAT", "dunning.BY_WECHAT")
    assert by_wechat.text.startswith(f"BY_WECHAT：户号尾号{first.number[-4:]}")
    # Past any holiday: what waited goes, and is reported a minute later.
    for wait in (timedelta(days=10), timedelta(days=10, minutes=1)):
        send_due(actor=SYSTEM, at=night + wait)
    by_wechat.refresh_from_db()
    assert by_wechat.state == "DELIVERED"
    # Who never agreed has no such step: the next of the ladder is theirs.
    assert (by_sms.channel, get_step(second).code) == ("SMS", "BY_SMS")
    assert (get_step(first).kind, get_step(first).result) == ("WECHAT", "SENT")


def test_is_not_released_once_the_agreement_was_taken_back(utility: Utility, tmp_path: Path) -> None:
    write_ladder(tmp_path, is_automatic=False)
    account = list_accounts(utility)[0]
    reach(utility, account, "13900001111")
    agree(utility, account)
    night = at_ten(find_night(utility))
    collection.run_night(actor=SYSTEM, at=night)
    held = get_step(account)
    withdraw_consent(actor=utility.actor, consent=account.customer.consents.for_actor(SYSTEM).get(), at=night)

    with pytest.raises(UnableToRecord, match="took back their consent"):
        collection.release_step(actor=SYSTEM, key=held.pk, at=night)

    held.refresh_from_db()
    assert (held.kind, held.state, held.hold_reason) == ("WECHAT", "HELD", "to_be_released")
    assert not Message.objects.for_actor(SYSTEM).filter(channel="WECHAT").exists()
