"""
The shards of a run as rows of markup.

A run of a million points has more than sixty of them, and while it is calculated every open board is fetched every
two seconds: a template's loop over them took a third of the page.
"""

from collections.abc import Iterable
from datetime import datetime

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from dianke.domain.billing.models import BillRunShard
from dianke.domain.billing.types import ShardStatus
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.states import state_chip

_NOT_YET = f'<td class="num">{formats.NONE}</td>' * 4 + f"<td>{formats.NONE}</td>"


def draw_shards(shards: Iterable[BillRunShard], now: datetime) -> SafeString:
    """Return the rows of the table of shards; what an unfinished one does not know yet is a dash."""
    chips: dict[str, str] = {}
    parts: list[str] = []
    for shard in shards:
        if shard.status not in chips:
            chips[shard.status] = _draw_chip(shard.status)
        css = ' class="part"' if shard.status == ShardStatus.ISSUED.value else ""
        parts.append(
            f'<tr{css}><td class="n">{shard.number:02d}</td><td>{chips[shard.status]}</td>'
            f'<td class="num">{shard.point_count:,}</td>{_draw_outcome(shard, now)}</tr>\n'
        )
    # Numbers, moments and the words of our own catalogue, which are escaped.
    return mark_safe("".join(parts))  # noqa: S308


def _draw_chip(status: str) -> str:
    chip = state_chip("shard", status)
    return f'<span class="chip {chip.kind} quiet">{escape(chip.label)}</span>'


def _draw_outcome(shard: BillRunShard, now: datetime) -> str:
    if shard.finished_at is None:
        return _NOT_YET
    finished = formats.near_moment(shard.finished_at, now)
    return (
        f'<td class="num">{shard.bill_count:,}</td><td class="num">{shard.fault_count:,}</td>'
        f'<td class="num">{formats.fen(shard.amount_fen)}</td><td class="num">{shard.seconds}</td>'
        f'<td class="nw"><span class="n">{finished}</span>{_draw_attempts(shard)}</td>'
    )


def _draw_attempts(shard: BillRunShard) -> str:
    if shard.attempts <= 1:
        return ""
    times = ngettext("%(times)s calculation", "%(times)s calculations", shard.attempts) % {"times": shard.attempts}
    return f' <span class="cap">· {escape(times)}</span>'
