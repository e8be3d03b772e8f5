"""Plates of instrument transformers as people write them."""

from decimal import Decimal

import pytest
from django import forms

from dianke.domain.metering.types import Ratio
from dianke.interfaces.web.service_orders.meter_fields import RatioField


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("", Ratio()),
        (" 150/5 ", Ratio(Decimal(150), Decimal(5))),
        ("10000 / 100", Ratio(Decimal(10_000), Decimal(100))),
        ("0.5/0.25", Ratio(Decimal("0.5"), Decimal("0.25"))),
    ],
)
def test_a_plate_is_read(text: str, ratio: Ratio) -> None:
    assert RatioField(required=False).clean(text) == ratio


@pytest.mark.parametrize("text", ["150", "150:5", "150/0", "-150/5", "a/5", "1/1/1", "9" * 400 + "/5"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(forms.ValidationError):
        RatioField(required=False).clean(text)
