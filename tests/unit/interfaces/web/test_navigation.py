"""The side menu."""

import pytest

from dianke.interfaces.web import navigation
from dianke.interfaces.web.navigation import MenuEntry, UnknownMenuGroup
from dianke.platform.identity.types import EVERY_UNIT, Actor, Grant

REVIEWER = Actor(login="R", name="R", grants=frozenset({Grant("billing.review", EVERY_UNIT)}))


@pytest.fixture
def entries(monkeypatch: pytest.MonkeyPatch) -> dict[str, MenuEntry]:
    """Give the test a menu of its own."""
    entries: dict[str, MenuEntry] = {}
    monkeypatch.setattr(navigation, "_ENTRIES", entries)
    return entries


def test_menu_shows_what_the_rights_open_in_the_order_of_the_groups(entries: dict[str, MenuEntry]) -> None:
    navigation.register(
        MenuEntry(group="billing", label="Runs", url_name="web:search", right="billing.review", order=2),
        MenuEntry(group="billing", label="Tariffs", url_name="web:set_theme", right="tariffs.edit", order=1),
        MenuEntry(group="work", label="My work", url_name="web:home"),
    )

    menu = navigation.build_menu(actor=REVIEWER, path="/search/")

    assert [(str(group.label), [line.label for line in group.lines]) for group in menu] == [
        (str(navigation.GROUPS["work"]), ["My work"]),
        (str(navigation.GROUPS["billing"]), ["Runs"]),
    ]


def test_count_is_asked_for_the_actor(entries: dict[str, MenuEntry]) -> None:
    navigation.register(
        MenuEntry(group="work", label="My work", url_name="web:home", count=lambda actor: len(actor.grants))
    )

    menu = navigation.build_menu(actor=REVIEWER, path="/")

    assert menu[0].lines[0].count == 1


def test_entry_of_an_unknown_group_is_refused(entries: dict[str, MenuEntry]) -> None:
    with pytest.raises(UnknownMenuGroup):
        navigation.register(MenuEntry(group="elsewhere", label="?", url_name="web:home"))

    assert entries == {}


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "/"),
        ("/billing/runs/JS-202601-02/", "/billing/runs/"),
        ("/billing/", "/billing/"),
        ("/customers/", ""),
    ],
)
def test_longest_address_above_the_page_is_lit_and_home_only_for_itself(path: str, current: str) -> None:
    assert navigation.find_current(path=path, urls=["/", "/billing/", "/billing/runs/"]) == current
