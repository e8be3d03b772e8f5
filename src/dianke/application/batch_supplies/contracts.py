"""Contracts of the places of a batch: drafted, approved and signed together, each a contract of its own."""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.db import transaction

from dianke.application.batch_supplies.files import MOST_FLATS
from dianke.application.batch_supplies.work import AT_ONCE, Progress
from dianke.application.contracts import facts
from dianke.application.service_orders.rights import CONTRACT
from dianke.domain.contracts import operations as contracts
from dianke.domain.contracts import queries as contract_queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.operations import NewSignature, NewVersion
from dianke.domain.contracts.types import UNDER_WAY, ContractKind, Party, SignatureWay, VersionState
from dianke.domain.service_orders.models import PlanState, ServiceOrder
from dianke.domain.service_orders.operations import plans
from dianke.domain.service_orders.queries import orders as queries
from dianke.domain.service_orders.queries.batches import list_waiting_parts
from dianke.domain.service_orders.queries.plans import list_sources
from dianke.kernel.clock import to_shanghai
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.identity.separation import require_another_person
from dianke.platform.identity.types import Actor

_APPROVE, _FILE = "contracts.approve", "contracts.file"
_STEP, _PAPER = "sign_contract", "CONTRACT"


@use_case(right=CONTRACT)
def draft_part_contracts(*, actor: Actor, number: str, payment_days: str, after: int = 0, at: datetime) -> Progress:
    """Draft and propose the contract of each place that has none, from the agreed plan and the archive."""
    order = queries.get_order(actor=actor, number=number, right=CONTRACT)
    plan = plans.get_plan(order=order, actor=actor, state=PlanState.AGREED)
    source = list_sources(actor=actor, plan=plan)[0]
    template = contract_queries.find_template(actor=actor, kind=ContractKind.RESIDENTIAL, on=to_shanghai(at).date())
    shared = {
        "voltage": plan.voltage, "price": plan.price_plan.name, "ownership_point": plan.ownership_point,
        "payment_days": payment_days.strip(),
        "sources": source.feeder.name if source.feeder else source.area.name if source.area else "",
    }  # fmt: skip

    def draft(part: ServiceOrder) -> bool:
        if _find_version(actor, part) is not None:
            return False
        account, place = part.account, part.account.location
        known = facts.gather_facts(actor=actor, account=account, on=to_shanghai(at).date())
        own = {"address": place.address if place else "", "capacity_kva": part.asked["capacity_kva"]}
        new = NewVersion(template=template, start=to_shanghai(at).date(), parameters={**known, **shared, **own})
        version = contracts.make_contract_version(actor=actor, account=account, new=new, login=actor.login, at=at)
        contracts.propose_version(version=version, template=template, login=actor.login, at=at)
        return True

    return _each(actor, order, after, draft)


@use_case(right=_APPROVE)
def approve_part_contracts(*, actor: Actor, number: str, after: int = 0, at: datetime) -> Progress:
    """
    Approve the contracts of the places that another person drafted and proposed.

    :raises SamePerson: for each that the actor drafted or proposed, or stands in for who did
    """
    order = queries.get_order(actor=actor, number=number, right=_APPROVE)

    def approve(part: ServiceOrder) -> bool:
        version = _find_version(actor, part)
        if version is None or version.state != VersionState.PROPOSED.value:
            return False
        for login, moment in ((version.drafted_by, version.drafted_at), (version.proposed_by, version.proposed_at)):
            assert moment is not None  # noqa: S101 - what was proposed has both
            require_another_person(actor=actor, operator_login=login, operated_on=to_shanghai(moment).date())
        contracts.approve_version(version=version, login=actor.login, at=at)
        return True

    return _each(actor, order, after, approve)


@use_case(right=_FILE)
def sign_part_contracts(
    *, actor: Actor, number: str, signer: str, file_name: str, content: bytes, after: int = 0, at: datetime
) -> Progress:
    """Record that both sides signed the approved contracts, with the one copy that shows all of them."""
    order = queries.get_order(actor=actor, number=number, right=_FILE)
    document = documents.add_document(
        actor=actor, unit=order.unit, kind=_PAPER, title=order.number, file_name=file_name, content=content, at=at
    )

    def sign(part: ServiceOrder) -> bool:
        version = _find_version(actor, part)
        if version is None or version.state != VersionState.APPROVED.value:
            return False
        signers: Mapping[Party, str] = {Party.SUPPLIER: signer, Party.CUSTOMER: part.account.customer.name}
        for party, name in signers.items():
            new = NewSignature(party=party, way=SignatureWay.PAPER, signer=name, document=document)
            contracts.sign_version(actor=actor, version=version, new=new, login=actor.login, at=at)
        return True

    # The copy comes once: all are signed in one go.
    return _each(actor, order, after, sign, limit=MOST_FLATS)


def _find_version(actor: Actor, part: ServiceOrder) -> ContractVersion | None:
    """Return the contract of a place that is under way, or that holds already."""
    rows = contract_queries.filter_versions(actor=actor).filter(account_id=part.account_id)
    states = [state.value for state in (*UNDER_WAY, VersionState.SIGNED, VersionState.FILED)]
    found: ContractVersion | None = rows.filter(state__in=states).order_by("-id").first()
    return found


def _each(
    actor: Actor, order: ServiceOrder, after: int, act: Callable[[ServiceOrder], bool], *, limit: int = AT_ONCE
) -> Progress:
    waiting = list_waiting_parts(actor=actor, order=order, step=_STEP, after=after, limit=limit)
    failed: list[tuple[str, DomainError]] = []
    done = 0
    for part, _arrival in waiting:
        try:
            with transaction.atomic():
                done += act(part)
        except DomainError as refusal:
            failed.append((part.asked.get("flat", part.number), refusal))
    last = waiting[-1][0].pk if waiting else after
    return Progress(done=done, failed=tuple(failed), last=last, is_over=len(waiting) < limit)
