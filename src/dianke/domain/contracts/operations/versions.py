"""Versions of contracts: drafted, changed, proposed, decided by another person, ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.contracts.models import Contract, ContractVersion
from dianke.domain.contracts.queries.contracts import find_contract
from dianke.domain.contracts.rules.templates import ContractIncomplete, Template, fill, list_missing
from dianke.domain.contracts.rules.versions import find_term, hash_content, may_become
from dianke.domain.contracts.types import HOLDING, UNDER_WAY, Clause, ContractKind, VersionState
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.customers.types import AccountStatus
from dianke.kernel.errors import DomainError
from dianke.platform.identity.types import Actor

_REASON = 400


class ContractNotWritten(DomainError):
    """A version cannot be made or ended so."""

    code = "contracts.not_written"
    message = "the contract was not changed: {reason}"


class VersionOutOfState(DomainError):
    """Somebody else took the step meanwhile, or it is not the turn of it."""

    code = "contracts.version_out_of_state"
    message = "{version} is in another state by now"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewVersion:
    """What a version is written from; parameters without start and until, which its term gives."""

    template: Template
    start: date
    parameters: Mapping[str, str]


def make_contract_version(
    *, actor: Actor, account: CustomerAccount, new: NewVersion, login: str, at: datetime
) -> ContractVersion:
    """
    Draft the first or the next version of an account's contract.

    :raises ContractNotWritten: if the account is closed, a version is under way, or it begins before the one in force
    :raises ContractIncomplete: if a parameter is not one that clauses may name
    """
    if account.status not in (AccountStatus.ACTIVE.value, AccountStatus.PLANNED.value):
        raise ContractNotWritten(field="account", reason="the account is not in use")
    contract = _get_or_make(actor, account, new.template.kind, login, at)
    earlier = list(ContractVersion.objects.for_actor(actor).filter(contract=contract).order_by("number"))
    if any(one.state in [state.value for state in UNDER_WAY] for one in earlier):
        raise ContractNotWritten(field="account", reason="a version of this contract is under way already")
    _require_later(earlier, new.start)
    version = ContractVersion(
        unit=account.unit, contract=contract, account=account, kind=contract.kind, number=len(earlier) + 1,
        drafted_by=login, drafted_at=at,
    )  # fmt: skip
    _write(version, new)
    version.save()
    return version


def change_version(*, actor: Actor, version: ContractVersion, new: NewVersion, login: str) -> ContractVersion:
    """
    Write a draft, or what was refused, anew; it is the draft of whoever did so last.

    :raises VersionOutOfState: if it was proposed
    :raises ContractNotWritten: if it begins before the one in force
    """
    if version.state not in (VersionState.DRAFT.value, VersionState.REFUSED.value):
        raise VersionOutOfState(field="version", version=str(version))
    earlier = ContractVersion.objects.for_actor(actor).filter(contract_id=version.contract_id).exclude(pk=version.pk)
    _require_later(list(earlier), new.start)
    version.state, version.drafted_by = VersionState.DRAFT.value, login
    # Who decided before decided on other words.
    version.decided_by, version.decided_at, version.proposed_by, version.proposed_at = "", None, "", None
    _write(version, new)
    version.save()
    return version


def propose_version(*, version: ContractVersion, template: Template, login: str, at: datetime) -> ContractVersion:
    """
    Hand a draft to another person.

    :raises ContractIncomplete: if its template asks for what is not filled
    :raises VersionOutOfState: if it is no draft
    """
    _require(version, VersionState.PROPOSED)
    missing = list_missing(template, version.parameters)
    if missing:
        raise ContractIncomplete(field=missing[0], reason=f"not filled: {', '.join(missing)}")
    version.state, version.proposed_by, version.proposed_at = VersionState.PROPOSED.value, login, at
    version.save(update_fields=["state", "proposed_by", "proposed_at"])
    return version


def approve_version(*, version: ContractVersion, login: str, at: datetime, reason: str = "") -> ContractVersion:
    """
    Approve a version: what it says is fixed from then on, by its hash and by the database.

    :raises VersionOutOfState: if it is not proposed
    """
    _require(version, VersionState.APPROVED)
    version.content_hash = hash_version(version)
    return _decide(version, VersionState.APPROVED, login, at, reason)


def refuse_version(*, version: ContractVersion, login: str, at: datetime, reason: str) -> ContractVersion:
    """
    Refuse a version; it may be mended and proposed again.

    :raises VersionOutOfState: if it is not proposed
    :raises ContractNotWritten: without a reason
    """
    _require(version, VersionState.REFUSED)
    if not reason.strip():
        raise ContractNotWritten(field="reason", reason="give a reason")
    return _decide(version, VersionState.REFUSED, login, at, reason)


def withdraw_version(*, version: ContractVersion) -> ContractVersion:
    """
    Give up a version that nobody signed to the end.

    :raises VersionOutOfState: if it holds, or was given up
    """
    _require(version, VersionState.WITHDRAWN)
    version.state = VersionState.WITHDRAWN.value
    version.save(update_fields=["state"])
    return version


def end_version(*, version: ContractVersion, on: date, login: str, reason: str) -> ContractVersion:
    """
    Let a contract end before a day, ahead of its term.

    :raises VersionOutOfState: if it does not hold, or ends before that day anyhow
    :raises ContractNotWritten: without a reason, or if it has not begun
    """
    upper = version.period.upper
    if version.state not in [state.value for state in HOLDING] or (upper is not None and upper <= on):
        raise VersionOutOfState(field="version", version=str(version))
    if not reason.strip():
        raise ContractNotWritten(field="reason", reason="give a reason")
    if on <= version.period.lower:
        raise ContractNotWritten(field="end", reason="it has not begun")
    version.period, version.ended_by = DateRange(version.period.lower, on), login
    version.end_reason = reason.strip()[:_REASON]
    version.save(update_fields=["period", "ended_by", "end_reason"])
    return version


def hash_version(version: ContractVersion) -> str:
    """Return the hash of what a version says now."""
    return hash_content(title=version.title, parameters=version.parameters, clauses=version.list_clauses())


def _get_or_make(actor: Actor, account: CustomerAccount, kind: ContractKind, login: str, at: datetime) -> Contract:
    # Two clerks draft for one account at once: the second waits here and then finds the version of the first.
    CustomerAccount.objects.for_actor(actor).select_for_update(of=("self",)).get(pk=account.pk)
    contract = find_contract(actor=actor, account_id=account.pk, kind=kind)
    if contract is None:
        contract = Contract(unit=account.unit, account=account, kind=kind.value, made_by=login, made_at=at)
        contract.save()
    return contract


def _require_later(earlier: Sequence[ContractVersion], start: date) -> None:
    held = [one.period.lower for one in earlier if one.state in [state.value for state in HOLDING]]
    if held and start <= max(held):
        raise ContractNotWritten(field="start", reason="it begins before the version that it follows")


def _write(version: ContractVersion, new: NewVersion) -> None:
    term = find_term(start=new.start, months=new.template.term_months)
    days = {"start": term.start.isoformat(), "until": term.until.isoformat() if term.until else ""}
    parameters = {name: value.strip() for name, value in {**new.parameters, **days}.items()}
    version.template, version.title = new.template.code, new.template.title
    version.notice_days, version.period = new.template.notice_days, DateRange(term.start, term.until)
    version.parameters = parameters
    version.clauses = [_as_row(one) for one in fill(new.template, parameters)]


def _as_row(one: Clause) -> dict[str, Any]:
    return {"code": one.code, "heading": one.heading, "text": one.text, "basis": list(one.basis)}


def _require(version: ContractVersion, then: VersionState) -> None:
    if not may_become(VersionState(version.state), then):
        raise VersionOutOfState(field="version", version=str(version))


def _decide(version: ContractVersion, state: VersionState, login: str, at: datetime, reason: str) -> ContractVersion:
    version.state, version.decided_by, version.decided_at = state.value, login, at
    version.decision_reason = reason.strip()[:_REASON]
    version.save(update_fields=["state", "decided_by", "decided_at", "decision_reason", "content_hash"])
    return version
