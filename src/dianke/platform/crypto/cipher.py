"""
AES-256-GCM over short texts, and keyed hashes that find them again.

A value is `version, length of key id, key id, nonce, ciphertext and tag`; the purpose is authenticated beside
it, so that a phone number copied into the column of identity numbers does not open.
"""

import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from dianke.platform.crypto.keys import KeysNotUsable, forget_ring, get_ring

HASH_BYTES = 16

_VERSION = 1
_NONCE_BYTES = 12
_TAG_BYTES = 16


class CiphertextNotReadable(RuntimeError):
    """A stored value was changed, or belongs to another column or key file."""


def encrypt(text: str, *, purpose: str) -> bytes:
    """Return the text encrypted under the current key."""
    ring = get_ring()
    nonce = os.urandom(_NONCE_BYTES)
    sealed = _cipher(ring.data[ring.current]).encrypt(nonce, text.encode(), purpose.encode())
    return make_head() + nonce + sealed


def make_head() -> bytes:
    """Return how every value under the current key begins."""
    key_id = get_ring().current.encode("ascii")
    return bytes((_VERSION, len(key_id))) + key_id


def decrypt(value: bytes, *, purpose: str) -> str:
    """
    Return the text of a stored value.

    :raises KeysNotUsable: if its key is not in the ring
    :raises CiphertextNotReadable: if it was changed or stands in the wrong column
    """
    key_id = read_key_id(value)
    key = _find_key(key_id)
    start = 2 + len(key_id)
    nonce, sealed = value[start : start + _NONCE_BYTES], value[start + _NONCE_BYTES :]
    if len(sealed) < _TAG_BYTES:
        msg = f"a stored value of {purpose} was cut short"
        raise CiphertextNotReadable(msg)
    try:
        return _cipher(key).decrypt(nonce, sealed, purpose.encode()).decode()
    except InvalidTag as error:
        msg = f"a stored value of {purpose} was changed or belongs elsewhere"
        raise CiphertextNotReadable(msg) from error


def read_key_id(value: bytes) -> str:
    """
    Return the id of the key that a value was written under.

    :raises CiphertextNotReadable: if it is no value of ours
    """
    if len(value) < 2 or value[0] != _VERSION:
        msg = "a stored value has an unknown form"
        raise CiphertextNotReadable(msg)
    return value[2 : 2 + value[1]].decode("ascii", "replace")


def keyed_hash(text: str, *, purpose: str) -> bytes:
    """
    Return 16 bytes by which an encrypted text is found by equality.

    The caller folds the text first (a phone number to its digits). Its key is another than the data keys.
    """
    return hmac.new(get_ring().lookup, f"{purpose}\0{text}".encode(), hashlib.sha256).digest()[:HASH_BYTES]


def _find_key(key_id: str) -> bytes:
    if key_id not in get_ring().data and settings.DATA_KEYS_FILE:
        # Another process may have written under a key that joined the file after this one read it.
        forget_ring()
    key = get_ring().data.get(key_id)
    if key is None:
        msg = f"the key file lacks the key {key_id}"
        raise KeysNotUsable(msg)
    return key


@lru_cache(maxsize=16)
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)
