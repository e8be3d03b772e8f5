"""The statistics and the comparison as files: every group with exact figures, marked and entered as any export."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dianke.application.statistics import RIGHT
from dianke.domain.billing.rules.period_comparison import ComparedRow
from dianke.domain.billing.rules.statistics import BilledSums, Growth, StatisticsRow
from dianke.domain.billing.types import Dimension
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.requests import StaffRequest
from dianke.interfaces.web.sheets import Cell
from dianke.interfaces.web.statistics import words
from dianke.interfaces.web.statistics.asking import ACCOUNTS, Asked, read_address
from dianke.interfaces.web.statistics.average_views import find_statistics, list_part_amounts, list_parts
from dianke.interfaces.web.statistics.comparison_views import find_accounts, find_comparison
from dianke.kernel.money import fen_to_yuan, round_fraction
from dianke.platform.preferences.types import FileFormat

_Columns = Sequence[tuple[str, str]]
_NO_GROWTH = Growth(None, None, None)


@require_POST
@page_right(RIGHT)
def export_average_prices(request: StaffRequest) -> HttpResponseBase:
    """Give out every group of the statistics, and their total."""
    asked = _read(request, "web:average_prices")
    statistics = find_statistics(request, asked)
    rows = statistics.months if asked.dimension is Dimension.MONTH else statistics.rows
    cells = [_write_row(asked, row) for row in rows]
    cells.append([_("Total"), *_write_row(asked, statistics.total)[1:]])
    return _answer(request, asked, "average-prices", _list_columns(asked), cells)


@require_POST
@page_right(RIGHT)
def export_comparison(request: StaffRequest) -> HttpResponseBase:
    """Give out every group of the comparison, and their total; or the accounts that changed most."""
    asked = _read(request, "web:period_comparison")
    if asked.by == ACCOUNTS:
        accounts: list[list[Cell]] = [
            [one.account_number, one.customer_name, *_write_pair(one.before, one.after)]
            for one in find_accounts(request, asked)
        ]
        titles = [("account", _("Account")), ("name", _("Name")), *_list_pair_columns()]
        return _answer(request, asked, "period-comparison", titles, accounts)
    comparison = find_comparison(request, asked)
    cells = [_write_compared(asked, row) for row in comparison.rows]
    cells.append([_("Total"), *_write_compared(asked, comparison.total)[1:]])
    titles = [
        ("group", str(words.DIMENSIONS[asked.dimension])),
        *_list_pair_columns(),
        ("by_price", _("By price (yuan/1000 kWh)")),
        ("by_mix", _("By mix (yuan/1000 kWh)")),
        ("untold", _("Not told apart (yuan/1000 kWh)")),
    ]
    return _answer(request, asked, "period-comparison", titles, cells)


def _read(request: StaffRequest, url_name: str) -> Asked:
    asked = read_address(request, url_name=url_name)
    if asked is None or request.POST.get("format", FileFormat.XLSX) not in set(FileFormat):
        raise Http404
    return asked


def _answer(
    request: StaffRequest, asked: Asked, name: str, columns: _Columns, rows: Sequence[Sequence[Cell]]
) -> HttpResponseBase:
    return export_table(
        actor=request.actor,
        page=f"billing.{name.replace('-', '_')}",
        name=name,
        about=f"{asked.describe()}; {words.VIEWS[asked.view]}",
        query=asked.encode(),
        columns=columns,
        rows=rows,
        file_format=FileFormat(request.POST.get("format", FileFormat.XLSX)),
    )


def _list_columns(asked: Asked) -> _Columns:
    changes = (_("on the period before"), _("year on year"))
    return [
        ("group", str(words.DIMENSIONS[asked.dimension])),
        ("bills", _("Bills")),
        ("energy", _("Energy (kWh)")),
        ("energy_share", _("Share of energy (%)")),
        ("amount", _("Amount (yuan)")),
        ("amount_share", _("Share of amount (%)")),
        ("price_1000", _("Average price (yuan/1000 kWh)")),
        ("price", _("Average price (yuan/kWh)")),
        *((f"part_{at}", title) for at, title in enumerate(list_parts())),
        ("corrections", _("Of which corrections (yuan)")),
        *((f"energy_{at}", f"{_('Energy')} {text} (%)") for at, text in enumerate(changes)),
        *((f"amount_{at}", f"{_('Amount')} {text} (%)") for at, text in enumerate(changes)),
        *((f"price_{at}", f"{_('Average price')} {text} (%)") for at, text in enumerate(changes)),
    ]


def _write_row(asked: Asked, row: StatisticsRow) -> list[Cell]:
    sums = row.sums
    before, year = row.on_before or _NO_GROWTH, row.on_year or _NO_GROWTH
    return [
        words.name_group(asked.dimension, row.key, asked.unit_names),
        sums.bill_count,
        Decimal(sums.energy_kwh_e2).scaleb(-2),
        _percent(row.energy_share),
        fen_to_yuan(sums.amount_fen),
        _percent(row.amount_share),
        _price(sums.price, 1000, 2),
        _price(sums.price, 1, 6),
        *map(fen_to_yuan, list_part_amounts(row)),
        fen_to_yuan(row.corrections.amount_fen),
        *(_percent(one.energy) for one in (before, year)),
        *(_percent(one.amount) for one in (before, year)),
        *(_percent(one.price) for one in (before, year)),
    ]


def _list_pair_columns() -> _Columns:
    return [
        ("energy_before", _("Energy before (kWh)")),
        ("energy_after", _("Energy after (kWh)")),
        ("energy_change", _("Change of energy (kWh)")),
        ("amount_before", _("Amount before (yuan)")),
        ("amount_after", _("Amount after (yuan)")),
        ("amount_change", _("Change of amount (yuan)")),
        ("price_before", _("Price before (yuan/1000 kWh)")),
        ("price_after", _("Price after (yuan/1000 kWh)")),
    ]


def _write_pair(before: BilledSums, after: BilledSums) -> list[Cell]:
    return [
        Decimal(before.energy_kwh_e2).scaleb(-2),
        Decimal(after.energy_kwh_e2).scaleb(-2),
        Decimal(after.energy_kwh_e2 - before.energy_kwh_e2).scaleb(-2),
        fen_to_yuan(before.amount_fen),
        fen_to_yuan(after.amount_fen),
        fen_to_yuan(after.amount_fen - before.amount_fen),
        _price(before.price, 1000, 2),
        _price(after.price, 1000, 2),
    ]


def _write_compared(asked: Asked, row: ComparedRow) -> list[Cell]:
    effects = row.effects
    parts = (effects.price, effects.mix, effects.untold) if effects else (None, None, None)
    return [
        words.name_group(asked.dimension, row.key, asked.unit_names),
        *_write_pair(row.before, row.after),
        *(_price(part, 1000, 2) for part in parts),
    ]


def _percent(part: Fraction | None) -> Decimal | None:
    return None if part is None else round_fraction(part * 100, decimals=2)


def _price(price: Fraction | None, kwh: int, decimals: int) -> Decimal | None:
    return None if price is None else round_fraction(price * kwh, decimals=decimals)
