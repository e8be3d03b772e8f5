"""Gateways and agents: added by one person; a key of theirs is entered by one and released by another."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from dianke.domain.channels.models import Acquirer, AcquirerKey
from dianke.domain.channels.rules.gateway import signing
from dianke.domain.channels.rules.gateway.types import WITHOUT_KEYS, AcquirerKind, KeyState
from dianke.kernel.errors import DomainError
from dianke.platform.org.models import Unit
from dianke.platform.org.scoping import Scope


class UnableToAddAcquirer(DomainError):
    """A gateway or agent cannot be added like this."""

    code = "channels.unable_to_add_acquirer"
    message = "{acquirer} cannot be added: {reason}"


class UnableToChangeKey(DomainError):
    """A key cannot be entered, released or ended."""

    code = "channels.unable_to_change_key"
    message = "key {key} cannot be changed: {reason}"


@dataclass(frozen=True, slots=True)
class NewAcquirer:
    """A gateway or agent as it is entered."""

    code: str
    name: str
    kind: AcquirerKind
    merchant_number: str
    page_address: str = ""
    order_minutes: int = 30


def add_acquirer(*, unit: Unit, new: NewAcquirer) -> Acquirer:
    """
    Add a gateway, with a key of ours to sign orders by, an agent, or the card terminal of a counter.

    :raises UnableToAddAcquirer: if the code is taken or unreadable, or a gateway has no page
    """
    field, reason = _find_obstacle(new)
    if reason:
        raise UnableToAddAcquirer(field=field, acquirer=new.code, reason=reason)
    acquirer = Acquirer(
        unit=unit,
        code=new.code,
        name=new.name.strip(),
        kind=new.kind.value,
        merchant_number=new.merchant_number.strip(),
        page_address=new.page_address.strip(),
        order_minutes=new.order_minutes,
    )
    if new.kind not in WITHOUT_KEYS:
        _make_own_key(acquirer, serial=1)
    try:
        with transaction.atomic():
            acquirer.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToAddAcquirer(field="code", acquirer=new.code, reason="the code is taken") from error
    return acquirer


def change_own_key(*, acquirer: Acquirer) -> Acquirer:
    """Make a new key of ours; orders from now on are signed by it, those that were made keep their signature."""
    if AcquirerKind(acquirer.kind) in WITHOUT_KEYS:
        raise UnableToChangeKey(field="key", key=acquirer.code, reason="an agent has no keys")
    _make_own_key(acquirer, serial=int(acquirer.own_key_id.rpartition("-")[2] or 0) + 1)
    acquirer.save()
    return acquirer


def open_acquirer(*, acquirer: Acquirer, is_open: bool) -> Acquirer:
    """Let a gateway or agent be used, or no more; what it still sends is taken."""
    acquirer.is_open = is_open
    acquirer.save(update_fields=["is_open"])
    return acquirer


def propose_key(*, acquirer: Acquirer, key_id: str, public_key: str, login: str, at: datetime) -> AcquirerKey:
    """
    Enter a public key of a gateway; nothing is trusted by it before another person releases it.

    :raises UnableToChangeKey: if it is no RSA key of 2048 bits or more, or its name is known
    """
    name = key_id.strip()
    if AcquirerKind(acquirer.kind) in WITHOUT_KEYS:
        raise UnableToChangeKey(field="key_id", key=name, reason="an agent has no keys")
    if not name or not name.isascii() or not name.isprintable():
        raise UnableToChangeKey(field="key_id", key=name, reason="it needs a name")
    try:
        pem = signing.normalise_public_key(public_key.strip())
    except signing.KeyNotUsable as error:
        reason = "it is no RSA key of 2048 bits or more in PEM"
        raise UnableToChangeKey(field="public_key", key=name, reason=reason) from error
    key = AcquirerKey(
        acquirer=acquirer,
        key_id=name,
        public_key=pem,
        fingerprint=signing.compute_fingerprint(pem),
        proposed_by=login,
        proposed_at=at,
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        raise UnableToChangeKey(field="key_id", key=name, reason="the name is known") from error
    return key


def decide_key(*, key: AcquirerKey, is_approved: bool, login: str, at: datetime) -> AcquirerKey:
    """
    Release or refuse a key that another person entered.

    :raises UnableToChangeKey: if it was decided already
    """
    if key.state != KeyState.PROPOSED.value:
        raise UnableToChangeKey(field="key", key=key.key_id, reason="it was decided already")
    key.state = (KeyState.IN_USE if is_approved else KeyState.REFUSED).value
    key.decided_by, key.decided_at = login, at
    key.save(update_fields=["state", "decided_by", "decided_at"])
    return key


def end_key(*, key: AcquirerKey) -> AcquirerKey:
    """
    Trust a key no more.

    :raises UnableToChangeKey: if it is not in use
    """
    if key.state != KeyState.IN_USE.value:
        raise UnableToChangeKey(field="key", key=key.key_id, reason="it is not in use")
    key.state = KeyState.ENDED.value
    key.save(update_fields=["state"])
    return key


def get_key(*, actor: Scope, key: int) -> AcquirerKey:
    """
    Return a key, held until the transaction ends.

    :raises UnableToChangeKey: if there is none within the actor's units
    """
    rows = AcquirerKey.objects.for_actor(actor).select_related("acquirer").select_for_update(of=("self",))
    found: AcquirerKey | None = rows.filter(pk=key).first()
    if found is None:
        raise UnableToChangeKey(field="key", key=str(key), reason="there is none")
    return found


def _make_own_key(acquirer: Acquirer, *, serial: int) -> None:
    acquirer.own_private_key = signing.make_private_key()
    acquirer.own_public_key = signing.get_public_key(acquirer.own_private_key)
    acquirer.own_key_id = f"{acquirer.code}-{serial}"


def _find_obstacle(new: NewAcquirer) -> tuple[str, str]:
    if not new.code or not new.code.isascii() or not new.code.isalnum() or new.code != new.code.upper():
        return "code", "the code is capital letters and digits"
    if not new.name.strip() or not new.merchant_number.strip():
        return "merchant_number" if new.name.strip() else "name", "something is missing"
    if new.kind in WITHOUT_KEYS:
        return "", ""
    address = urlsplit(new.page_address.strip())
    schemes = {"https", "http"} if new.kind is AcquirerKind.SIMULATED else {"https"}
    if address.scheme not in schemes or not address.hostname or address.query:
        return "page_address", "a gateway has a page at an address of https"
    return ("order_minutes", "an order lives a minute to a day") if not 1 <= new.order_minutes <= 1440 else ("", "")
