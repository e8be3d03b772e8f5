"""What pages have in common is kept; nothing of one reader's page may stand on another's."""

from collections.abc import Callable
from datetime import date
from urllib.parse import quote_plus

import pytest
from django.test import Client
from django.utils.html import escape
from tests.factories.pages import PASSWORD, Office

from dianke.platform.identity import operations as identity

LogIn = Callable[[str], Client]
ADDRESSES = ["/", "/customers/", "/customers/?q=王", "/billing/runs/"]


def read(browser: Client, address: str) -> str:
    return browser.get(address).content.decode()


def add_clerk(office: Office) -> str:
    person = identity.add_staff(login="YZ77", name="专看档案", unit=office.station, password=PASSWORD)
    post = identity.define_post(code="READER", name="查询员", rights=["archive.view"])
    identity.assign_post(staff=person, post=post, unit=office.station, start=date(2020, 1, 1))
    return person.login


def name_reader(page: str) -> str:
    return page.partition('class="who-card"')[2].partition("</div>")[0]


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_names_its_own_reader_after_others_have_read_it(office: Office, log_in: LogIn, address: str) -> None:
    logins = (office.reviewer, office.outsider, office.supervisor, office.reviewer)

    named = [name_reader(read(log_in(login), address)) for login in logins]

    assert all(login in part for login, part in zip(logins, named, strict=True))
    assert len(set(named)) == 3


@pytest.mark.parametrize("address", ADDRESSES)
def test_page_speaks_the_language_of_its_reader(office: Office, log_in: LogIn, address: str) -> None:
    english = log_in(office.reviewer)
    english.cookies["django_language"] = "en"

    first, second, third = read(log_in(office.reviewer), address), read(english, address), read(english, address)

    assert "Log out" not in first
    assert "Main menu" in second
    assert "Main menu" in third


@pytest.mark.parametrize("typed", ["王", '"><b>', "a+b c", "%25"])
def test_head_of_a_list_shows_what_was_typed_this_time(office: Office, log_in: LogIn, typed: str) -> None:
    reader = log_in(office.reviewer)

    reader.get("/customers/", {"q": "另一个"})
    page = reader.get("/customers/", {"q": typed}).content.decode()

    assert f'name="q" value="{escape(typed)}"' in page
    assert f"q={quote_plus(typed)}" in page.partition('class="filters"')[2].partition("</header>")[0]
    assert "\ue0f1" not in page
    assert quote_plus("\ue0f1") not in page
    assert "另一个" not in page


def test_menu_holds_only_what_its_reader_may_open(office: Office, log_in: LogIn) -> None:
    reviewer, clerk = log_in(office.reviewer), log_in(add_clerk(office))

    first, second, again = read(reviewer, "/"), read(clerk, "/"), read(reviewer, "/")

    def links(page: str) -> set[str]:
        menu = page.partition('id="side"')[2].partition("</nav>")[0]
        return set(menu.split('href="')[1:])

    assert links(first) == links(again)
    assert links(first) != links(second)


def test_count_in_the_menu_follows_the_work(office: Office, log_in: LogIn) -> None:
    from dianke.domain.billing.models import BillRun

    reviewer = log_in(office.reviewer)
    before = read(reviewer, "/customers/")
    BillRun._base_manager.filter(pk=office.run.pk).update(status="CANCELLED")

    after = read(reviewer, "/customers/")

    assert "<i>1</i>" in before
    assert "<i>1</i>" not in after
