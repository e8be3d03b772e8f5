"""
Signatures of calls: RSA with SHA-256 (PKCS #1 v1.5) over time, nonce and the bytes of the body, each with a line feed.

What is signed is what came over the wire, byte for byte: nothing is parsed before the signature is known to be right.
"""

import base64
import binascii
import hashlib
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from dianke.domain.channels.rules.gateway.types import SignedCall

LEAST_BITS, MOST_BITS = 2048, 8192


class KeyNotUsable(ValueError):
    """The text is no RSA key of a length that may be trusted."""


def make_private_key(*, bits: int = LEAST_BITS) -> str:
    """Return a new private key as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=bits)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode("ascii")


def get_public_key(private_pem: str) -> str:
    """Return the public key of a private one, as PEM."""
    return _write_public(_read_private(private_pem).public_key())


def normalise_public_key(text: str) -> str:
    """
    Return a public key as PEM in one form, whatever blanks it came with.

    :raises KeyNotUsable: if it is no RSA key, or shorter than 2048 bits
    """
    return _write_public(_read_public(text))


def compute_fingerprint(public_pem: str) -> str:
    """Return the SHA-256 of a public key, by which two persons compare it."""
    der = _read_public(public_pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return hashlib.sha256(der).hexdigest()


def sign_call(*, private_pem: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Return the signature of a call, in base64."""
    return sign_bytes(private_pem=private_pem, content=_join(timestamp, nonce, body))


def is_signed(call: SignedCall, *, public_pem: str) -> bool:
    """Tell whether a call was signed by the holder of a key."""
    return is_signed_bytes(
        public_pem=public_pem, signature=call.signature, content=_join(call.timestamp, call.nonce, call.body)
    )


def sign_bytes(*, private_pem: str, content: bytes) -> str:
    """Return the signature of bytes, in base64."""
    signature = _read_private(private_pem).sign(content, padding.PKCS1v15(), hashes.SHA256())
    return base64.b64encode(signature).decode("ascii")


def is_signed_bytes(*, public_pem: str, signature: str, content: bytes) -> bool:
    """Tell whether bytes were signed by the holder of a key."""
    try:
        raw = base64.b64decode(signature.encode("ascii"), validate=True)
        _read_public(public_pem).verify(raw, content, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, UnicodeEncodeError):
        return False
    return True


def _join(timestamp: str, nonce: str, body: bytes) -> bytes:
    # Headers are texts of the caller: what is no ASCII never was signed.
    return b"\n".join((timestamp.encode("utf-8", "replace"), nonce.encode("utf-8", "replace"), body, b""))


# Reading a key checks it, which costs more than signing by it.
@lru_cache(maxsize=32)
def _read_private(pem: str) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(pem.encode("ascii"), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise KeyNotUsable("no RSA key")
    return key


@lru_cache(maxsize=256)
def _read_public(text: str) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_pem_public_key("\n".join(text.split("\n")).strip().encode("ascii"))
    except (ValueError, UnicodeEncodeError, UnsupportedAlgorithm) as error:
        raise KeyNotUsable("no public key in PEM") from error
    if not isinstance(key, rsa.RSAPublicKey) or not LEAST_BITS <= key.key_size <= MOST_BITS:
        raise KeyNotUsable("no RSA key of 2048 bits or more")
    return key


def _write_public(key: rsa.RSAPublicKey) -> str:
    return key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")
