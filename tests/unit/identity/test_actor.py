"""What an actor may do, where, and on whose behalf."""

from dianke.platform.identity.types import Actor, Grant

EAST, WEST, EAST_STATION = "/1/2/", "/1/3/", "/1/2/7/"


def actor_with(*grants: Grant) -> Actor:
    return Actor(login="li", name="李", grants=frozenset(grants))


def test_a_right_counts_at_its_unit_and_below() -> None:
    actor = actor_with(Grant("archive.enter", EAST))

    assert actor.may("archive.enter", EAST_STATION)
    assert not actor.may("archive.enter", WEST)
    assert not actor.may("archive.enter", "/1/")


def test_while_a_right_is_used_only_its_units_answer() -> None:
    actor = actor_with(Grant("archive.enter", EAST), Grant("readings.record", WEST))

    assert actor.list_unit_paths() == (EAST, WEST)
    assert actor.within("archive.enter").list_unit_paths() == (EAST,)
    assert actor.within("archive.enter").list_unit_paths("readings.record") == (WEST,)
    assert actor.within("billing.issue").list_unit_paths() == ()


def test_a_right_for_everything_does_not_widen_another() -> None:
    actor = actor_with(Grant("archive.view", "/"), Grant("archive.enter", EAST))

    assert actor.sees_every_unit
    assert not actor.within("archive.enter").sees_every_unit


def test_a_right_covers_what_lies_within_its_units() -> None:
    actor = actor_with(Grant("archive.view", EAST), Grant("credit.view", EAST_STATION), Grant("credit.enter", WEST))

    assert actor.covers("archive.view", "credit.view")
    assert not actor.covers("credit.view", "archive.view")
    assert not actor.covers("archive.view")
    assert actor.within("credit.view").covers("archive.view")
    assert not actor.covers("credit.decide", "credit.view")
    assert Actor.system("testing").covers("credit.decide")


def test_the_system_reaches_everything_by_any_right() -> None:
    actor = Actor.system("testing").within("archive.enter")

    assert actor.sees_every_unit
    assert actor.find_lender("archive.enter") == ""


def test_lender_is_named_only_for_what_is_lent() -> None:
    actor = actor_with(
        Grant("archive.enter", EAST),
        Grant("billing.issue", EAST, lender="zhu"),
        Grant("archive.enter", EAST, lender="zhu"),
    )

    assert actor.find_lender("billing.issue") == "zhu"
    assert actor.find_lender("archive.enter") == ""
    assert actor.find_lender("staff.manage") == ""
