"""Contracts of the demo utility: trades with transformers have one in force; one is to be approved, one signed."""

from datetime import date, datetime

from dianke.application import contracts
from dianke.application.demo_utility import standing_work as work
from dianke.application.demo_utility.trades import list_trades
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import ContractKind, Party
from dianke.platform.identity import queries as identity
from dianke.platform.identity.types import Actor

# The first day that the samples of the product hold from.
_START = date(2024, 6, 1)
_GIVEN = {"ownership_point": "10 千伏进线柜电缆终端处", "payment_days": "15"}
_DUAL = {
    "ownership_point": "两路进线柜电缆终端处", "standby_source": "备用线路", "interlock": "进线断路器电气闭锁",
}  # fmt: skip
_SIGNERS = {Party.SUPPLIER: "临江远山", Party.CUSTOMER: "法定代表人"}
# Each is set as a paper; the demo is waited for.
_MOST = 8
_PLACE = "营销部档案室 A-2"


def is_due(*, actor: Actor) -> bool:
    """Tell whether no contract was drafted yet, in a demo that was founded since it has a manager."""
    logins = {staff.login for staff in identity.list_staff(actor=actor)}
    return {work.MANAGER, work.CHIEF} <= logins and not ContractVersion.objects.for_actor(actor).exists()


def draw_up(*, at: datetime) -> None:
    """Draft, approve, sign and file contracts of trades; leave two that are under way."""
    manager, chief = _enter(work.MANAGER, at), _enter(work.CHIEF, at)
    numbers = [design.account_number for design in list_trades() if design.transformers][:_MOST]
    for number in numbers:
        version = _draft(manager, number, ContractKind.HIGH_VOLTAGE, _GIVEN, _START, at)
        contracts.approve_contract(actor=chief, key=version.pk, at=at)
        paper = contracts.write_contract(actor=manager, key=version.pk)
        for party, signer in _SIGNERS.items():
            contracts.sign_on_paper(
                actor=manager, key=version.pk, party=party, signer=signer, file_name="signed.pdf", content=paper, at=at
            )
        contracts.file_contract(actor=manager, key=version.pk, place=_PLACE, at=at)
    _draft(manager, numbers[0], ContractKind.DUAL_SOURCE, _DUAL, at.date(), at)
    unsigned = _draft(manager, numbers[1], ContractKind.DUAL_SOURCE, _DUAL, at.date(), at)
    contracts.approve_contract(actor=chief, key=unsigned.pk, at=at)


def _draft(
    manager: Actor, number: str, kind: ContractKind, given: dict[str, str], start: date, at: datetime
) -> ContractVersion:
    version = contracts.draft_contract(actor=manager, account_number=number, kind=kind, start=start, given=given, at=at)
    return contracts.propose_contract(actor=manager, key=version.pk, at=at)


def _enter(login: str, at: datetime) -> Actor:
    return identity.get_actor(login=login, on=at.date(), origin="cli")
