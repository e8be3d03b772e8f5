"""Figures of money open into lists that add up to them, to the fen."""

import html
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from http import HTTPStatus

import pytest
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office
from tests.factories.paid import at_ten, list_accounts, look_at, pay

from dianke.application import collection
from dianke.domain.billing.models import Bill
from dianke.domain.collection.models import DunningStep
from dianke.domain.collection.queries.recovery import get_old_recovery, list_current_recovery, list_outstanding
from dianke.domain.collection.queries.recovery_items import list_items_booked, list_items_of_old
from dianke.platform.identity.types import Actor

issued = True
LogIn = Callable[[str], Client]
_LINK = re.compile(r'<a href="([^"]+)">(−?[\d,]+\.\d\d)</a>')
_BODY = re.compile(r"<tbody.*?</tbody>", re.DOTALL)
_ROW = re.compile(r"<tr.*?</tr>", re.DOTALL)
_CELL = re.compile(r'<td class="[^"]*\bnum\b[^"]*"[^>]*>(.*?)</td>', re.DOTALL)
YEAR_LATER = date(2027, 2, 1)
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


class TestRecovery:
    @pytest.mark.parametrize("on", ["2026-02-10", "2026-03-10", "2026-11-20"])
    def test_rates_are_those_of_the_bills_that_they_open(self, boss: Client, on: str) -> None:
        actor, day = _SYSTEM, date.fromisoformat(on)
        for one in list_current_recovery(actor=actor, on=day, months=13):
            listed = read(boss, f"/collection/recovery/bills/?of=MONTH&month={one.month:%Y-%m}&on={on}")
            expected = one.billed_fen, one.in_month_fen, one.by_next_month_fen, one.to_date_fen

            assert expected[0] > 0
            assert [add_up(listed, column) * 100 for column in (-4, -3, -2, -1)] == list(expected)

    def test_old_debt_is_that_of_its_bills(self, office: Office, boss: Client) -> None:
        # The bills are of 2026: a year later what is left of them is old.
        old, items = get_old_recovery(actor=_SYSTEM, on=YEAR_LATER), list_items_of_old(actor=_SYSTEM, on=YEAR_LATER)
        before = get_old_recovery(actor=_SYSTEM, on=date(2026, 11, 20))

        columns = zip(*(one.sums_fen for one in items.rows), strict=True)

        assert old.opening_fen > 0
        assert items.totals_fen == (old.opening_fen, old.collected_fen)
        assert tuple(map(sum, columns)) == items.totals_fen
        assert before.opening_fen == 0
        assert "没有" in read(boss, "/collection/recovery/bills/?of=OLD&on=2026-11-20")

    def test_days_outstanding_come_from_what_they_open(self, boss: Client) -> None:
        links = list_links(read(boss, "/collection/recovery/?on=2026-03-10"))

        opened = {}
        for url, amount in links:
            if "/debts/" in url or "of=BOOKED" in url:
                opened[url] = amount
                assert add_up(read(boss, url), -1) == amount, url

        (last,) = list_outstanding(actor=_SYSTEM, on=date(2026, 3, 10), months=1)
        assert {Decimal(last.balance_fen) / 100, Decimal(last.booked_fen) / 100} <= set(opened.values())

    def test_pages_go_on_where_the_last_ended_under_the_totals_of_all(self, boss: Client) -> None:
        day = date(2026, 3, 10)
        whole = list_items_booked(actor=_SYSTEM, start=date(2026, 1, 1), end=day)
        pages = [list_items_booked(actor=_SYSTEM, start=date(2026, 1, 1), end=day, limit=2)]
        while pages[-1].has_more:
            after = pages[-1].rows[-1].item_id
            pages.append(list_items_booked(actor=_SYSTEM, start=date(2026, 1, 1), end=day, limit=2, after=after))

        assert [row for page in pages for row in page.rows] == list(whole.rows)
        assert {page.totals_fen for page in pages} == {whole.totals_fen}

    @pytest.mark.parametrize(("on", "days"), [("2026-03-10", 7), ("2026-03-10", 30), ("2026-11-20", 90)])
    def test_what_is_expected_is_that_of_the_bills_that_it_opens(self, boss: Client, on: str, days: int) -> None:
        page = read(boss, f"/collection/forecast/?on={on}&days={days}")

        links = [pair for pair in list_links(page) if "of=EXPECTED" in pair[0]]

        assert len(links) >= 2
        for url, amount in links:
            assert add_up(read(boss, url), -1) == amount, url

    def test_the_part_that_comes_after_shows_every_horizon_and_the_back_test(self, boss: Client) -> None:
        page = read(boss, "/collection/forecast/?on=2026-03-10&days=30")
        more = html.unescape(re.search(r'hx-get="([^"]+)"', page)[1])  # type: ignore[index]

        part = read(boss, more)

        assert all(f"days={days}" in part for days in (7, 30, 60, 90))
        assert "上次同口径预测与实际收回" in part
        assert "<html" not in part

    def test_effects_of_steps_open_into_the_steps(self, office: Office, boss: Client) -> None:
        first, *_others = list_accounts(office.utility)
        due = Bill.objects.for_actor(_SYSTEM).order_by("id")[0].due_date
        collection.run_night(actor=_SYSTEM, at=at_ten(due + timedelta(days=3)))
        steps = DunningStep.objects.for_actor(_SYSTEM).filter(state__in=["OPEN", "HELD"]).order_by("id")
        done = due + timedelta(days=4)
        assert steps.update(state="DONE", done_on=done) > 1
        step = DunningStep.objects.for_actor(_SYSTEM).order_by("id")[0]
        pay(office.utility, step.account, 1_00, "7", day=done + timedelta(days=2))
        on = (done + timedelta(days=30)).isoformat()

        page = read(boss, f"/collection/recovery/?on={on}")
        links = [pair for pair in list_links(page) if "of=STEPS" in pair[0]]
        (some,) = {html.unescape(url) for url in re.findall(r'href="([^"]+paid=SOME[^"]*)"', page)}

        assert len(links) >= 2
        for (url, amount), column in zip(links[:2], (-2, -1), strict=True):
            assert add_up(read(boss, url), column) == amount, url
        assert step.number in read(boss, some)
        assert first.number not in read(boss, some) or first.pk == step.account_id

    @pytest.mark.parametrize("tail", ["?of=MONTH&month=1999-01", "?of=BOOKED&from=x"])
    def test_what_is_not_known_is_not_there(self, boss: Client, tail: str) -> None:
        assert boss.get(f"/collection/recovery/bills/{tail}").status_code == HTTPStatus.NOT_FOUND
