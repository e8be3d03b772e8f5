"""Lists: filters, orders, columns, pages, saved views, acts on many rows with a preview."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django import forms
from django.test import Client
from tests.factories import utility as factory
from tests.factories.pages import Office

from dianke.domain.customers.models import Customer, CustomerAccount
from dianke.interfaces.web.components import list_views, lists, paging
from dianke.interfaces.web.components.bulk import BulkAction, BulkPlan, Skipped
from dianke.interfaces.web.customers.list_views import ACCOUNTS
from dianke.platform.identity.types import Actor
from dianke.platform.preferences.models import SavedView

issued = False
LogIn = Callable[[str], Client]
LIST = "/customers/"
VIEWS = "/lists/customers.accounts/views/"
NUMBERS = re.compile(r"data-open-row>(\d{10})<")
HEADS = re.compile(r"<th[^>]*>(?:<a[^>]*>)?([^<]*)(?:</a>)?</th>")


def read(client: Client, **query: str) -> str:
    return client.get(LIST, query or {"view": "all"}).content.decode()


def show_numbers(client: Client, **query: str) -> list[str]:
    return NUMBERS.findall(read(client, **query))


def save(client: Client, name: str, query: str = "", **more: str) -> Any:
    return client.post(f"{VIEWS}save/?{query}", {"name": name, **more}, follow=True)


def make_agricultural(office: Office, point: str) -> None:
    chosen = CustomerAccount.objects.for_actor(office.actor).filter(number=office.account(point))
    chosen.update(usage_class="AGRICULTURAL")


def own_views(office: Office) -> list[str]:
    return list(SavedView.objects.for_actor(office.actor).order_by("name").values_list("name", flat=True))


class TestFilters:
    def test_hold_together_and_each_can_be_dropped(self, office: Office, reviewer_pages: Client) -> None:
        CustomerAccount.objects.for_actor(office.actor).filter(number=office.account("home")).update(status="SUSPENDED")

        page = read(reviewer_pages, **{"class": "RESIDENTIAL", "state": "SUSPENDED"})

        assert NUMBERS.findall(page) == [office.account("home")]
        assert 'href="/customers/?class=RESIDENTIAL"' in page
        assert 'href="/customers/?state=SUSPENDED"' in page

    def test_by_kind_importance_and_opening_day(self, office: Office, reviewer_pages: Client) -> None:
        chosen = Customer.objects.for_actor(office.actor).filter(pk=office.points["mall"].account.customer_id)
        chosen.update(kind="GOVERNMENT", importance="FIRST")

        assert show_numbers(reviewer_pages, kind="GOVERNMENT") == [office.account("mall")]
        assert show_numbers(reviewer_pages, importance="ANY") == [office.account("mall")]
        assert show_numbers(reviewer_pages, importance="SECOND") == []
        assert show_numbers(reviewer_pages, opened_from="2030-01-01") == []
        assert len(show_numbers(reviewer_pages, opened_to="2030-01-01")) == 9

    def test_by_the_feeder_or_area_that_supplies(self, office: Office, reviewer_pages: Client) -> None:
        assert office.account("workshop") in show_numbers(reviewer_pages, place="测试线")
        assert show_numbers(reviewer_pages, place="没有这条线") == []

    @pytest.mark.parametrize(
        "query",
        [{"class": "X"}, {"unit": "nowhere"}, {"opened_from": "2026-13-01"}, {"sort": "address"}, {"cols": "x,y"}],
        ids=str,
    )
    def test_that_cannot_be_read_count_as_not_set(self, query: dict[str, str], reviewer_pages: Client) -> None:
        assert len(show_numbers(reviewer_pages, **query)) == 9

    def test_with_a_text_narrow_what_the_text_found(self, office: Office, reviewer_pages: Client) -> None:
        make_agricultural(office, "farm")
        found = show_numbers(reviewer_pages, q="测试路", **{"class": "AGRICULTURAL"})

        assert found == [office.account("farm")]


class TestOrderAndColumns:
    @pytest.mark.parametrize("sort", ["number", "-number", "name", "-name", "opened", "-opened"])
    def test_pages_show_everybody_once_in_any_order(
        self, sort: str, office: Office, reviewer_pages: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(paging.page_by_key, "__kwdefaults__", {"at": "", "size": 4})
        whole, page = [], read(reviewer_pages, sort=sort)
        for _page in range(3):
            whole += NUMBERS.findall(page)
            onward = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
            page = reviewer_pages.get(
                LIST + (onward[1].replace("&amp;", "&") if onward else "?view=all")
            ).content.decode()

        everybody = CustomerAccount.objects.for_actor(office.actor).values_list("number", flat=True)
        assert sorted(whole) == sorted(everybody)
        assert whole == list(
            CustomerAccount.objects.for_actor(office.actor)
            .order_by(*lists.ListQuery(ACCOUNTS, office.actor, sort=sort).order)
            .values_list("number", flat=True)
        )

    def test_columns_chosen_stand_in_their_order_with_the_first_always(self, reviewer_pages: Client) -> None:
        page = read(reviewer_pages, cols="kind,state")

        assert [head for head in HEADS.findall(page) if head] == ["户号", "状态", "类型"]

    def test_head_sorts_and_sorts_back(self, reviewer_pages: Client) -> None:
        page = read(reviewer_pages, sort="-name")

        assert 'aria-sort="descending"><a href="/customers/?sort=name"' in page

    def test_column_behind_a_right_is_neither_shown_nor_sorted_by(
        self, reviewer_pages: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        secret = lists.Column("secret", "机密", lambda row: "x", order=("opened_date",), right="org.manage")
        spec = lists.ListSpec(**{**vars(ACCOUNTS), "columns": [*ACCOUNTS.columns, secret]})
        monkeypatch.setitem(lists._SPECS, "customers.accounts", spec)
        monkeypatch.setattr("dianke.interfaces.web.customers.list_views.ACCOUNTS", spec)

        page = read(reviewer_pages, cols="secret", sort="secret")

        assert "机密" not in page


class TestViews:
    def test_kept_view_opens_with_filters_order_and_columns(self, office: Office, reviewer_pages: Client) -> None:
        answer = save(reviewer_pages, "  居民  用户 ", "class=RESIDENTIAL&sort=-number&cols=kind&at=zzz")

        view = SavedView.objects.for_actor(office.actor).get()
        assert (view.name, view.query, view.columns) == ("居民 用户", "class=RESIDENTIAL&sort=-number", ["kind"])
        assert answer.redirect_chain[-1][0] == f"/customers/?view={view.pk}&class=RESIDENTIAL&sort=-number&cols=kind"
        assert len(NUMBERS.findall(answer.content.decode())) == 2

    def test_of_the_same_name_is_replaced(self, office: Office, reviewer_pages: Client) -> None:
        save(reviewer_pages, "甲", "class=RESIDENTIAL")
        save(reviewer_pages, "甲", "class=AGRICULTURAL")

        assert SavedView.objects.for_actor(office.actor).get().query == "class=AGRICULTURAL"

    @pytest.mark.parametrize("name", ["", "   ", "长" * 41])
    def test_without_a_fit_name_is_refused(self, name: str, office: Office, reviewer_pages: Client) -> None:
        answer = save(reviewer_pages, name, "class=RESIDENTIAL")

        assert "视图不能保存" in answer.content.decode()
        assert own_views(office) == []

    def test_default_view_is_what_the_list_opens_with(self, office: Office, reviewer_pages: Client) -> None:
        make_agricultural(office, "farm")
        save(reviewer_pages, "甲", "class=RESIDENTIAL", is_default="on")
        save(reviewer_pages, "乙", "class=AGRICULTURAL", is_default="on")

        opened = reviewer_pages.get(LIST, follow=True)

        assert NUMBERS.findall(opened.content.decode()) == [office.account("farm")]
        assert len(show_numbers(reviewer_pages, view="all")) == 9
        assert list(SavedView.objects.for_actor(office.actor).filter(is_default=True).values_list("name")) == [("乙",)]

    def test_shared_view_is_seen_below_but_not_changed_there(
        self, office: Office, reviewer_pages: Client, log_in: LogIn
    ) -> None:
        save(reviewer_pages, "共用", "class=RESIDENTIAL", is_shared="on")
        save(reviewer_pages, "私用", "class=RESIDENTIAL")
        view = SavedView.objects.for_actor(office.actor).get(name="共用")
        below = log_in(office.outsider)

        page = read(below)
        answer = below.post(f"{VIEWS}{view.pk}/change/", {"name": "改"})

        assert "共用" in page
        assert "私用" not in page
        assert answer.status_code == 409
        assert own_views(office) == ["共用", "私用"]

    def test_of_a_unit_below_is_not_seen_above(self, office: Office, reviewer_pages: Client, log_in: LogIn) -> None:
        save(log_in(office.outsider), "外所的", "", is_shared="on")

        assert "外所的" not in read(reviewer_pages)

    def test_is_renamed(self, office: Office, reviewer_pages: Client) -> None:
        save(reviewer_pages, "甲")
        save(reviewer_pages, "乙")
        view = SavedView.objects.for_actor(office.actor).get(name="甲")

        reviewer_pages.post(f"{VIEWS}{view.pk}/change/", {"name": "丙"})
        refused = reviewer_pages.post(f"{VIEWS}{view.pk}/change/", {"name": "乙"}, follow=True)

        assert "已有同名视图" in refused.content.decode()
        assert own_views(office) == ["丙", "乙"]

    def test_deleted_can_be_taken_back(self, office: Office, reviewer_pages: Client) -> None:
        save(reviewer_pages, "甲", "class=RESIDENTIAL&cols=kind", is_shared="on")
        before = SavedView.objects.for_actor(office.actor).values("name", "query", "columns", "is_shared").get()
        view = SavedView.objects.for_actor(office.actor).get()

        page = reviewer_pages.post(f"{VIEWS}{view.pk}/delete/", follow=True).content.decode()
        assert own_views(office) == []
        token = re.search(r'name="view" value="([^"]{20,})"', page)
        reviewer_pages.post(f"{VIEWS}restore/", {"view": token[1] if token else ""})

        assert SavedView.objects.for_actor(office.actor).values("name", "query", "columns", "is_shared").get() == before

    def test_cannot_be_brought_back_by_somebody_else(
        self, office: Office, reviewer_pages: Client, log_in: LogIn
    ) -> None:
        save(reviewer_pages, "甲")
        view = SavedView.objects.for_actor(office.actor).get()
        page = reviewer_pages.post(f"{VIEWS}{view.pk}/delete/", follow=True).content.decode()
        token = re.search(r'name="view" value="([^"]{20,})"', page)

        answer = log_in(office.supervisor).post(f"{VIEWS}restore/", {"view": token[1] if token else ""})

        assert answer.status_code == 404
        assert own_views(office) == []


class HouseholdForm(forms.Form):
    """What the act of these tests asks."""

    size = forms.IntegerField(min_value=1)


def plan_homes(actor: Actor, rows: Sequence[Any]) -> BulkPlan:
    homes = [row for row in rows if row.usage_class == "RESIDENTIAL"]
    return BulkPlan(todo=homes, skipped=[Skipped(row, "不是居民") for row in rows if row not in homes])


def set_size(actor: Actor, rows: Sequence[Any], values: dict[str, Any]) -> str:
    keys = [row.pk for row in rows]
    CustomerAccount.objects.for_actor(actor).filter(pk__in=keys).update(household_size=values["size"])
    return f"{len(keys)} 户已改"


class TestBulk:
    URL = "/lists/customers.accounts/bulk/size/"

    @pytest.fixture(autouse=True)
    def _with_an_act(self, monkeypatch: pytest.MonkeyPatch) -> None:
        act = BulkAction(
            "size", "改人口", "billing.run", plan_homes, set_size, lambda count: f"{count} 户人口将改", HouseholdForm
        )
        spec = lists.ListSpec(**{**vars(ACCOUNTS), "actions": [act]})
        monkeypatch.setitem(lists._SPECS, "customers.accounts", spec)
        monkeypatch.setattr("dianke.interfaces.web.customers.list_views.ACCOUNTS", spec)

    def sizes(self, office: Office) -> set[int]:
        return set(CustomerAccount.objects.for_actor(office.actor).values_list("household_size", flat=True))

    def test_preview_says_what_will_happen_and_what_is_left_alone(self, office: Office, reviewer_pages: Client) -> None:
        before = self.sizes(office)
        keys = [office.points[name].account_id for name in ("home", "farm")]

        page = reviewer_pages.post(self.URL, {"row": keys}).content.decode()

        assert "1 户人口将改" in page
        assert "不是居民" in page
        assert f'name="row" value="{keys[0]}"' in page
        assert f'name="row" value="{keys[1]}"' not in page
        assert self.sizes(office) == before

    def test_confirmed_is_carried_out_for_what_fits_alone(self, office: Office, reviewer_pages: Client) -> None:
        keys = [office.points[name].account_id for name in ("home", "farm")]

        answer = reviewer_pages.post(self.URL, {"row": keys, "confirmed": "1", "size": "6"}, follow=True)

        changed = CustomerAccount.objects.for_actor(office.actor).filter(household_size=6)
        assert [account.number for account in changed] == [office.account("home")]
        assert "1 户已改" in answer.content.decode()

    def test_of_all_that_the_filters_show_takes_the_other_pages_too(
        self, office: Office, reviewer_pages: Client
    ) -> None:
        page = reviewer_pages.post(f"{self.URL}?class=RESIDENTIAL", {"scope": "all"}).content.decode()

        assert "2 户人口将改" in page

    def test_with_a_form_that_is_wrong_shows_it_again(self, office: Office, reviewer_pages: Client) -> None:
        before = self.sizes(office)

        answer = reviewer_pages.post(
            self.URL, {"row": [office.points["home"].account_id], "confirmed": "1", "size": "0"}
        )

        assert answer.status_code == 422
        assert self.sizes(office) == before

    def test_of_rows_of_another_unit_finds_nothing(self, office: Office, log_in: LogIn) -> None:
        before = self.sizes(office)

        answer = log_in(office.outsider).post(
            self.URL, {"row": [office.points["home"].account_id], "confirmed": "1", "size": "6"}, follow=True
        )

        assert "没有选择任何行" in answer.content.decode()
        assert self.sizes(office) == before

    def test_without_its_right_is_refused_and_not_offered(self, office: Office, log_in: LogIn) -> None:
        factory.add_clerk(office.utility.root, "YZ7", ["archive.view"])
        client = log_in("YZ7")

        assert client.post(self.URL, {"scope": "all"}).status_code == 403
        assert "改人口" not in read(client)


def test_total_of_a_long_list_is_an_estimate(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = CustomerAccount.objects.for_actor(office.actor)
    exact = paging.count_roughly(rows)
    monkeypatch.setattr(paging, "_guess_count", lambda plain: 1_004_211)

    assert exact == "9"
    assert paging.count_roughly(rows) == "≈ 1,000,000"


def test_every_list_has_a_column_to_open_with_and_a_key_of_its_own() -> None:
    for spec in lists.list_specs():
        keys = [column.key for column in spec.columns]
        assert len(keys) == len(set(keys))
        assert spec.column(spec.sort.removeprefix("-")) is not None
        assert all(one.key not in {"q", "sort", "cols", "at", "view"} for one in spec.filters)


def test_cell_shows_nothing_as_a_dash_and_numbers_with_marks() -> None:
    column = lists.Column("x", "x", lambda row: row)

    assert [str(list_views.draw_cell(column, value)) for value in (None, "", 12345, "a")] == ["–", "–", "12,345", "a"]
