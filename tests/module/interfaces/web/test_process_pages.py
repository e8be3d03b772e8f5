"""Pages of processes: open to whoever has logged in; each step once, in the order of work; nothing but what ships."""

import json
import re
from http import HTTPStatus

import pytest
from django.test import Client

from dianke.domain.service_orders.processes import library


def drawings_of(page: str) -> list[dict[str, object]]:
    """Return what the script of a page reads."""
    found = re.findall(r'<script id="process-\w+-data" type="application/json">(.*?)</script>', page)
    return [json.loads(one) for one in found]


def test_list_holds_kinds_of_orders_before_the_parts_they_share(client_of_reviewer: Client) -> None:
    page = client_of_reviewer.get("/processes/").content.decode()

    assert page.index("/processes/transfer/1/") < page.index("/processes/part_settlement/1/")
    assert all(f"/processes/{one.key}/{one.version}/" in page for one in library().processes.values())


def test_process_shows_itself_and_each_part_once_with_parts_of_parts(client_of_reviewer: Client) -> None:
    page = client_of_reviewer.get("/processes/close/1/").content.decode()

    assert re.findall(r'id="(process-\w+_v1)"', page) == [
        "process-close_v1",
        "process-part_check_v1",
        "process-part_removal_v1",
        "process-part_settlement_v1",
    ]
    assert page.index("特殊抄表") < page.index("终次电费核算")


def test_drawing_is_in_the_language_of_the_reader_and_holds_no_marks_of_ours(client_of_reviewer: Client) -> None:
    chinese = drawings_of(client_of_reviewer.get("/processes/suspend/1/").content.decode())
    client_of_reviewer.cookies["django_language"] = "en"
    english = drawings_of(client_of_reviewer.get("/processes/suspend/1/").content.decode())

    assert 'name="加封设备"' in str(chinese[0]["xml"])
    assert 'name="Seal the units"' in str(english[0]["xml"])
    assert "加封" not in str(english[0]["xml"])
    assert "dk:" not in str(chinese[0]["xml"]).replace("xmlns:dk", "")
    assert chinese[0]["calls"] == {"check": "process-part_check_v1"}


@pytest.mark.parametrize("address", ["/processes/suspend/2/", "/processes/other/1/", "/processes/suspend/0/"])
def test_what_does_not_ship_is_not_found(client_of_reviewer: Client, address: str) -> None:
    assert client_of_reviewer.get(address).status_code == HTTPStatus.NOT_FOUND
