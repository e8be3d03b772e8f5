"""Arrears by age: the table by unit, class or collector, and the debts that every figure opens into."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dianke.application import collection
from dianke.domain.collection.queries.ageing import (
    CREDIT,
    NOBODY,
    OVERDUE,
    AgeingBy,
    DebtRow,
    compute_ageing,
    list_debts,
)
from dianke.domain.collection.rules.buckets import list_buckets
from dianke.domain.collection.types import AgeingCell
from dianke.domain.customers.models import CustomerAccount
from dianke.domain.receivables.queries.standing import load_bills
from dianke.interfaces.web.access import page_right
from dianke.interfaces.web.billing.words import USAGE_CLASSES
from dianke.interfaces.web.collection import words
from dianke.interfaces.web.collection.asking import Asked, read_address
from dianke.interfaces.web.components import formats
from dianke.interfaces.web.components.exports import export_table
from dianke.interfaces.web.components.figures import Figure
from dianke.interfaces.web.components.page import Crumb, Page
from dianke.interfaces.web.requests import StaffRequest
from dianke.kernel.money import fen_to_yuan
from dianke.platform.identity import queries as identity
from dianke.platform.preferences.types import FileFormat

EXPORT = "archive.export"
_PAGE = 50
_MOST_EXPORTED = 10_000
_NOT_DUE = "NOT_DUE"


@dataclass(frozen=True)
class DrawnRow:
    """A line of the table: its name, figures with the addresses that they open, and their sum."""

    name: str
    figures: tuple[tuple[str, str], ...]
    overdue: tuple[str, str]
    total: tuple[str, str]
    cells: tuple[Any, ...]


@require_GET
@page_right(collection.VIEW)
def show_ageing(request: StaffRequest) -> HttpResponse:
    """Show what is open by age."""
    asked = read_address(request)
    cells = compute_ageing(actor=request.actor, as_of=asked.as_of, by=asked.by, unit_path=asked.unit_path)
    codes = _list_codes(asked, cells)
    values = {
        "page": _head(asked),
        "asked": asked,
        "heads": [words.BUCKETS.get(code, code) for code in codes],
        "rows": _draw_rows(request, asked, cells, codes),
        "total": _draw_total(asked, cells, codes),
        "figures": _list_figures(asked, cells),
        "tabs": [(words.BY[by.value], f"?{asked.encode(by=by.value)}", by is asked.by) for by in AgeingBy],
        "group": words.BY[asked.by.value],
        "may_export": request.actor.may(EXPORT),
        "export_url": f"{reverse('web:collection_ageing_export')}?{asked.encode()}",
    }
    return render(request, "collection/ageing.html", values)


@require_POST
@page_right(collection.VIEW)
def export_ageing(request: StaffRequest) -> HttpResponseBase:
    """Give the table out as a file."""
    asked = read_address(request)
    cells = compute_ageing(actor=request.actor, as_of=asked.as_of, by=asked.by, unit_path=asked.unit_path)
    codes = _list_codes(asked, cells)
    heads = [words.BY[asked.by.value], *(words.BUCKETS.get(code, code) for code in codes), _("Overdue"), _("Total")]
    return export_table(
        actor=request.actor,
        page="collection.ageing",
        name="ageing",
        about=asked.describe(),
        query=asked.encode(),
        columns=[(f"column_{at}", str(head)) for at, head in enumerate(heads)],
        rows=[row.cells for row in _draw_rows(request, asked, cells, codes)],
        file_format=FileFormat.CSV if request.POST.get("format") == "CSV" else FileFormat.XLSX,
    )


@require_GET
@page_right(collection.VIEW)
def show_debts(request: StaffRequest) -> HttpResponse:
    """Show the debts behind a figure, the largest first."""
    asked = read_address(request)
    narrowed = _read_narrowing(request, asked)
    rows = list_debts(
        actor=request.actor, as_of=asked.as_of, unit_path=asked.unit_path, limit=_PAGE + 1, after=_read_mark(request),
        **narrowed,
    )  # fmt: skip
    shown = rows[:_PAGE]
    tail = {
        name: str(request.GET.get(name, "")) for name in ("class", "bucket", "collector", "at") if request.GET.get(name)
    }
    last = shown[-1] if len(rows) > _PAGE else None
    values = {
        "page": _head(asked, title=_("Debts"), narrowed=tail),
        "asked": asked,
        "rows": _draw_debts(request, shown),
        "next_url": f"?{asked.encode(**tail, after=f'{last.open_fen}:{last.item_id}')}" if last else "",
        "first_url": f"?{asked.encode(**tail)}" if request.GET.get("after") else "",
        "may_export": request.actor.may(EXPORT),
        "export_url": f"{reverse('web:collection_debts_export')}?{asked.encode(**tail)}",
        "may_propose": request.actor.may(collection.PROPOSE),
    }
    return render(request, "collection/debts.html", values)


@require_POST
@page_right(collection.VIEW)
def export_debts(request: StaffRequest) -> HttpResponseBase:
    """Give the debts out as a file, at most ten thousand of them."""
    asked = read_address(request)
    rows = list_debts(
        actor=request.actor, as_of=asked.as_of, unit_path=asked.unit_path, limit=_MOST_EXPORTED,
        **_read_narrowing(request, asked),
    )  # fmt: skip
    heads = (_("Account"), _("Customer"), _("Bill"), _("Class of use"), _("Due date"), _("Days overdue"), _("Open"))
    return export_table(
        actor=request.actor,
        page="collection.debts",
        name="debts",
        about=asked.describe(),
        query=asked.encode(),
        columns=[(f"column_{at}", head) for at, head in enumerate(heads)],
        rows=[
            (
                one["account"], one["name"], one["bill"], str(one["class"]), one["row"].due_date,
                max(one["row"].days_overdue, 0), fen_to_yuan(one["row"].open_fen),
            )
            for one in _draw_debts(request, rows)
        ],
        file_format=FileFormat.CSV if request.POST.get("format") == "CSV" else FileFormat.XLSX,
    )  # fmt: skip


def _read_narrowing(request: StaffRequest, asked: Asked) -> dict[str, Any]:
    usage_class, bucket, collector = (str(request.GET.get(name, "")) for name in ("class", "bucket", "collector"))
    return {
        "usage_class": usage_class if usage_class in USAGE_CLASSES else "",
        "bucket": bucket if bucket in words.BUCKETS else "",
        "unit_id": next((one.pk for one in asked.units if one.code == request.GET.get("at")), None),
        "staff_id": int(collector) if collector.isdecimal() and len(collector) < 18 else None,
    }


def _read_mark(request: StaffRequest) -> tuple[int, int] | None:
    fen, _colon, item = str(request.GET.get("after", "")).partition(":")
    is_sound = fen.removeprefix("-").isdecimal() and item.isdecimal() and len(fen) < 18 and len(item) < 18
    return (int(fen), int(item)) if is_sound else None


def _draw_debts(request: StaffRequest, rows: Sequence[DebtRow]) -> list[dict[str, Any]]:
    keys = {one.customer_account_id for one in rows}
    found = CustomerAccount.objects.for_actor(request.actor).filter(pk__in=keys).select_related("customer")
    accounts = {one.pk: one for one in found}
    bills = load_bills(item_ids={one.item_id for one in rows})
    may_see = request.actor.may("billing.view"), request.actor.may("archive.view")
    return [
        {
            "row": one,
            "account": account.number if (account := accounts.get(one.customer_account_id)) else "",
            "name": account.customer.name if account else "",
            "account_url": reverse("web:collection_account", args=[account.number]) if account else "",
            "bill": bills[one.item_id].number if one.item_id in bills else str(one.item_id),
            "bill_url": reverse("web:bill", args=[one.item_id]) if may_see[0] and one.item_id in bills else "",
            "class": USAGE_CLASSES.get(one.usage_class, one.usage_class),
        }
        for one in rows
    ]


def _list_codes(asked: Asked, cells: Sequence[AgeingCell]) -> list[str]:
    codes = [one.code for one in list_buckets(on=asked.as_of)]
    return [*codes, CREDIT] if any(one.bucket == CREDIT for one in cells) else codes


def _draw_rows(
    request: StaffRequest, asked: Asked, cells: Sequence[AgeingCell], codes: Sequence[str]
) -> list[DrawnRow]:
    names = _name_keys(request, asked, {one.key for one in cells})
    unit_codes = {str(one.pk): one.code for one in asked.units}
    found: dict[str, dict[str, int]] = {}
    for one in cells:
        found.setdefault(one.key, {})[one.bucket] = one.open_fen
    rows = []
    for key, own in sorted(found.items(), key=lambda pair: -_sum_overdue(pair[1])):
        value = unit_codes.get(key, "") if asked.by is AgeingBy.UNIT else key
        open_debts = partial(_open_debts, asked, value)
        figures = tuple((formats.fen(own[code]), open_debts(code)) if own.get(code) else ("", "") for code in codes)
        overdue_fen, total_fen = _sum_overdue(own), sum(own.values())
        cells_out = [names.get(key, key), *(fen_to_yuan(own.get(code, 0)) for code in codes)]
        rows.append(
            DrawnRow(
                names.get(key, key), figures, (formats.fen(overdue_fen), open_debts(OVERDUE) if overdue_fen else ""),
                (formats.fen(total_fen), open_debts("")),
                (*cells_out, fen_to_yuan(overdue_fen), fen_to_yuan(total_fen)),
            )
        )  # fmt: skip
    return rows


def _open_debts(asked: Asked, value: str, bucket: str) -> str:
    """Return the address of the debts of a line; none where the line has no name to be asked for by."""
    parts = {AgeingBy.UNIT: "at", AgeingBy.CLASS: "class", AgeingBy.COLLECTOR: "collector"}
    return asked.open_debts(bucket=bucket, **{parts[asked.by]: value}) if value else ""


def _name_keys(request: StaffRequest, asked: Asked, keys: set[str]) -> dict[str, str]:
    if asked.by is AgeingBy.CLASS:
        return {key: str(USAGE_CLASSES.get(key, key)) for key in keys}
    if asked.by is AgeingBy.UNIT:
        return {str(one.pk): one.name for one in asked.units}
    people = {str(one.pk): one.name for one in identity.list_staff(actor=request.actor) if str(one.pk) in keys}
    return {NOBODY: _("nobody yet"), **people}


def _draw_total(asked: Asked, cells: Sequence[AgeingCell], codes: Sequence[str]) -> dict[str, Any]:
    own: dict[str, int] = {}
    for one in cells:
        own[one.bucket] = own.get(one.bucket, 0) + one.open_fen
    return {
        "figures": [
            (formats.fen(own[code]), asked.open_debts(bucket=code)) if own.get(code) else ("", "") for code in codes
        ],
        "overdue": (formats.fen(_sum_overdue(own)), asked.open_debts(bucket=OVERDUE)),
        "total": (formats.fen(sum(own.values())), asked.open_debts()),
    }


def _sum_overdue(own: Mapping[str, int]) -> int:
    return sum(fen for code, fen in own.items() if code not in {_NOT_DUE, CREDIT})


def _list_figures(asked: Asked, cells: Sequence[AgeingCell]) -> list[Figure]:
    total = sum(one.open_fen for one in cells)
    overdue = sum(one.open_fen for one in cells if one.bucket not in {_NOT_DUE, CREDIT})
    old = sum(one.open_fen for one in cells if one.bucket == "OVER_YEAR")
    items = sum(one.items for one in cells)
    share = Decimal(overdue) / total if total > 0 else None
    return [
        Figure(
            _("Open (yuan)"),
            formats.fen(total),
            context=_("%(count)s bills") % {"count": formats.number(items)},
            url=asked.open_debts(),
        ),
        Figure(
            _("Overdue (yuan)"),
            formats.fen(overdue),
            ratio=float(share) if share is not None else None,
            url=asked.open_debts(bucket=OVERDUE),
        ),
        Figure(_("Over a year (yuan)"), formats.fen(old), url=asked.open_debts(bucket="OVER_YEAR")),
    ]


def _head(asked: Asked, *, title: str = "", narrowed: Mapping[str, str] | None = None) -> Page:
    facts = [asked.as_of.isoformat(), asked.unit.name if asked.unit else _("all units")]
    for name, value in (narrowed or {}).items():
        facts.append(str({"bucket": words.BUCKETS, "class": USAGE_CLASSES}.get(name, {}).get(value, value)))
    crumbs = [Crumb(_("Collection of debts"))]
    if title:
        crumbs.append(Crumb(_("Ageing of arrears"), f"{reverse('web:collection_ageing')}?{asked.encode()}"))
    return Page(
        title=title or _("Ageing of arrears"),
        facts=facts,
        crumbs=crumbs,
        menu_url=reverse("web:collection_ageing"),
        help=[
            _("What is open at the end of a day, by days after the due date; every figure opens into its debts."),
            _("Late fees count once they are booked. The total is the balance of the receivables of these units."),
        ],
    )
