"""Signatures of contracts: an uploaded signed copy, or a key over the PDF; what is kept is proved again on reading."""

import base64
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings

from dianke.application.contracts.papers import set_contract
from dianke.application.contracts.reading import require_whole
from dianke.domain.contracts import operations, queries
from dianke.domain.contracts.models import ContractSignature, ContractVersion
from dianke.domain.contracts.operations import NewSignature
from dianke.domain.contracts.queries import ContractUnknown
from dianke.domain.contracts.types import Party, SignatureWay
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import use_case
from dianke.platform.documents import operations as documents
from dianke.platform.documents.models import Document
from dianke.platform.identity.types import Actor

_VIEW, _SIGN = "contracts.view", "contracts.file"
_PAPER = "CONTRACT"


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature over a digest and the key that proves it, both raw Ed25519."""

    signature: bytes
    public_key: bytes


class Signer(Protocol):
    """A service that signs for a party; one of a provider takes the place of the simulated one."""

    def sign(self, *, party: Party, signer: str, digest: bytes) -> Signed:
        """Return a signature over a SHA-256 digest of 32 bytes."""
        ...


class SimulatedSignerOff(DomainError):
    """The installation offers no simulated signature."""

    code = "contracts.simulated_signer_off"
    message = "no simulated signature is offered here; record the signed copy"


class SimulatedSigner:
    """Signs for real with a key for each party, kept in a folder: proves bytes, but not who a person is."""

    def __init__(self, folder: Path) -> None:
        """
        Sign with keys below a folder.

        :raises SimulatedSignerOff: if the installation does not offer it
        """
        if not settings.SIMULATED_SIGNER:
            raise SimulatedSignerOff(field="way")
        self._folder = folder

    def sign(self, *, party: Party, signer: str, digest: bytes) -> Signed:
        """Return a signature by the key of the party, which is made on first use."""
        key = self._get_key(party)
        return Signed(key.sign(digest), key.public_key().public_bytes_raw())

    def _get_key(self, party: Party) -> Ed25519PrivateKey:
        path = self._folder / f"simulated-{party.value.lower()}.key"
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(Ed25519PrivateKey.generate().private_bytes_raw())
        except FileExistsError:
            pass
        return Ed25519PrivateKey.from_private_bytes(path.read_bytes())


@use_case(right=_SIGN)
def sign_on_paper(
    *, actor: Actor, key: int, party: Party, signer: str, file_name: str, content: bytes, at: datetime
) -> ContractSignature:
    """Record that a party signed on paper, with the copy that shows it."""
    version = queries.get_version(actor=actor, key=key, lock=True)
    document = _keep(actor, version, file_name, content, at)
    new = NewSignature(party=party, way=SignatureWay.PAPER, signer=signer, document=document)
    return operations.sign_version(actor=actor, version=version, new=new, login=actor.login, at=at)


@use_case(right=_SIGN)
def sign_with_key(
    *, actor: Actor, key: int, party: Party, signer: str, service: Signer, at: datetime
) -> ContractSignature:
    """Have a party sign the PDF of a version electronically, and keep the PDF that was signed."""
    version = queries.get_version(actor=actor, key=key, lock=True)
    document = _keep(actor, version, f"{version.contract.number}-{version.number}.pdf", set_contract(version), at)
    signed = service.sign(party=party, signer=signer, digest=bytes.fromhex(document.sha256))
    new = NewSignature(
        party=party, way=SignatureWay.ELECTRONIC, signer=signer, document=document,
        signature=base64.b64encode(signed.signature).decode(), public_key=base64.b64encode(signed.public_key).decode(),
    )  # fmt: skip
    return operations.sign_version(actor=actor, version=version, new=new, login=actor.login, at=at)


@use_case(right=_VIEW)
def prove_signatures(*, actor: Actor, key: int) -> dict[int, bool]:
    """Return by key of each signature whether the kept file is the one that was signed, and the signature fits it."""
    version = queries.get_version(actor=actor, key=key)
    return {one.pk: _is_whole(one) for one in queries.list_signatures(actor=actor, version=version)}


@use_case(right=_VIEW)
def open_signed_copy(*, actor: Actor, key: int, signature_key: int) -> bytes:
    """
    Return the file of a signature; who looked stands in the trail.

    :raises ContractUnknown: if the version has no such signature
    """
    version = queries.get_version(actor=actor, key=key)
    require_whole(actor=actor, version=version)
    for one in queries.list_signatures(actor=actor, version=version):
        if one.pk == signature_key:
            return documents.read_document(one.document)
    raise ContractUnknown(field="signature", contract=signature_key)


def _keep(actor: Actor, version: ContractVersion, name: str, content: bytes, at: datetime) -> Document:
    title = f"{version.title} {version}"
    return documents.add_document(
        actor=actor, unit=version.unit, kind=_PAPER, title=title, file_name=name, content=content, at=at
    )


def _is_whole(one: ContractSignature) -> bool:
    try:
        documents.read_document(one.document)
        if one.document.sha256 != one.file_hash:
            return False
        if one.way == SignatureWay.ELECTRONIC.value:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(one.public_key))
            public.verify(base64.b64decode(one.signature), bytes.fromhex(one.file_hash))
    except (documents.DocumentMissing, InvalidSignature, ValueError):
        return False
    return True
