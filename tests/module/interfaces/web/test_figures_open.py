"""Figures of money open into lists that add up to them, to the fen."""

import html
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.factories.paid import at_ten, list_accounts, look_at, pay

from dianke.application import collection
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]
_LINK = re.compile(r'<a href="([^"]+)">(−?[\d,]+\.\d\d)</a>')
_BODY = re.compile(r"<tbody.*?</tbody>", re.DOTALL)
_ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
_CELL = re.compile(r'<td class="[^"]*\bnum\b[^"]*"[^>]*>(.*?)</td>', re.DOTALL)
_SYSTEM = Actor.system("testing figures")


@pytest.fixture
def boss(office: Office, log_in: LogIn) -> Client:
    rights = ["collection.view", "collection.manage", "collection.work", "ledger.view", "billing.view", "archive.view"]
    factory.add_clerk(office.utility.root, "boss", rights)
    first, second, *_others = list_accounts(office.utility)
    pay(office.utility, first, look_at(office.utility, first).owed_fen, "1", day=date(2026, 2, 20))
    pay(office.utility, second, 50_00, "2", day=date(2026, 3, 3))
    return log_in("boss")


def read(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == HTTPStatus.OK, address
    return str(answer.content.decode())


def write_number(text: str) -> Decimal | None:
    bare = re.sub(r"<[^>]+>|[\s,]", "", text).replace("−", "-")
    return Decimal(bare) if re.fullmatch(r"-?\d+\.\d\d", bare) else None


def add_up(page: str, column: int) -> Decimal:
    """Add up the column of amounts of a list, counted from the right; its line of totals is left out."""
    rows = [row for row in _ROW.findall("".join(_BODY.findall(page))) if 'class="sum"' not in row]
    cells = [_CELL.findall(row) for row in rows]
    return sum((write_number(own[column]) or Decimal() for own in cells if own), Decimal())


def list_links(page: str) -> list[tuple[str, Decimal]]:
    found = [(html.unescape(url), write_number(text)) for url, text in _LINK.findall(page)]
    return [(url, amount) for url, amount in found if amount is not None]


class TestDebts:
    @pytest.mark.parametrize(
        ("address", "least"),
        [
            ("/collection/", 8), ("/collection/?by=CLASS", 8), ("/collection/?by=COLLECTOR", 8),
            ("/collection/?on=2026-02-25&by=CLASS", 5), ("/collection/forecast/", 3),
            ("/collection/forecast/?on=2026-03-01", 3),
        ],
    )  # fmt: skip
    def test_every_figure_is_the_sum_of_the_debts_that_it_opens(
        self, office: Office, boss: Client, address: str, least: int
    ) -> None:
        account = list_accounts(office.utility)[2]
        collection.assign_collector(
            actor=_SYSTEM, login="boss", account_number=account.number, route_code="", share_e4=3333,
            start=date(2026, 1, 1), reason="", at=at_ten(date(2026, 2, 1)),
        )  # fmt: skip

        links = [pair for pair in list_links(read(boss, address)) if "/debts/" in pair[0]]

        assert len(links) >= least
        for url, amount in links:
            assert add_up(read(boss, url), -1) == amount, url


class TestReports:
    @pytest.mark.parametrize("address", ["/ledger/receivables/?month=2026-02", "/ledger/funds/?month=2026-02"])
    def test_every_figure_is_the_sum_of_its_postings(self, boss: Client, address: str) -> None:
        page = read(boss, address)
        sign = -1 if "funds" in address else 1

        links = list_links(page)

        totals = [row for row in _ROW.findall(page) if 'class="sum"' in row]
        assert totals
        assert all(list_links(row) for row in totals)
        for url, amount in links:
            listed = read(boss, url)
            debit, credit = add_up(listed, -2), add_up(listed, -1)
            expected = {"DEBIT": debit, "CREDIT": credit}
            side = re.search(r"side=(\w+)", url)
            assert (expected[side[1]] if side else (debit - credit) * sign) == amount, url
