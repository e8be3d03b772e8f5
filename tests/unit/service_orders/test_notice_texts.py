"""Texts of orders: every notice in both languages, and nothing in them that nobody fills."""

from datetime import date

import pytest

from dianke.domain.service_orders.rules.notices import OrderNotice, get_order_texts, read_order_texts
from dianke.domain.service_orders.rules.rule_sets import OrderRulesUnreadable


@pytest.mark.parametrize("english", [True, False])
@pytest.mark.parametrize("notice", list(OrderNotice))
def test_every_notice_names_the_order(notice: OrderNotice, english: bool):
    text = get_order_texts(on=date(2026, 1, 1), english=english).write(notice, number="YK-1", unit="城南")

    assert "YK-1" in text
    assert "城南" in text
    assert "{" not in text


@pytest.mark.parametrize("text", ["", 'schema = "x"', 'schema = "order-notices/v1"\nversion = []'])
def test_texts_that_cannot_be_used_are_refused(text: str):
    with pytest.raises(OrderRulesUnreadable):
        read_order_texts(text)
