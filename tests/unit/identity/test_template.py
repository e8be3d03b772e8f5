"""The template of departments and posts: whole, in two languages, and never too much in one hand."""

import pytest

from dianke.application.administration.conflicts import find_pairs
from dianke.application.rights import CONFLICTING_RIGHTS, RIGHTS
from dianke.platform.identity.template import read_template
from dianke.platform.identity.types import Department

TEMPLATE = read_template()


def test_every_department_is_named_in_both_languages_and_has_a_post() -> None:
    assert {one.code for one in TEMPLATE.departments} == set(Department)
    assert all(one.name and one.name_en for one in TEMPLATE.departments)
    assert {post.department for post in TEMPLATE.posts} == set(Department)


def test_every_post_is_named_once_in_both_languages() -> None:
    codes = [post.code for post in TEMPLATE.posts]

    assert len(set(codes)) == len(codes)
    assert all(post.name and post.name_en for post in TEMPLATE.posts)


def test_posts_hold_rights_that_exist_each_once() -> None:
    assert [post.code for post in TEMPLATE.posts if not set(post.rights) <= set(RIGHTS)] == []
    assert [post.code for post in TEMPLATE.posts if len(set(post.rights)) != len(post.rights)] == []


def test_no_post_joins_what_two_people_must_hold() -> None:
    assert [(post.code, find_pairs(post.rights)) for post in TEMPLATE.posts if find_pairs(post.rights)] == []


def test_both_ends_of_every_pair_are_held_by_somebody() -> None:
    held = {right for post in TEMPLATE.posts for right in post.rights}

    assert [pair for pair in CONFLICTING_RIGHTS if not held.issuperset(pair)] == []


@pytest.mark.parametrize("right", ["profiles.view", "profiles.view_payment", "profiles.view_care"])
def test_tags_of_every_right_are_proposed_checked_and_decided_by_somebody(right: str) -> None:
    # Who may not see a tag can neither propose it nor check it by hand, nor see what they decide on.
    for act in ("profiles.define", "profiles.approve"):
        assert [post.code for post in TEMPLATE.posts if {right, act} <= set(post.rights)], (right, act)


def test_who_decides_on_watch_lists_never_works_on_them() -> None:
    deciding = [set(post.rights) for post in TEMPLATE.posts if "watching.approve" in post.rights]

    assert deciding
    assert all(not {"watching.manage", "watching.work"} & rights for rights in deciding)
