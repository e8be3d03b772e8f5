"""The home of the demo utility says what is invented; that of a real one says nothing."""

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from tests.module.demo_utility.conftest import SYSTEM

from dianke.application.demo_utility import organisation
from dianke.interfaces.web.demo_utility import menu
from dianke.platform.org.operations import add_unit
from dianke.platform.org.types import UnitKind

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hans", ["均为虚构", "混用两省", "基准模型", "ODbL"]),
        ("en", ["are invented", "two provinces", "benchmark model", "ODbL"]),
    ],
)
def test_tells_it_in_the_language_of_the_reader(language: str, words: list[str]) -> None:
    organisation.found_units()

    with translation.override(language):
        text = render_to_string("demo_utility/notes_card.html", {"card": menu.draw_card(SYSTEM)})

    assert [word for word in words if word not in text] == []


def test_is_not_there_at_a_real_utility() -> None:
    add_unit(code="GS", name="示例供电公司", kind=UnitKind.UTILITY, parent=None)

    assert menu.draw_card(SYSTEM) is None


def test_is_not_there_before_a_utility_is() -> None:
    assert menu.draw_card(SYSTEM) is None
