"""Signatures of both parties, what they make of the version before, and filing."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from dianke.domain.contracts.models import ContractSignature, ContractVersion
from dianke.domain.contracts.operations.versions import ContractNotWritten, VersionOutOfState, hash_version
from dianke.domain.contracts.types import HOLDING, Party, SignatureWay, VersionState
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSignature:
    """Who signed for a party, and the file; the last two in Base64 where it was done electronically."""

    party: Party
    way: SignatureWay
    signer: str
    document: Document
    signature: str = ""
    public_key: str = ""


def sign_version(
    *, actor: Actor, version: ContractVersion, new: NewSignature, login: str, at: datetime
) -> ContractSignature:
    """
    Record that a party signed; with the second party the version holds, and the one before ends where it begins.

    :raises VersionOutOfState: if it is not approved, or the party signed already
    :raises ContractNotWritten: if nobody is named, its words are not those approved, or its days are taken
    """
    if version.state != VersionState.APPROVED.value:
        raise VersionOutOfState(field="version", version=str(version))
    if not new.signer.strip():
        raise ContractNotWritten(field="signer", reason="name who signed")
    if hash_version(version) != version.content_hash:
        raise ContractNotWritten(field="version", reason="its words are not those that were approved")
    signed = ContractSignature.objects.for_actor(actor).filter(version=version)
    if signed.filter(party=new.party.value).exists():
        raise VersionOutOfState(field="party", version=str(version))
    row = ContractSignature(
        version=version, party=new.party.value, way=new.way.value, signer=new.signer.strip()[:60],
        document=new.document, file_hash=new.document.sha256, signature=new.signature, public_key=new.public_key,
        recorded_by=login, recorded_at=at,
    )  # fmt: skip
    row.save()
    if signed.count() == len(Party):
        _let_hold(actor, version, at)
    return row


def file_version(*, version: ContractVersion, place: str, login: str, at: datetime) -> ContractVersion:
    """
    Put a signed version away.

    :raises VersionOutOfState: if it is not signed by both, or filed already
    :raises ContractNotWritten: if no place is named
    """
    if version.state != VersionState.SIGNED.value:
        raise VersionOutOfState(field="version", version=str(version))
    if not place.strip():
        raise ContractNotWritten(field="place", reason="name where it lies")
    version.state, version.filed_by, version.filed_at = VersionState.FILED.value, login, at
    version.file_place = place.strip()[:80]
    version.save(update_fields=["state", "filed_by", "filed_at", "file_place"])
    return version


def _let_hold(actor: Actor, version: ContractVersion, at: datetime) -> None:
    held = ContractVersion.objects.for_actor(actor).filter(
        contract_id=version.contract_id,
        state__in=[state.value for state in HOLDING],
        period__contains=version.period.lower,
    )
    for one in held.select_for_update():
        one.period = DateRange(one.period.lower, version.period.lower)
        one.save(update_fields=["period"])
    version.state, version.signed_at = VersionState.SIGNED.value, at
    try:
        with transaction.atomic():
            version.save(update_fields=["state", "signed_at"])
    except IntegrityError as fault:
        raise ContractNotWritten(field="start", reason="another version holds in these days") from fault
