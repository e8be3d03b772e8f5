"""Log-in, home, search, errors, language and theme."""

import pytest
from django.test import Client
from tests.module.interfaces.web.conftest import PASSWORD

from dianke.platform.identity.models import Staff


class TestLogIn:
    def test_page_asks_for_the_log_in_and_comes_back_afterwards(self, reviewer: Staff, visitor: Client) -> None:
        asked = visitor.get("/search/", {"q": "1"})
        answered = visitor.post("/login/", {"login": reviewer.login, "password": PASSWORD, "next": "/search/?q=1"})

        assert asked.headers["Location"] == "/login/?next=%2Fsearch%2F%3Fq%3D1"
        assert answered.headers["Location"] == "/search/?q=1"
        assert visitor.get("/").status_code == 200

    def test_wrong_password_is_refused_and_what_was_typed_stays(self, reviewer: Staff, visitor: Client) -> None:
        answer = visitor.post("/login/", {"login": "YZ10427", "password": "a guess"})

        assert answer.status_code == 422
        assert 'value="YZ10427"' in answer.content.decode()
        assert "a guess" not in answer.content.decode()
        assert visitor.get("/").status_code == 302

    def test_person_who_left_cannot_log_in(self, reviewer: Staff, visitor: Client) -> None:
        reviewer.active = False
        reviewer.save()

        answer = visitor.post("/login/", {"login": reviewer.login, "password": PASSWORD})

        assert answer.status_code == 422

    def test_foreign_address_is_not_followed(self, reviewer: Staff, visitor: Client) -> None:
        answer = visitor.post(
            "/login/", {"login": reviewer.login, "password": PASSWORD, "next": "https://example.org/"}
        )

        assert answer.headers["Location"] == "/"

    def test_session_gets_a_new_key(self, reviewer: Staff, visitor: Client) -> None:
        visitor.get("/login/")
        before = visitor.session.session_key

        visitor.post("/login/", {"login": reviewer.login, "password": PASSWORD})

        assert visitor.session.session_key != before

    def test_change_of_password_ends_other_sessions(self, reviewer: Staff, client_of_reviewer: Client) -> None:
        reviewer.set_password("another long password")
        reviewer.save()

        assert client_of_reviewer.get("/").status_code == 302

    def test_log_out_ends_the_session(self, client_of_reviewer: Client) -> None:
        client_of_reviewer.post("/logout/")

        assert client_of_reviewer.get("/").status_code == 302

    def test_log_out_needs_a_form(self, client_of_reviewer: Client) -> None:
        assert client_of_reviewer.get("/logout/").status_code == 405
        assert client_of_reviewer.get("/").status_code == 200

    def test_fragment_sends_the_whole_page_to_the_log_in(self, visitor: Client) -> None:
        answer = visitor.get("/search/?q=1", headers={"HX-Request": "true"})

        assert answer.status_code == 401
        assert answer.headers["HX-Redirect"] == "/login/"

    def test_form_of_another_session_is_refused_in_words(self, reviewer: Staff) -> None:
        answer = Client(enforce_csrf_checks=True).post("/login/", {"login": reviewer.login, "password": PASSWORD})

        assert answer.status_code == 403
        assert "请重新打开页面再办理" in answer.content.decode()


