"""Gateways: signatures over the bytes, orders and call-backs of the plain interface, whose money a notice is."""

from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dianke.domain.channels.rules.gateway import signing
from dianke.domain.channels.rules.gateway.interface import find_gateway
from dianke.domain.channels.rules.gateway.judging import NotOrdered, Ordered, is_of_now, judge_payment
from dianke.domain.channels.rules.gateway.plain import CallBackUnreadable, PlainGateway, write_call_back, write_order
from dianke.domain.channels.rules.gateway.types import (
    AcquirerKind,
    Notice,
    NoticeKind,
    OrderState,
    OrderTerms,
    SignedCall,
)

NOW = datetime(2026, 2, 6, 2, tzinfo=UTC)
NOTICE = Notice(NoticeKind.PAID, "888", "ZF1", "G1", 289_99, NOW)


@cache
def make_key(_name: str = "") -> str:
    return signing.make_private_key()


def sign(body: bytes, **changes: str) -> SignedCall:
    signature = signing.sign_call(private_pem=make_key(), timestamp="1770343200", nonce="n", body=body)
    fields = {"key_id": "K", "timestamp": "1770343200", "nonce": "n", "signature": signature, **changes}
    return SignedCall(body=body, **fields)


class TestSignature:
    def test_holds_for_what_was_signed_and_for_nothing_else(self) -> None:
        body, public = write_call_back(NOTICE), signing.get_public_key(make_key())
        good = sign(body)

        verdicts = [
            signing.is_signed(one, public_pem=public)
            for one in (
                good, sign(body, timestamp="1770343201"), sign(body, nonce="m"), sign(body, signature=""),
                sign(body, signature="é"), sign(body, signature=good.signature[:-8]),
                SignedCall("K", good.timestamp, good.nonce, good.signature, body + b" "),
            )
        ]  # fmt: skip

        assert verdicts == [True, False, False, False, False, False, False]
        assert not signing.is_signed(good, public_pem=signing.get_public_key(make_key("another")))

    def test_key_is_one_of_rsa_with_2048_bits_in_one_form(self) -> None:
        public = signing.get_public_key(make_key())

        assert signing.normalise_public_key(f"\n {public.strip()} \n".replace("\n ", "\n")) == public
        assert len(signing.compute_fingerprint(public)) == 64
        for text in ("", "no key", signing.get_public_key(signing.make_private_key(bits=1024)), make_key()):
            with pytest.raises(signing.KeyNotUsable):
                signing.normalise_public_key(text)

    @pytest.mark.parametrize(
        ("timestamp", "is_now"),
        [("1770343200", True), ("1770343500", True), ("1770342899", False), ("1770343501", False), ("", False),
         ("-1770343200", False), ("17703432001", False), ("１７７０３４３２００", False), ("1e9", False)],
    )  # fmt: skip
    def test_is_of_now_within_five_minutes(self, timestamp: str, is_now: bool) -> None:
        assert is_of_now(timestamp, at=NOW) is is_now


class TestPlainGateway:
    def test_order_is_an_address_that_our_key_signs(self) -> None:
        terms = OrderTerms("888", "ZF1", 289_99, "电费 3600000018", NOW)

        address = PlainGateway().make_order_address(terms, page="https://pay/p", private_pem=make_key(), key_id="O-1")

        fields = dict(parse_qsl(urlsplit(address).query))
        signature, public = fields.pop("signature"), signing.get_public_key(make_key())
        assert (fields["order"], fields["amount"], fields["key"]) == ("ZF1", "28999", "O-1")
        assert signing.is_signed_bytes(public_pem=public, signature=signature, content=write_order(fields))
        forged = write_order({**fields, "amount": "1"})
        assert not signing.is_signed_bytes(public_pem=public, signature=signature, content=forged)

    def test_call_back_is_read_as_it_was_written(self) -> None:
        assert PlainGateway().read_call_back(sign(write_call_back(NOTICE))) == NOTICE

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            (b'"PAID"', b'"LOST"'), (b"28999", b"-1"), (b"28999", b"0"), (b"28999", b"289.99"), (b"28999", b"true"),
            (b"28999", b"1e5"), (b"28999", b"NaN"), (b"28999", b'"28999"'), (b"28999", b"9" * 5000), (b"CNY", b"USD"),
            (b'"G1"', b'"G/1"'), (b'"G1"', b'"%s"' % (b"G" * 41)), (b'"ZF1"', b"null"), (b'"ZF1"', b'"\\u0000"'),
            (b"2026-02-06T02:00:00+00:00", b"2026-02-06T02:00:00"), (b"2026-", b"0001-"), (b"{", b"["), (b"}", b""),
        ],
    )  # fmt: skip
    def test_call_back_with_anything_wrong_is_unreadable(self, old: bytes, new: bytes) -> None:
        body = write_call_back(NOTICE).replace(old, new)

        with pytest.raises(CallBackUnreadable):
            PlainGateway().read_call_back(sign(body))

    @settings(max_examples=60, deadline=None)
    @given(st.one_of(st.binary(max_size=200), st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
            ["kind", "merchant", "order", "number", "amount", "currency", "happened_at"]), inner, max_size=7),
        max_leaves=8).map(lambda value: __import__("json").dumps(value).encode())))  # fmt: skip
    def test_whatever_comes_it_is_read_or_unreadable(self, body: bytes) -> None:
        try:
            read = PlainGateway().read_call_back(SignedCall("", "", "", "", body))
        except CallBackUnreadable:
            read = None

        assert read is None or read.amount_fen > 0

    def test_an_agent_has_no_interface(self) -> None:
        assert find_gateway(AcquirerKind.AGENT) is None
        assert isinstance(find_gateway(AcquirerKind.SIMULATED), PlainGateway)


class TestJudgement:
    @pytest.mark.parametrize(
        ("state", "amount_fen", "late_by", "closed_by", "verdict"),
        [
            (OrderState.OPEN, 289_99, -1, None, None),
            (OrderState.OPEN, 289_99, 0, None, None),
            (OrderState.EXPIRED, 289_99, -1, None, None),
            (OrderState.OPEN, 289_99, 1, None, NotOrdered.EXPIRED),
            (OrderState.OPEN, 289_98, -1, None, NotOrdered.AMOUNT_DIFFERS),
            (OrderState.CLOSED, 289_99, -1, 1, None),
            (OrderState.CLOSED, 289_99, -1, 0, NotOrdered.CLOSED),
            (OrderState.PAID, 289_99, -1, None, NotOrdered.PAID_ALREADY),
            (OrderState.REFUNDED, 289_99, -1, None, NotOrdered.PAID_ALREADY),
        ],
    )
    def test_money_is_the_orders_where_amount_and_time_are(
        self, state: OrderState, amount_fen: int, late_by: int, closed_by: int | None, verdict: NotOrdered | None
    ) -> None:
        closed_at = None if closed_by is None else NOW + timedelta(seconds=closed_by)
        order = Ordered(amount_fen, state, NOW - timedelta(seconds=late_by), closed_at)

        assert judge_payment(NOTICE, order) is verdict

    def test_money_without_an_order_is_nobodys(self) -> None:
        assert judge_payment(NOTICE, None) is NotOrdered.ORDER_UNKNOWN
