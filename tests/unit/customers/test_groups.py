"""Which customers make a group, and who is its head."""

import pytest

from dianke.domain.customers.rules.groups import CustomerGroup, GroupLink, list_groups
from dianke.domain.customers.types import RelationKind

PARENT, SAME, LANDLORD = RelationKind.PARENT, RelationKind.SAME_GROUP, RelationKind.LANDLORD


def group(head: int, *others: int) -> CustomerGroup:
    return CustomerGroup(head_id=head, member_ids=(head, *others))


@pytest.mark.parametrize(
    ("links", "groups"),
    [
        pytest.param([], [], id="nobody stands to anybody"),
        pytest.param([GroupLink(SAME, 4, 9)], [group(4, 9)], id="among equals the one known longest is the head"),
        pytest.param([GroupLink(PARENT, 9, 4)], [group(9, 4)], id="a parent is the head"),
        pytest.param(
            [GroupLink(PARENT, 9, 4), GroupLink(PARENT, 4, 2)], [group(9, 2, 4)], id="the top of a tree is the head"
        ),
        pytest.param(
            [GroupLink(PARENT, 9, 4), GroupLink(SAME, 1, 4)], [group(9, 1, 4)], id="a known member hangs on the tree"
        ),
        pytest.param(
            [GroupLink(SAME, 7, 8), GroupLink(SAME, 1, 2)], [group(1, 2), group(7, 8)], id="groups stand apart"
        ),
        pytest.param([GroupLink(LANDLORD, 1, 2)], [], id="who lets a place is no member"),
        pytest.param([GroupLink(PARENT, 1, 2, 5_000)], [], id="of two halves neither decides"),
        pytest.param([GroupLink(PARENT, 1, 2, 5_001)], [group(1, 2)], id="more than half decides"),
        pytest.param(
            [GroupLink(PARENT, 1, 3, 5_000), GroupLink(PARENT, 2, 3, 5_000), GroupLink(SAME, 2, 3)],
            [group(2, 3)],
            id="an investor beside the group is no member",
        ),
        pytest.param(
            [GroupLink(SAME, 1, 2), GroupLink(SAME, 2, 3), GroupLink(SAME, 1, 3)], [group(1, 2, 3)], id="a ring"
        ),
    ],
)
def test_groups_follow_from_relations(links: list[GroupLink], groups: list[CustomerGroup]) -> None:
    assert list_groups(links) == groups
    assert list_groups(reversed(links)) == groups