class TestFrame:
    def test_home_names_the_person_the_posts_and_the_utility(self, client_of_reviewer: Client) -> None:
        page = client_of_reviewer.get("/").content.decode()

        assert "沈知禾" in page
        assert "核算审核员" in page
        assert "云泽供电公司" in page
        assert '<html lang="zh-CN" data-bs-theme="light">' in page

    def test_policy_lets_nothing_run_inline(self, client_of_reviewer: Client) -> None:
        policy = dict(
            directive.split(" ", 1)
            for directive in client_of_reviewer.get("/").headers["Content-Security-Policy"].split("; ")
        )

        assert policy == {
            "default-src": "'self'",
            "script-src": "'self'",
            "style-src": "'self'",
            "style-src-attr": "'unsafe-inline'",
            "img-src": "'self' data: blob:",
            "font-src": "'self' data:",
            "worker-src": "'self' blob:",
            "object-src": "'none'",
            "base-uri": "'none'",
            "form-action": "'self'",
            "frame-ancestors": "'none'",
        }

    def test_page_is_not_kept_by_the_browser(self, client_of_reviewer: Client) -> None:
        assert client_of_reviewer.get("/").headers["Cache-Control"] == "private, no-store"

    def test_theme_is_written_into_the_page_by_the_server(self, client_of_reviewer: Client) -> None:
        answer = client_of_reviewer.post("/theme/", {"theme": "dark", "next": "/search/"})

        assert answer.headers["Location"] == "/search/"
        assert 'data-bs-theme="dark"' in client_of_reviewer.get("/").content.decode()

    def test_unknown_theme_changes_nothing(self, client_of_reviewer: Client) -> None:
        client_of_reviewer.post("/theme/", {"theme": '"><script>'})

        assert 'data-bs-theme="light"' in client_of_reviewer.get("/").content.decode()

    def test_language_is_switched_by_choice_and_not_by_the_browser(self, client_of_reviewer: Client) -> None:
        before = client_of_reviewer.get("/", headers={"Accept-Language": "en"}).content.decode()
        client_of_reviewer.post("/language/", {"language": "en", "next": "/"})
        after = client_of_reviewer.get("/").content.decode()

        assert "我的工作" in before
        assert "My work" in after
        assert '<html lang="en"' in after

    def test_language_goes_with_the_person_to_another_computer(
        self, client_of_reviewer: Client, reviewer: Staff
    ) -> None:
        client_of_reviewer.post("/language/", {"language": "en", "next": "/"})
        elsewhere = Client()
        # Somebody who reads Chinese sat there before.
        elsewhere.cookies["django_language"] = "zh-hans"

        elsewhere.post("/login/", {"login": reviewer.login, "password": PASSWORD})

        reviewer.refresh_from_db()
        assert reviewer.language == "en"
        assert "My work" in elsewhere.get("/").content.decode()

    def test_language_of_the_log_in_page_is_kept_for_nobody(self, reviewer: Staff, visitor: Client) -> None:
        visitor.post("/language/", {"language": "en", "next": "/login/"})

        reviewer.refresh_from_db()
        assert reviewer.language == "zh-hans"
        assert '<html lang="en"' in visitor.get("/login/").content.decode()

    def test_unknown_language_changes_nothing(self, client_of_reviewer: Client, reviewer: Staff) -> None:
        client_of_reviewer.post("/language/", {"language": "xx", "next": "/"})

        reviewer.refresh_from_db()
        assert reviewer.language == "zh-hans"

    def test_search_answers_htmx_with_hits_and_others_with_a_page(self, client_of_reviewer: Client) -> None:
        fragment = client_of_reviewer.get("/search/?q=我的", headers={"HX-Request": "true"}).content.decode()
        page = client_of_reviewer.get("/search/?q=我的").content.decode()

        assert fragment.lstrip().startswith('<div class="hit-group"')
        assert "<!doctype html>" not in fragment
        assert "<!doctype html>" in page
        assert 'href="/"' in fragment

    def test_search_escapes_what_was_typed(self, client_of_reviewer: Client) -> None:
        page = client_of_reviewer.get("/search/", {"q": "<script>x"}).content.decode()

        assert "<script>x" not in page
        assert "&lt;script&gt;x" in page

    def test_request_carries_its_number_and_takes_only_a_harmless_one(self, visitor: Client) -> None:
        taken = visitor.get("/login/", headers={"X-Request-ID": "0123456789abcdef"})
        made = visitor.get("/login/", headers={"X-Request-ID": "<b>"})

        assert taken.headers["X-Request-ID"] == "0123456789abcdef"
        assert len(made.headers["X-Request-ID"]) == 32


@pytest.mark.urls("tests.module.interfaces.web.refusing_urls")
class TestErrors:
    def test_refusal_is_told_in_chinese_with_its_code(self, client_of_reviewer: Client) -> None:
        answer = client_of_reviewer.get("/refuse/")

        assert answer.status_code == 409
        assert "批次 JS-1 不能发行：93" in answer.content.decode()
        assert "test.run_not_ready" in answer.content.decode()

    def test_missing_right_is_named(self, client_of_reviewer: Client) -> None:
        answer = client_of_reviewer.get("/refuse-right/")

        assert answer.status_code == 403
        assert "YZ10427 没有“发行他人核算的批次”的权限" in answer.content.decode()

    def test_unknown_address_stays_in_the_frame(self, client_of_reviewer: Client) -> None:
        answer = client_of_reviewer.get("/nowhere/")

        assert answer.status_code == 404
        assert "没有找到" in answer.content.decode()
        assert 'class="side' in answer.content.decode()

    def test_unknown_address_tells_a_visitor_nothing_of_the_menu(self, visitor: Client) -> None:
        answer = visitor.get("/nowhere/")

        assert answer.status_code == 404
        assert 'class="side' not in answer.content.decode()

    @pytest.mark.filterwarnings("ignore")
    def test_fault_gives_the_number_to_report(self, client_of_reviewer: Client) -> None:
        client_of_reviewer.raise_request_exception = False

        answer = client_of_reviewer.get("/break/", headers={"X-Request-ID": "fault-0001"})

        assert answer.status_code == 500
        assert "fault-0001" in answer.content.decode()
        assert "broken on purpose" not in answer.content.decode()
