"""Every keyed hash, what it is made of, and making all of them anew under another lookup key."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import models

from dianke.domain.customers.models import BankAccount, Contact, Customer
from dianke.domain.customers.queries import hashes
from dianke.platform.crypto import rotation
from dianke.platform.crypto.fields import EncryptedTextField


@dataclass(frozen=True)
class HashColumn:
    """One hash: its column, the encrypted text it is made of, and how."""

    model: type[models.Model]
    column: str
    text: str
    make: Callable[[str], bytes | None]


HASH_COLUMNS = (
    HashColumn(Customer, "identity_hash", "identity_number", hashes.hash_identity_number),
    HashColumn(Contact, "phone_hash", "phone", hashes.hash_phone),
    HashColumn(Contact, "phone_mask_hash", "phone", hashes.hash_phone_mask),
    HashColumn(Contact, "birthday_hash", "birthday", hashes.hash_birthday),
    HashColumn(BankAccount, "number_hash", "number", hashes.hash_bank_account),
)


def remake_hashes() -> int:
    """Make every hash anew under the ring in use and return how many there are; the caller holds the transaction."""
    total = 0
    for one in HASH_COLUMNS:
        field = one.model._meta.get_field(one.text)
        assert isinstance(field, EncryptedTextField)  # noqa: S101 - the table above is ours
        total += rotation.remake_hashes(
            model=one.model, column=one.column, text=one.text, purpose=field.purpose, make=one.make
        )
    return total
