"""Pages of the gallery."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from tests.journeys.gallery import data

from dianke.interfaces.web.components.drawings import draw_process
from dianke.interfaces.web.components.filters import FilterChip
from dianke.interfaces.web.components.page import Chip, Crumb, Page
from dianke.interfaces.web.components.paging import KeyPage
from dianke.interfaces.web.components.states import register_states
from dianke.kernel.errors import DomainError
from dianke.platform.audit.use_case import PermissionRefused

register_states(
    "gallery.shard",
    {
        "COMMITTED": ("ok", "已提交"),
        "RUNNING": ("run", "计算中"),
        "WAITING": ("warn", "等齐套"),
        "FAILED": ("bad", "中断"),
    },
)
register_states("gallery.bill", {"DUE": ("warn", "待缴"), "PAID": ("ok", "已缴")})


class RunNotReady(DomainError):
    """A run that cannot be issued yet."""

    code = "gallery.run_not_ready"
    message = "run {run} cannot be issued: {count} suspicions are undecided"


def list_runs(request: HttpRequest) -> HttpResponse:
    """Show a list with filters, selection and pages."""
    filters = [
        FilterChip("全部", "?", True, 12),
        FilterChip("计算中", "?state=RUNNING", count=2),
        FilterChip("已发行", "?state=ISSUED", count=9),
    ]
    return _show(
        request,
        "runs",
        Page(title="核算批次", crumbs=[Crumb("核算管理")]),
        filters=filters,
        shards=data.SHARDS,
        rows=KeyPage(rows=[], previous="", next="WzAsMV0"),
    )


def show_run(request: HttpRequest) -> HttpResponse:
    """Show a board with an irreversible act."""
    page = Page(
        title="2026-01 低压工商业与居民",
        number="JS-202601-02",
        facts=["例日 1 日", "价表 HB-CI-2026-01", "规则集 RS-2024", "02-02 18:02 启动"],
        crumbs=[Crumb("核算管理", "/"), Crumb("核算批次", "/gallery/runs/"), Crumb("JS-202601-02")],
        chips=[Chip("run", "计算与审核中")],
    )
    facts = {"账单": "1,204 户", "应收": "3,812,440.16 元", "上月同口径": "+3.1%"}
    return _show(request, "run", page, figures=data.figures(request.actor), shards=data.SHARDS, facts=facts)


def show_customer(request: HttpRequest) -> HttpResponse:
    """Show charts, a time line and lists of values."""
    page = Page(
        title="云泽恒锐精密铸造有限公司",
        number="4200118036",
        facts=["云泽市东工大道 88 号", "黑色金属铸造", "10 kV 两部制", "2,050 kVA"],
        crumbs=[Crumb("客户", "/gallery/runs/"), Crumb("东工产业园")],
        chips=[Chip("ok", "正常用电"), Chip("run", "增容中"), Chip("fact", "大客户")],
    )
    facts = {"到期日": "2026-02-12", "已缴": "0.00", "预存余额": "120,000.00", "还需缴": "334,930.12"}
    return _show(
        request,
        "customer",
        page,
        year=data.year_chart(),
        day=data.day_chart(),
        bills=data.bills(),
        facts=facts,
        figures=data.figures(request.actor),
    )


def show_order(request: HttpRequest) -> HttpResponse:
    """Show how far an order has come in its process."""
    page = Page(title="暂停", number="YK-20260202-0032")
    done = {"accept", "check", "is_approved"}
    return _show(request, "order", page, drawing=draw_process("suspend_v1", done=done, now={"seal"}))


def fail(request: HttpRequest) -> HttpResponse:
    """Break."""
    raise RuntimeError("broken on purpose")


def refuse_right(request: HttpRequest) -> HttpResponse:
    """Refuse for want of a right."""
    raise PermissionRefused(field="actor", login="YZ10427", right="billing.issue")


def refuse(request: HttpRequest) -> HttpResponse:
    """Refuse by a rule."""
    raise RunNotReady(run="JS-202601-02", count=93)


def _show(request: HttpRequest, name: str, page: Page, **values: Any) -> HttpResponse:
    return render(request, f"gallery/{name}.html", {"page": page, **values})
