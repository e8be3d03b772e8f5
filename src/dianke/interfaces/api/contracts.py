"""Supply contracts: which hold or are under way, and the words and signatures of one version."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from dianke.application.contracts.orders import VIEW
from dianke.application.contracts.reading import read_words, sees_whole
from dianke.domain.contracts import queries
from dianke.domain.contracts.models import ContractVersion
from dianke.domain.contracts.types import HOLDING, ContractKind, Party, SignatureWay, VersionState
from dianke.interfaces.api.access import actor_with
from dianke.interfaces.api.paging import PageOf, PageQuery, Text, page_of
from dianke.interfaces.api.problems import REFUSALS
from dianke.kernel.clock import SystemClock, to_shanghai
from dianke.kernel.masks import mask_name
from dianke.platform.identity.types import Actor

_HOLDING = [state.value for state in HOLDING]

router = Router(tags=["contracts"])


class ContractQuery(PageQuery):
    """Which versions: of an account, a kind, a state, a unit; in force on a day; ending within days from today."""

    account: Text = Field("", max_length=20)
    kind: ContractKind | None = None
    state: VersionState | None = None
    unit: Text = Field("", max_length=20, description="code of the unit")
    in_force_on: date | None = Field(None, description="signed by both parties and holding on this day")
    ending_within_days: int | None = Field(None, ge=0, le=3650, description="holds today and ends within so many days")


class ContractOut(Schema):
    """
    A version of a contract of an account; half-open: it holds from `start_date` and no longer on `end_date`.

    The name is masked without archive.view.
    """

    key: int
    contract: str
    version: int
    kind: ContractKind
    state: VersionState
    account: str
    customer_name: str
    unit: str
    title: str
    template: str
    start_date: date
    end_date: date | None
    notice_days: int
    signed_at: datetime | None
    filed_at: datetime | None


class ClauseOut(Schema):
    """A clause as it was agreed on, and the texts that it rests on."""

    code: str
    heading: str
    text: str
    basis: list[str]


class SignatureOut(Schema):
    """Who signed for a party, and the SHA-256 of the file that shows it."""

    party: Party
    way: SignatureWay
    signer: str
    file_sha256: str
    recorded_at: datetime


class ContractDetail(ContractOut):
    """A version with its words. `content_sha256` is that of the words since they were approved, empty before."""

    parameters: dict[str, str]
    clauses: list[ClauseOut]
    signatures: list[SignatureOut]
    content_sha256: str


@router.get("/contracts", response={200: PageOf[ContractOut], **REFUSALS}, summary="List versions of contracts")
def list_contracts(request: HttpRequest, page: Query[ContractQuery]) -> dict[str, Any]:
    """Return versions of supply contracts by key."""
    actor = actor_with(request, VIEW)
    wanted = {
        "account__number": page.account or None,
        "kind": page.kind and page.kind.value,
        "state": page.state and page.state.value,
        "unit__code": page.unit or None,
    }
    rows = queries.filter_versions(actor=actor).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    if page.in_force_on is not None:
        rows = rows.filter(state__in=_HOLDING, period__contains=page.in_force_on)
    if page.ending_within_days is not None:
        today = to_shanghai(SystemClock().now()).date()
        last = today + timedelta(days=page.ending_within_days)
        rows = rows.filter(~Q(period__contains=last), state__in=_HOLDING, period__contains=today)
    return page_of(request, rows, page, lambda version: _draw(actor, version))


@router.get("/contracts/{key}", response={200: ContractDetail, **REFUSALS}, summary="Show a version of a contract")
def show_contract(request: HttpRequest, key: int) -> dict[str, Any]:
    """Return the words of a version, what they were filled with, and who signed."""
    actor = actor_with(request, VIEW)
    version = queries.get_version(actor=actor, key=key)
    parameters, clauses = read_words(actor=actor, version=version)
    is_whole = sees_whole(actor=actor, version=version)
    return {
        **_draw(actor, version),
        "parameters": parameters,
        "clauses": [
            {"code": one.code, "heading": one.heading, "text": one.text, "basis": list(one.basis)} for one in clauses
        ],
        "signatures": [
            {
                "party": one.party,
                "way": one.way,
                "signer": one.signer if is_whole else mask_name(one.signer),
                "file_sha256": one.file_hash,
                "recorded_at": one.recorded_at,
            }
            for one in queries.list_signatures(actor=actor, version=version)
        ],
        "content_sha256": version.content_hash,
    }


def _draw(actor: Actor, version: ContractVersion) -> dict[str, Any]:
    name = version.account.customer.name
    return {
        "key": version.pk,
        "contract": version.contract.number,
        "version": version.number,
        "kind": version.kind,
        "state": version.state,
        "account": version.account.number,
        "customer_name": name if sees_whole(actor=actor, version=version) else mask_name(name),
        "unit": version.unit.code,
        "title": version.title,
        "template": version.template,
        "start_date": version.period.lower,
        "end_date": version.period.upper,
        "notice_days": version.notice_days,
        "signed_at": version.signed_at,
        "filed_at": version.filed_at,
    }
