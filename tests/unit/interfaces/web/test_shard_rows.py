"""The shards of a run as rows."""

from datetime import datetime

from django.utils import translation

import dianke.interfaces.web.billing.words  # noqa: F401 - enters the states of shards
from dianke.domain.billing.models import BillRunShard
from dianke.domain.billing.types import ShardStatus
from dianke.interfaces.web.billing.shard_rows import draw_shards
from dianke.kernel.clock import SHANGHAI

NOW = datetime(2026, 2, 4, 12, 0, tzinfo=SHANGHAI)
DONE = {
    "point_count": 12_000,
    "bill_count": 11_998,
    "fault_count": 2,
    "amount_fen": 123_456_789,
    "finished_at": datetime(2026, 2, 4, 9, 42, 1, tzinfo=SHANGHAI),
}


def draw(**fields: object) -> str:
    with translation.override("zh-hans"):
        return str(draw_shards([BillRunShard(number=3, **fields)], NOW))


def test_finished_shard_shows_what_came_of_it() -> None:
    row = draw(status=ShardStatus.CALCULATED.value, attempts=1, **DONE)

    assert row.startswith('<tr><td class="n">03</td>')
    assert '<td class="num">12,000</td><td class="num">11,998</td><td class="num">2</td>' in row
    assert '<td class="num">1,234,567.89</td>' in row
    assert '<span class="n">09:42</span></td>' in row


def test_shard_calculated_again_says_how_often() -> None:
    row = draw(status=ShardStatus.CALCULATED.value, attempts=3, **DONE)

    assert '<span class="cap">· 计算 3 次</span>' in row


def test_issued_shard_steps_back() -> None:
    row = draw(status=ShardStatus.ISSUED.value, attempts=1, **DONE)

    assert row.startswith('<tr class="part">')


def test_unfinished_shard_shows_dashes() -> None:
    row = draw(status=ShardStatus.PENDING.value, attempts=0, point_count=12_000)

    assert row.count("<td") == 8
    assert row.count("–") == 5
    assert "chip" in row
