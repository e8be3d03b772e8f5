"""Contracts of accounts: drafted from facts, proposed, decided by another person, filed, renewed, ended."""

from collections.abc import Mapping
from datetime import date, datetime

from dianke.application.contracts.facts import gather_facts, get_account
from dianke.domain.contracts import operations, queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.operations import ContractNotWritten, NewVersion
from dianke.domain.contracts.types import HOLDING, ContractKind
from dianke.kernel.clock import to_shanghai
from dianke.platform.audit.use_case import use_case
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

VIEW, DRAFT, APPROVE, FILE = "contracts.view", "contracts.draft", "contracts.approve", "contracts.file"


@use_case(right=DRAFT)
def draft_contract(
    *, actor: Actor, account_number: str, kind: ContractKind, start: date, given: Mapping[str, str], at: datetime
) -> ContractVersion:
    """Draft a contract from what is known of an account; what is given goes before what is known."""
    account = get_account(actor, account_number)
    template = queries.find_template(actor=actor, kind=kind, on=start)
    parameters = {**gather_facts(actor=actor, account=account, on=to_shanghai(at).date()), **given}
    new = NewVersion(template=template, start=start, parameters=parameters)
    return operations.make_contract_version(actor=actor, account=account, new=new, login=actor.login, at=at)


@use_case(right=DRAFT)
def change_contract(*, actor: Actor, key: int, start: date, given: Mapping[str, str], at: datetime) -> ContractVersion:
    """Write a draft anew: the facts of today, what it held before, and what is given, in rising order."""
    version = queries.get_version(actor=actor, key=key, lock=True)
    template = queries.find_template(actor=actor, kind=ContractKind(version.kind), on=start)
    known = gather_facts(actor=actor, account=version.account, on=to_shanghai(at).date())
    new = NewVersion(template=template, start=start, parameters={**known, **version.parameters, **given})
    return operations.change_version(actor=actor, version=version, new=new, login=actor.login)


@use_case(right=DRAFT)
def renew_contract(*, actor: Actor, key: int, at: datetime) -> ContractVersion:
    """
    Draft the version that follows one in force where it ends, with the facts of today and what was agreed on before.

    :raises ContractNotWritten: if it does not hold, or has no end
    """
    version = queries.get_version(actor=actor, key=key)
    if version.state not in [state.value for state in HOLDING] or version.period.upper is None:
        raise ContractNotWritten(field="version", reason="only what holds until a day is renewed")
    start = max(version.period.upper, to_shanghai(at).date())
    template = queries.find_template(actor=actor, kind=ContractKind(version.kind), on=start)
    known = gather_facts(actor=actor, account=version.account, on=to_shanghai(at).date())
    # What the archive knows changed meanwhile; what only the paper knows is taken over.
    new = NewVersion(template=template, start=start, parameters={**version.parameters, **known})
    return operations.make_contract_version(actor=actor, account=version.account, new=new, login=actor.login, at=at)


@use_case(right=DRAFT)
def propose_contract(*, actor: Actor, key: int, at: datetime) -> ContractVersion:
    """Hand a draft to another person, once all that its template asks for is filled."""
    version = queries.get_version(actor=actor, key=key, lock=True)
    # Its text is of that template; one that came into force since may ask for what this text never names.
    template = queries.find_template_of(actor=actor, kind=ContractKind(version.kind), code=version.template)
    return operations.propose_version(version=version, template=template, login=actor.login, at=at)


@use_case(right=DRAFT)
def withdraw_contract(*, actor: Actor, key: int, at: datetime) -> ContractVersion:
    """Give up a version that was not signed by both sides."""
    return operations.withdraw_version(version=queries.get_version(actor=actor, key=key, lock=True))


@use_case(right=APPROVE)
def approve_contract(*, actor: Actor, key: int, at: datetime, reason: str = "") -> ContractVersion:
    """
    Approve what another person drafted and proposed.

    :raises SamePerson: if the actor drafted or proposed it, or stands in for who did
    """
    version = _get_of_others(actor, key)
    return operations.approve_version(version=version, login=actor.login, at=at, reason=reason)


@use_case(right=APPROVE)
def refuse_contract(*, actor: Actor, key: int, at: datetime, reason: str) -> ContractVersion:
    """
    Refuse what another person drafted and proposed.

    :raises SamePerson: if the actor drafted or proposed it, or stands in for who did
    """
    version = _get_of_others(actor, key)
    return operations.refuse_version(version=version, login=actor.login, at=at, reason=reason)


@use_case(right=FILE)
def file_contract(*, actor: Actor, key: int, place: str, at: datetime) -> ContractVersion:
    """Put a signed contract away."""
    version = queries.get_version(actor=actor, key=key, lock=True)
    return operations.file_version(version=version, place=place, login=actor.login, at=at)


@use_case(right=APPROVE)
def end_contract(*, actor: Actor, key: int, on: date, reason: str) -> ContractVersion:
    """Let a contract end before a day, ahead of its term."""
    version = queries.get_version(actor=actor, key=key, lock=True)
    return operations.end_version(version=version, on=on, login=actor.login, reason=reason)


def _get_of_others(actor: Actor, key: int) -> ContractVersion:
    version = queries.get_version(actor=actor, key=key, lock=True)
    days = {version.drafted_by: version.drafted_at, version.proposed_by: version.proposed_at}
    for login, moment in days.items():
        if login and moment is not None:
            require_another_person(actor=actor, operator_login=login, operated_on=to_shanghai(moment).date())
    return version
