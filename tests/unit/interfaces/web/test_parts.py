"""Parts of pages, drawn without a request."""

import json
import re

import pytest
from django.template import Context, Template

from dianke.interfaces.web.components.charts import Chart, Series
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.states import UnknownState, register_states, state_chip


def draw(text: str, **values: object) -> str:
    """Return a template drawn with the values, white space folded."""
    drawn = Template("{% load dianke %}" + text).render(Context(values))
    return re.sub(r"\s+", " ", drawn).strip()


def test_chip_says_its_state_in_words_and_shape() -> None:
    assert draw("{% chip 'warn' 'due' %}") == '<span class="chip warn">due</span>'
    assert draw("{% chip 'ok' 'paid' quiet=True %}") == '<span class="chip ok quiet">paid</span>'


def test_chip_escapes_its_word() -> None:
    assert draw("{% chip 'ok' word %}", word="<b>") == '<span class="chip ok">&lt;b&gt;</span>'


def test_state_of_a_code_is_looked_up_by_its_kind() -> None:
    register_states("test.run", {"ISSUED": ("ok", "Issued")})

    assert draw("{% state_chip 'test.run' 'ISSUED' %}") == '<span class="chip ok">Issued</span>'


def test_code_without_a_word_is_an_error_and_not_shown_bare() -> None:
    register_states("test.run", {"ISSUED": ("ok", "Issued")})

    with pytest.raises(UnknownState):
        state_chip("test.run", "DRAFT")


@pytest.mark.parametrize(
    ("done", "total", "width", "shown"),
    [
        (871, 1000, "87.1", "87.1%"),
        (9999, 10000, "99.9", "99.9%"),
        (5, 5, "100.0", "100%"),
        (0, 0, "0.0", "0%"),
    ],
)
def test_progress_never_says_finished_before_it_is(done: int, total: int, width: str, shown: str) -> None:
    drawn = draw("{% progress done total %}", done=done, total=total)

    assert f'style="width:{width}%"' in drawn
    assert f'<span class="num">{shown}</span>' in drawn


def test_finished_bar_is_grey() -> None:
    assert 'class="bar done"' in draw("{% progress 5 5 %}")
    assert 'class="bar done"' not in draw("{% progress 4 5 %}")


def test_figure_shows_value_share_and_bar() -> None:
    drawn = draw("{% figures list %}", list=[Figure("Points", "108,429", of="/ 124,020", ratio=0.874)])

    assert '<div class="fig num">108,429 <small>/ 124,020</small></div>' in drawn
    assert 'style="width:87.4%"' in drawn


def test_panel_puts_its_head_around_the_block() -> None:
    drawn = draw("{% panel title='Bills' note='3' link='/x/' link_text='All' %}<p>inside</p>{% endpanel %}")

    assert "<h2>Bills</h2>" in drawn
    assert '<a class="cap" href="/x/">All</a>' in drawn
    assert "<p>inside</p>" in drawn


def test_chart_carries_its_values_as_data_and_as_a_table() -> None:
    chart = Chart(labels=["01", "02"], series=[Series("kWh", [5, None])], description="Two months", unit="kWh")

    drawn = draw("{% chart chart 'year' %}", chart=chart)

    data = json.loads(re.search(r'<script id="year-data"[^>]*>(.*?)</script>', drawn)[1])  # type: ignore[index]
    assert data["labels"] == ["01", "02"]
    assert data["series"][0]["values"] == [5, None]
    assert '<tr><th scope="row">02</th><td>–</td></tr>' in drawn
    assert 'aria-label="Two months"' in drawn


def test_chart_data_cannot_close_its_script() -> None:
    chart = Chart(labels=["</script><img src=x>"], series=[Series("a", [1])])

    drawn = draw("{% chart chart 'c' %}", chart=chart)

    assert "<img" not in drawn
