"""
The plain interface of a gateway: the one that the simulated gateway speaks, and that a utility's own could.

An order is an address with its terms and our signature; a call-back is JSON signed in headers; the file of a day is
the text layout of banks. Described in docs/rules/online-payment.md.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from dianke.domain.channels.rules.bank_files.text_layout import read_text
from dianke.domain.channels.rules.bank_files.types import BankFile, CollectionLine, FileKind
from dianke.domain.channels.rules.gateway.signing import sign_bytes
from dianke.domain.channels.rules.gateway.types import Notice, NoticeKind, OrderTerms, SignedCall

KEY_HEADER, TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER = (
    "dianke-key", "dianke-timestamp", "dianke-nonce", "dianke-signature",
)  # fmt: skip
CURRENCY = "CNY"
_MOST_HEADER = 1_400
_NUMBER = re.compile(r"[0-9A-Za-z_.-]{1,40}", re.ASCII)
_MOST_FEN = 10**13


class CallBackUnreadable(ValueError):
    """A call-back does not hold what the interface says."""


class PlainGateway:
    """Keeps to the plain interface."""

    def make_order_address(self, terms: OrderTerms, *, page: str, private_pem: str, key_id: str) -> str:
        """Return the address of the page at which an order is paid."""
        fields = list_order_fields(terms, key_id=key_id)
        signature = sign_bytes(private_pem=private_pem, content=write_order(fields))
        return f"{page}?{urlencode({**fields, 'signature': signature})}"

    def find_call(self, *, headers: Mapping[str, str], body: bytes) -> SignedCall:
        """Return what of a request is signed, by which key."""
        key_id, timestamp, nonce, signature = (
            _clean(headers.get(name, "")) for name in (KEY_HEADER, TIME_HEADER, NONCE_HEADER, SIGNATURE_HEADER)
        )
        return SignedCall(key_id, timestamp, nonce, signature, body)

    def read_call_back(self, call: SignedCall) -> Notice:
        """
        Return what a call-back tells.

        :raises CallBackUnreadable: if it cannot be read
        """
        try:
            told = json.loads(call.body.decode("utf-8"), parse_float=_refuse_number, parse_constant=_refuse_number)
        except (ValueError, RecursionError) as error:
            raise CallBackUnreadable("no JSON") from error
        if not isinstance(told, dict):
            raise CallBackUnreadable("no object")
        return _read_notice(told)

    def read_daily_file(self, content: bytes) -> BankFile[CollectionLine]:
        """Return the file of a day as it came, with everything that is wrong with it."""
        return read_text(content, kind=FileKind.COLLECTION)


def _clean(header: str) -> str:
    """Return a header without what no table holds; a signature over what is left fits no other text."""
    return "".join(one for one in header[:_MOST_HEADER] if one.isprintable())


def list_order_fields(terms: OrderTerms, *, key_id: str) -> dict[str, str]:
    """Return the fields of an order in the order in which they are signed."""
    return {
        "merchant": terms.merchant,
        "order": terms.number,
        "amount": str(terms.amount_fen),
        "subject": terms.subject,
        "expires": terms.expires_at.isoformat(timespec="seconds"),
        "key": key_id,
    }


def write_order(fields: Mapping[str, str]) -> bytes:
    """Return the bytes of an order that are signed."""
    return "\n".join(f"{name}={value}" for name, value in fields.items()).encode()


def write_call_back(notice: Notice) -> bytes:
    """Return the body of a call-back."""
    told = {
        "kind": notice.kind.value,
        "merchant": notice.merchant,
        "order": notice.order_number,
        "number": notice.number,
        "amount": notice.amount_fen,
        "currency": CURRENCY,
        "happened_at": notice.happened_at.isoformat(timespec="seconds"),
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _refuse_number(text: str) -> Any:
    raise CallBackUnreadable(f"{text} is no whole number")


def _read_notice(told: Mapping[str, Any]) -> Notice:
    try:
        kind = NoticeKind(_read_text(told, "kind"))
        happened_at = datetime.fromisoformat(_read_text(told, "happened_at"))
    except ValueError as error:
        raise CallBackUnreadable("kind or time") from error
    amount = told.get("amount")
    if type(amount) is not int or not 0 < amount < _MOST_FEN or told.get("currency") != CURRENCY:
        raise CallBackUnreadable("amount")
    if happened_at.tzinfo is None or not 1990 <= happened_at.year < 2200:
        raise CallBackUnreadable("time")
    number, order = _read_text(told, "number"), _read_text(told, "order")
    if not _NUMBER.fullmatch(number) or not _NUMBER.fullmatch(order):
        raise CallBackUnreadable("number")
    return Notice(kind, _read_text(told, "merchant"), order, number, amount, happened_at)


def _read_text(told: Mapping[str, Any], name: str) -> str:
    text = told.get(name)
    if not isinstance(text, str) or len(text) > 80:
        raise CallBackUnreadable(name)
    return text
