"""A phone shows of a row what the list names, what the reader chose and what it is sorted by."""

import pytest
from django.http import QueryDict

from dianke.interfaces.web.components.lists import Column, ListQuery, ListSpec, read_query
from dianke.platform.identity.types import Actor

ACTOR = Actor.system("looking at a list on a phone")


def make_query(address: str = "", *, brief: tuple[str, ...] = ("name", "state")) -> ListQuery:
    columns = [
        Column(key, key, lambda row: None, order=("opened_date",) if key == "opened" else ())
        for key in ("number", "name", "unit", "opened", "state", "address", "note")
    ]
    spec = ListSpec(
        name="phone",
        title="Phone",
        url_name="web:home",
        right="",
        rows=lambda actor: None,  # type: ignore[arg-type, return-value]
        columns=columns,
        sort="number",
        count=str,
        brief=brief,
    )
    return read_query(spec, actor=ACTOR, query=QueryDict(address))


@pytest.mark.parametrize(
    ("address", "brief", "places"),
    [
        ("", ("name", "state"), ["first", "beside", "rest", "rest", "fact", "rest", "rest"]),
        ("", (), ["first", "beside", "fact", "fact", "fact", "rest", "rest"]),
        ("sort=-opened", ("name", "state"), ["first", "beside", "rest", "fact", "fact", "rest", "rest"]),
        ("cols=unit,note", ("name", "state"), ["first", "beside", "fact"]),
        ("cols=state,note", ("name", "state"), ["first", "beside", "fact"]),
    ],
)
def test_columns_find_their_place_on_a_phone(address: str, brief: tuple[str, ...], places: list[str]) -> None:
    query = make_query(address, brief=brief)

    assert [query.place_on_phone(column.key) for column in query.shown] == places
