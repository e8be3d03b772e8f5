"""Addresses of rows against Django's own."""

import pytest
from django.urls import reverse

from dianke.interfaces.web.components.row_addresses import address_row


@pytest.mark.parametrize(
    ("url_name", "key"),
    [
        ("web:customer_account", "0100000017"),
        ("web:staff_member", "a.b-c_d@e"),
        ("web:staff_member", "张三 ?#%"),
        ("web:bill", 2_601_000_000_000_123),
        ("web:bill_run", "HS-202601-C1-01"),
    ],
)
def test_address_is_the_one_that_reverse_returns(url_name: str, key: str | int) -> None:
    assert address_row(url_name, key) == reverse(url_name, args=[key])
