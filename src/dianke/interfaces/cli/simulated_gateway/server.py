"""The pages of the simulated gateway: the one at which an order is paid, and the one of who runs it."""

from datetime import date, datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from dianke.domain.channels.rules.gateway import signing
from dianke.domain.channels.rules.gateway.plain import write_order
from dianke.domain.channels.rules.gateway.types import NoticeKind
from dianke.interfaces.cli.simulated_gateway.books import Books
from dianke.interfaces.cli.simulated_gateway.sending import Manner, Sender
from dianke.kernel.clock import SHANGHAI, SystemClock
from dianke.kernel.money import format_yuan

_MOST_BYTES = 8 * 1024
_ORDER_FIELDS = ("merchant", "order", "amount", "subject", "expires", "key")
_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:2rem auto;padding:0 1rem}"
    "button{font:inherit;padding:.6rem 1.4rem}.sum{font-size:2rem;font-weight:600}"
    "table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem;border-bottom:1px solid #ccc}"
)


class GatewayServer(ThreadingHTTPServer):
    """The process: its books, how it calls back, whose orders it takes."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], *, books: Books, sender: Sender, merchant_key: str) -> None:
        super().__init__(address, _Handler)
        self.books, self.sender, self.merchant_key = books, sender, merchant_key


class _Handler(BaseHTTPRequestHandler):
    server: GatewayServer

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = dict(parse_qsl(parts.query))
        if parts.path == "/pay":
            self._show_order(query)
        elif parts.path == "/":
            self._show_books()
        elif parts.path == "/key":
            self._answer(self.server.books.public_key.encode(), "application/x-pem-file")
        elif parts.path == "/daily-file":
            day = date.fromisoformat(query.get("day", "") or SystemClock().now().date().isoformat())
            self._answer(self.server.books.write_day(day), "text/plain; charset=gb18030")
        else:
            self._page("没有这个页面", "", HTTPStatus.NOT_FOUND)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 <= length <= _MOST_BYTES:
            self._page("请求过长", "", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        form = dict(parse_qsl(self.rfile.read(length).decode("utf-8", "replace")))
        path = urlsplit(self.path).path
        if path == "/pay":
            self._pay(form)
        elif path == "/refund":
            self._refund(form)
        elif path == "/manner":
            self._set_manner(form)
        else:
            self._page("没有这个页面", "", HTTPStatus.NOT_FOUND)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name that http.server gives it
        """Say nothing: what happened stands in the books."""

    def _find_fault(self, fields: dict[str, str]) -> str:
        order = {name: fields.get(name, "") for name in _ORDER_FIELDS}
        signature = fields.get("signature", "")
        if not signing.is_signed_bytes(
            public_pem=self.server.merchant_key, signature=signature, content=write_order(order)
        ):
            return "订单签名不正确"
        if order["merchant"] != self.server.books.merchant:
            return "商户号不正确"
        is_over = datetime.fromisoformat(order["expires"]) < SystemClock().now()
        # On demand: a payer who was quicker at the page than the clock.
        return "订单已过期" if is_over and fields.get("late") != "1" else ""

    def _show_order(self, query: dict[str, str]) -> None:
        fault = self._find_fault(query)
        if fault:
            self._page(fault, "", HTTPStatus.BAD_REQUEST)
            return
        hidden = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in query.items()
        )
        self._page(
            "支付订单",
            f"<p>{escape(query['subject'])}</p><p class=sum>¥{format_yuan(int(query['amount']))}</p>"
            f"<p>{escape(query['order'])}</p>"
            f'<form method="post" action="/pay">{hidden}<button>确认支付</button></form>',
        )

    def _pay(self, form: dict[str, str]) -> None:
        fault = self._find_fault(form)
        if fault:
            self._page(fault, "", HTTPStatus.BAD_REQUEST)
            return
        books = self.server.books
        paid = books.pay(order=form["order"], amount_fen=int(form["amount"]), at=SystemClock().now())
        self.server.sender.send(paid.tell(books.merchant))
        self._page("支付成功", f"<p>{paid.number}</p><p class=sum>¥{format_yuan(paid.amount_fen)}</p>")

    def _refund(self, form: dict[str, str]) -> None:
        books = self.server.books
        payment = books.find_payment(form.get("number", ""))
        refund = books.refund(payment, at=SystemClock().now()) if payment else None
        if refund is None:
            self._page("没有可退的支付", "", HTTPStatus.BAD_REQUEST)
            return
        self.server.sender.send(refund.tell(books.merchant))
        self._go_home()

    def _set_manner(self, form: dict[str, str]) -> None:
        self.server.sender.manner = Manner(
            delay_seconds=min(float(form.get("delay") or 0), 3600.0),
            times=min(int(form.get("times") or 1), 100),
            is_shuffled="shuffled" in form,
        )
        self._go_home()

    def _show_books(self) -> None:
        books, manner = self.server.books, self.server.sender.manner
        refunded = {one.number for one in books.list_movements() if one.kind == NoticeKind.REFUNDED.value}
        rows = "".join(
            f"<tr><td>{one.number}<td>{escape(one.order)}<td>{one.kind}<td>¥{format_yuan(one.amount_fen)}<td>"
            + (
                f'<form method="post" action="/refund"><input type="hidden" name="number" value="{one.number}">'
                "<button>退款</button></form>"
                if one.kind == NoticeKind.PAID.value and one.number not in refunded
                else ""
            )
            for one in reversed(books.list_movements())
        )
        today = SystemClock().now().astimezone(SHANGHAI).date()
        net, fee = books.sum_day(today)
        self._page(
            "模拟支付网关",
            f"<p>{escape(books.code)} · {escape(books.merchant)} · 今日应结算 ¥{format_yuan(net)}"
            f"（手续费 ¥{format_yuan(fee)}）</p>"
            f'<p><a href="/key">网关公钥</a> · <a href="/daily-file?{urlencode({"day": today})}">今日对账文件</a></p>'
            '<form method="post" action="/manner">回调：延迟秒数 '
            f'<input name="delay" size="4" value="{manner.delay_seconds:g}"> 次数 '
            f'<input name="times" size="3" value="{manner.times}"> <label><input type="checkbox" name="shuffled"'
            f"{' checked' if manner.is_shuffled else ''}> 乱序</label> <button>设置</button></form>"
            f"<table><tr><th>流水号<th>订单<th>类型<th>金额<th></tr>{rows}</table>",
        )

    def _go_home(self) -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _page(self, title: str, body: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        text = (
            f'<!doctype html><html lang="zh-Hans"><meta charset="utf-8"><meta name="viewport" '
            f'content="width=device-width"><title>{title}</title><style>{_STYLE}</style>'
            f"<h1>{title}</h1><p>模拟网关，不收取任何款项。</p>{body}"
        )
        self._answer(text.encode(), "text/html; charset=utf-8", status)

    def _answer(self, content: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
