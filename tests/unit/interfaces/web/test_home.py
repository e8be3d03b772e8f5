"""What a person's home is gathered from."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.shell import home, search
from dianke.interfaces.web.shell.home import Alarm, HomeCard, WorkItem, gather_home
from dianke.interfaces.web.shell.search import Hit, SearchSource
from dianke.kernel.clock import SHANGHAI
from dianke.platform.identity.types import EVERY_UNIT, Actor, Grant

NOW = datetime(2026, 2, 3, 10, 24, tzinfo=SHANGHAI)
REVIEWER = Actor(login="R", name="R", grants=frozenset({Grant("billing.review", EVERY_UNIT)}))


@pytest.fixture(autouse=True)
def _empty_registries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home, "_WORK", [])
    monkeypatch.setattr(home, "_FIGURES", [])
    monkeypatch.setattr(home, "_CARDS", [])
    monkeypatch.setattr(home, "_ALARMS", [])
    monkeypatch.setattr(search, "_ACTS", [])
    monkeypatch.setattr(search, "_SOURCES", [])


def item(number: str, hours: int | None) -> WorkItem:
    """Return work that is due in so many hours, or never."""
    return WorkItem("k", number, "t", "/", None if hours is None else NOW + timedelta(hours=hours))


def test_work_of_all_sources_stands_by_due_time_and_undated_work_last() -> None:
    home.register_work(lambda actor, at: [item("late", -1), item("never", None)])
    home.register_work(lambda actor, at: [item("soon", 2), item("tomorrow", 24)])

    gathered = gather_home(actor=REVIEWER, at=NOW)

    assert [entry.number for entry in gathered.work] == ["late", "soon", "tomorrow", "never"]


def test_source_without_the_right_is_not_even_asked() -> None:
    asked: list[str] = []

    def provide(actor: Actor, at: datetime) -> Sequence[WorkItem]:
        asked.append(actor.login)
        return [item("secret", 1)]

    home.register_work(provide, right="tariffs.edit")

    gathered = gather_home(actor=REVIEWER, at=NOW)

    assert gathered.work == []
    assert asked == []


def test_strip_takes_six_figures() -> None:
    home.register_figures(lambda actor: [Figure(str(index), "1") for index in range(4)])
    home.register_figures(lambda actor: [Figure(str(index), "1") for index in range(4, 8)], right="billing.review")

    gathered = gather_home(actor=REVIEWER, at=NOW)

    assert [figure.caption for figure in gathered.figures] == ["0", "1", "2", "3", "4", "5"]


def test_card_that_has_nothing_to_say_is_left_out() -> None:
    home.register_card(HomeCard(template="a.html", values=lambda actor: None, order=1))
    home.register_card(HomeCard(template="c.html", values=lambda actor: {"n": 2}, order=3))
    home.register_card(HomeCard(template="b.html", values=lambda actor: {"n": 1}, order=2))

    gathered = gather_home(actor=REVIEWER, at=NOW)

    assert gathered.cards == [("b.html", {"n": 1}), ("c.html", {"n": 2})]


def test_search_asks_the_sources_of_the_actor_with_trimmed_text() -> None:
    asked: list[str] = []

    def find(actor: Actor, text: str, limit: int) -> Sequence[Hit]:
        asked.append(text)
        return [Hit("found", "/x/")][:limit]

    search.register_source(SearchSource("Customers", find, order=1))
    search.register_source(SearchSource("Secrets", find, right="audit.read", order=2))

    groups = search.find(actor=REVIEWER, text="  张  建国 ")

    assert [(group.label, len(group.hits)) for group in groups] == [("Customers", 1)]
    assert asked == ["张 建国"]


def test_empty_search_asks_nobody() -> None:
    search.register_source(SearchSource("Customers", lambda actor, text, limit: [Hit("x", "/")]))

    assert search.find(actor=REVIEWER, text="   ") == []


def test_work_is_counted_by_kind_and_shown_by_kind() -> None:
    home.register_work(lambda actor, at: [WorkItem("a", "1", "t", "/"), WorkItem("b", "2", "t", "/")])
    home.register_work(lambda actor, at: [WorkItem("a", "3", "t", "/", NOW - timedelta(minutes=1))])

    gathered = gather_home(actor=REVIEWER, at=NOW)

    assert gathered.count_kinds() == {"a": 2, "b": 1}
    assert gathered.count_late(NOW) == 1
    assert [item.number for item in gathered.pick(kind="a", limit=None)] == ["3", "1"]
    assert [item.number for item in gathered.pick(kind="", limit=2)] == ["3", "1"]


def test_alarms_that_are_bad_stand_before_those_that_warn() -> None:
    early, late = NOW - timedelta(hours=2), NOW - timedelta(hours=1)
    home.register_alarms(lambda actor, at: [Alarm("warn", "w", "t", "/", "go", late)])
    home.register_alarms(lambda actor, at: [Alarm("bad", "old", "t", "/", "go", early)])
    home.register_alarms(lambda actor, at: [Alarm("bad", "new", "t", "/", "go", late)])
    home.register_alarms(lambda actor, at: [Alarm("bad", "secret", "t", "/", "go")], right="trail.prove")

    gathered = gather_home(actor=REVIEWER, at=NOW)

    assert [alarm.label for alarm in gathered.alarms] == ["new", "old", "w"]


def test_empty_box_offers_what_was_open_and_what_may_be_begun() -> None:
    search.register_acts(
        search.Act("Issue", "web:bill_runs", right="billing.review"), search.Act("Secret", "web:home", right="x")
    )

    groups = search.offer(actor=REVIEWER, text=" ", recent=[Hit("last", "/x/")])

    assert [[hit.title for hit in group.hits] for group in groups[:2]] == [["last"], ["Issue"]]
    assert search.offer(actor=REVIEWER, text="nobody", recent=[Hit("last", "/x/")]) == []


@pytest.mark.parametrize("text", ["新增", "xzkh", "xinzeng", "NEW"])
def test_act_is_found_by_a_part_of_its_name_its_pinyin_and_other_words(text: str) -> None:
    search.register_acts(search.Act("新增客户", "web:home", words="new customer"))

    groups = search.find(actor=REVIEWER, text=text)

    assert "新增客户" in [hit.title for group in groups for hit in group.hits]
