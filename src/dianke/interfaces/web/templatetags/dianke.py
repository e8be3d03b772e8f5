"""Filters and parts for templates: `{% load dianke %}`. How each is used: docs/howto/add-a-page.md."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django import template
from django.template import loader
from django.template.base import FilterExpression, Parser, Token
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from dianke.interfaces.web.components import browsers, due, formats
from dianke.interfaces.web.components.charts import Chart
from dianke.interfaces.web.components.drawings import ProcessDrawing
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.kept import keep_markup, write_typed
from dianke.interfaces.web.components.page import Chip, Page, Text
from dianke.interfaces.web.components.paging import KeyPage
from dianke.interfaces.web.components.states import state_chip as chip_of_state
from dianke.interfaces.web.components.toasts import draw_undo
from dianke.interfaces.web.shell.recent import remember
from dianke.kernel.clock import SystemClock

register = template.Library()

for _format in (
    formats.fen,
    formats.signed_fen,
    formats.number,
    formats.signed,
    formats.kwh,
    formats.kwh_e2,
    formats.price,
    formats.price8,
    formats.price_short,
    formats.percent,
    formats.percent4,
    formats.signed_percent,
    formats.day,
    formats.month,
    formats.moment,
    formats.period,
    browsers.browser,
):
    register.filter(_format.__name__, _format)


@register.filter
def near(value: datetime | None) -> str:
    """Return a moment as short as its distance from now allows."""
    return formats.near_moment(value, SystemClock().now())


@register.filter
def num(text: object) -> SafeString:
    """Set a formatted number inside running text: tabular, never broken."""
    return format_html('<span class="num">{}</span>', text)


@register.simple_tag
def word(words: Mapping[str, Text], code: str) -> Text:
    """Write the word of a code, or the code where there is none."""
    return words.get(code, code)


@register.inclusion_tag("web/parts/chip.html")
def chip(kind: str, label: Text, quiet: bool = False) -> dict[str, Any]:
    """Draw a state: shape, word and colour."""
    return {"chip": Chip(kind, label, quiet)}


@register.inclusion_tag("web/parts/chip.html")
def draw_chip(chip: Chip) -> dict[str, Any]:
    """Draw a chip that a view made."""
    return {"chip": chip}


@register.inclusion_tag("web/parts/chip.html")
def state_chip(kind: str, code: str, quiet: bool = False) -> dict[str, Any]:
    """Draw the state of a code, by the table of its kind."""
    return {"chip": chip_of_state(kind, code, quiet=quiet)}


@register.inclusion_tag("web/parts/chip.html")
def due_chip(due_at: datetime, now: datetime) -> dict[str, Any]:
    """Draw how long is left."""
    return {"chip": due.due_chip(due_at, now)}


@register.inclusion_tag("web/parts/figures.html")
def figures(figures: Sequence[Figure], label: Text = "") -> dict[str, Any]:
    """Draw the strip of figures."""
    return {"figures": figures, "label": label}


@register.inclusion_tag("web/parts/key_values.html")
def key_values(pairs: Mapping[str, object] | Sequence[tuple[Text, object]], right: bool = False) -> dict[str, Any]:
    """Draw a list of names and values; `right` sets the values as numbers."""
    return {"pairs": pairs.items() if isinstance(pairs, Mapping) else pairs, "right": right}


@register.inclusion_tag("web/parts/progress.html")
def progress(done: float, total: float, label: Text = "") -> dict[str, Any]:
    """Draw a bar with its percentage; finished it turns grey, for the eye belongs to what still runs."""
    # Rounded down: 99.96 % is not finished and must not say so.
    per_mille = min(max(int(done * 1000 // total), 0), 1000) if total else 0
    return {"percent": per_mille / 10, "label": label, "done": bool(total) and done >= total}


@register.inclusion_tag("web/parts/pager.html", takes_context=True)
def pager(context: Mapping[str, Any], page: KeyPage[Any], total: Text = "") -> dict[str, Any]:
    """Draw the steps to the neighbouring pages; filters in the address stay."""
    return {"request": context["request"], "page": page, "total": total}


@register.inclusion_tag("web/parts/chart.html")
def chart(chart: Chart, element_id: str) -> dict[str, Any]:
    """Draw a chart, with its values as a table for those who cannot see it."""
    return {"chart": chart, "id": element_id, "data_id": f"{element_id}-data"}


@register.inclusion_tag("web/parts/process.html")
def process_drawing(drawing: ProcessDrawing) -> dict[str, Any]:
    """Draw a process; the page brings processes.css, processes.js and the steps as a list."""
    return {"drawing": drawing, "data_id": f"{drawing.id}-data"}


@register.simple_tag(takes_context=True)
def remember_page(context: Mapping[str, Any]) -> str:
    """Enter a page that shows one thing among those that the search box offers again."""
    request, page = context.get("request"), context.get("page")
    if isinstance(page, Page) and request is not None and hasattr(request, "session"):
        remember(request, page)
    return ""


@register.simple_tag(takes_context=True)
def undo_button(context: Mapping[str, Any], tags: str) -> str:
    """Draw the button of a message that can be taken back."""
    return draw_undo(tags, token=str(context.get("csrf_token", "")))


@register.simple_block_tag
def panel(
    content: str,
    title: Text = "",
    note: Text = "",
    link: str = "",
    link_text: Text = "",
    chip: Chip | None = None,
    pad: bool = False,
) -> SafeString:
    """Draw a panel with its head around what stands in the block; `pad` keeps the content off the line."""
    values = {"title": title, "note": note, "link": link, "link_text": link_text, "chip": chip, "pad": pad}
    return loader.render_to_string("web/parts/panel.html", {**values, "content": content})


@register.simple_block_tag
def typed(content: str, text: str) -> SafeString:
    """Write what is searched for into the kept head of a list that stands in the block."""
    return mark_safe(write_typed(content, text))  # noqa: S308 - escaped where it is written


class KeptNode(template.Node):
    """A part of a template that is drawn once for each set of values that it depends on."""

    def __init__(self, name: str, values: Sequence[FilterExpression], content: template.NodeList) -> None:
        self.name, self.values, self.content = name, values, content

    def render(self, context: template.Context) -> str:
        """Return the part, from what is kept where it can be."""
        values = [value.resolve(context) for value in self.values]
        return mark_safe(keep_markup(self.name, *values, draw=lambda: str(self.content.render(context))))  # noqa: S308 - drawn by a template


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """
    Keep what stands in the block: `{% kept "name" value … %}…{% endkept %}`.

    Name every value that the block draws from; the language goes without saying. A form does not belong here, for
    its token is the reader's.
    """
    _tag, name, *values = token.split_contents()
    content = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(name.strip("\"'"), [parser.compile_filter(value) for value in values], content)
