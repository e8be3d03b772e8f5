"""Whom an order is about: masked without the archive's right wherever it is shown, and kept by the archive alone."""

from http import HTTPStatus

import pytest
from django.db import connection
from tests.factories import utility as factory
from tests.factories.order_pages import build_order_utility, enter, first_day, get_order, take
from tests.factories.utility import Utility

from dianke.kernel.masks import mask_name

pytestmark = pytest.mark.django_db

NAME, NEW_NAME = "澄江精密铸造有限公司", "临溪新程铸造有限公司"
TEXT_COLUMNS = """
select table_name, column_name from information_schema.columns
 where table_schema = 'public' and table_name like 'service\\_orders\\_%'
   and data_type in ('text', 'character varying', 'jsonb')
"""


@pytest.fixture
def utility() -> Utility:
    """Return a utility whose foundry has a name that stands nowhere else, and somebody who sees orders alone."""
    utility = build_order_utility()
    customer = utility.points[0].account.customer
    customer.name = NAME
    customer.save(update_fields=["name"])
    factory.add_clerk(utility.root, "looker", ["orders.view", "archive.export"])
    return utility


@pytest.mark.parametrize("address", ["/service-orders/", "/service-orders/due/", "/service-orders/{number}/"])
def test_pages_mask_the_name_without_the_right(utility: Utility, address: str) -> None:
    take(utility)
    address = address.format(number=get_order().number)

    hidden = enter("looker").get(address).content.decode()
    whole = enter("counter").get(address).content.decode()

    assert NAME not in hidden
    assert mask_name(NAME) in hidden
    assert NAME in whole


@pytest.mark.parametrize("name", ["service_orders.orders", "service_orders.due", "service_orders.clocks"])
def test_files_mask_it_too(utility: Utility, name: str) -> None:
    take(utility)

    file = enter("looker").post(f"/lists/{name}/export/", {"format": "CSV"})

    assert file.status_code in (HTTPStatus.OK, HTTPStatus.FORBIDDEN)
    content = b"".join(file.streaming_content) if file.streaming else file.content
    assert NAME not in content.decode("utf-8-sig")


def test_nobody_is_found_by_the_name_that_is_masked(utility: Utility) -> None:
    take(utility)

    assert get_order().number not in enter("looker").get("/service-orders/", {"q": NAME[:4]}).content.decode()


def test_no_table_of_orders_holds_a_name(utility: Utility) -> None:
    papers = ["application", "identity", "title", "mandate"]
    take(
        utility, kind="RENAME", new_name=NEW_NAME, keeps_use="on", is_same_subject="on", papers=papers,
        effective_on=first_day().isoformat(),
    )  # fmt: skip
    take(utility)
    assert get_order()

    with connection.cursor() as cursor:
        cursor.execute(TEXT_COLUMNS)
        places = cursor.fetchall()
        found = []
        for table, column in places:
            cursor.execute(f'select count(*) from "{table}" where "{column}"::text like any(%s)',
                           [[f"%{NAME}%", f"%{NEW_NAME}%"]])  # fmt: skip
            found += [f"{table}.{column}"] * cursor.fetchone()[0]

    assert len(places) > 20
    assert found == []
