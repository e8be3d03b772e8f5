"""The second step of a log-in: codes of an authenticator (TOTP, RFC 6238) and recovery codes."""

import hashlib
import hmac
import secrets
from datetime import datetime

import pyotp
from django.db import transaction

from dianke.kernel.errors import DomainError
from dianke.platform.identity.models import OneTimeCodeSource, RecoveryCode, Staff
from dianke.platform.identity.types import Actor

STEP_SECONDS = 30
RECOVERY_CODES = 10

# A phone's clock may be one step off either way.
_STEPS_OFF = (0, -1, 1)
_SYSTEM = Actor.system("checking the second step of a log-in, before anybody acts")


class CodeRefused(DomainError):
    """The code is wrong, too old, or was used before."""

    code = "identity.code_refused"
    message = "the code is wrong or was used already"


def find_source(*, staff: Staff) -> OneTimeCodeSource | None:
    """Return the confirmed authenticator of a person, or None when the log-in has one step."""
    sources = OneTimeCodeSource.objects.for_actor(_SYSTEM)
    source: OneTimeCodeSource | None = sources.filter(staff=staff, confirmed_at__isnull=False).first()
    return source


def begin_enrolment(*, staff: Staff, at: datetime) -> str:
    """Give a person a new secret that is not asked for until confirmed, and return it."""
    secret = pyotp.random_base32()
    OneTimeCodeSource.objects.for_actor(_SYSTEM).filter(staff=staff).delete()
    OneTimeCodeSource(staff=staff, secret=secret, added_at=at).save()
    return secret


def find_waiting_secret(*, staff: Staff) -> str:
    """Return the secret that waits for its first code, or nothing."""
    source = OneTimeCodeSource.objects.for_actor(_SYSTEM).filter(staff=staff, confirmed_at=None).first()
    return source.secret if source else ""


def make_address(*, secret: str, login: str, utility: str) -> str:
    """Return the otpauth address that an authenticator reads from a picture."""
    return pyotp.TOTP(secret, interval=STEP_SECONDS).provisioning_uri(name=login, issuer_name=utility or "Dianke")


@transaction.atomic
def confirm_enrolment(*, staff: Staff, one_time_code: str, at: datetime) -> list[str]:
    """
    Ask for codes from now on and return the recovery codes, which are shown this once.

    :raises CodeRefused: if the first code is wrong
    """
    sources = OneTimeCodeSource.objects.for_actor(_SYSTEM).select_for_update()
    source = sources.filter(staff=staff, confirmed_at=None).first()
    if source is None or not _accept(source, one_time_code, at):
        raise CodeRefused(field="one_time_code")
    source.confirmed_at = at
    source.save(update_fields=["confirmed_at", "last_step"])
    RecoveryCode.objects.for_actor(_SYSTEM).filter(staff=staff).delete()
    codes = [f"{secrets.token_hex(3)}-{secrets.token_hex(3)}" for _ in range(RECOVERY_CODES)]
    for code in codes:
        RecoveryCode(staff=staff, code_hash=_hash(code)).save()
    return codes


def remove(*, staff: Staff) -> bool:
    """Take the second step away from a person's log-in; tell whether there was one."""
    RecoveryCode.objects.for_actor(_SYSTEM).filter(staff=staff).delete()
    found, _ = OneTimeCodeSource.objects.for_actor(_SYSTEM).filter(staff=staff).delete()
    return bool(found)


def count_recovery_codes(*, staff: Staff) -> int:
    """Return how many recovery codes are left."""
    return int(RecoveryCode.objects.for_actor(_SYSTEM).filter(staff=staff, used_at=None).count())


@transaction.atomic
def require_code(*, staff: Staff, one_time_code: str, at: datetime) -> None:
    """
    Take a code of the authenticator or a recovery code, each once.

    :raises CodeRefused: if it is neither, or was used
    """
    code = "".join(one_time_code.split()).lower()
    sources = OneTimeCodeSource.objects.for_actor(_SYSTEM).select_for_update()
    source = sources.filter(staff=staff, confirmed_at__isnull=False).first()
    if source is not None and _accept(source, code, at):
        source.save(update_fields=["last_step"])
        return
    spare = RecoveryCode.objects.for_actor(_SYSTEM).filter(staff=staff, used_at=None, code_hash=_hash(code))
    if source is None or spare.update(used_at=at) != 1:
        raise CodeRefused(field="one_time_code")


def _accept(source: OneTimeCodeSource, code: str, at: datetime) -> bool:
    code = code.strip()
    if not (code.isascii() and code.isdecimal()):
        return False
    generator = pyotp.TOTP(source.secret, interval=STEP_SECONDS)
    now = int(at.timestamp()) // STEP_SECONDS
    for off in _STEPS_OFF:
        step = now + off
        if step > source.last_step and hmac.compare_digest(generator.at(step * STEP_SECONDS), code):
            source.last_step = step
            return True
    return False


def _hash(code: str) -> str:
    # 48 random bits under a lock-out after five failures: a slow hash would add nothing.
    return hashlib.sha256(code.encode()).hexdigest()
