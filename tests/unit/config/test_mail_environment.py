"""Where mail goes is read from the environment, with the password from a file."""

from pathlib import Path

import pytest

from dianke.config.env import EnvironmentFault, MailServer, read_environment


def test_address_names_host_port_user_and_security(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n", "utf-8")
    monkeypatch.setenv("DIANKE_SMTP_URL", "smtp+starttls://dianke%40example.org@mail.example.org:587")
    monkeypatch.setenv("DIANKE_SMTP_PASSWORD_FILE", str(tmp_path / "password"))
    monkeypatch.setenv("DIANKE_MAIL_FROM", "billing@example.org")

    mail = read_environment().mail

    assert mail == MailServer(
        "mail.example.org", 587, "dianke@example.org", "s3cret", "starttls", "billing@example.org"
    )


@pytest.mark.parametrize(("url", "sender", "named"), [
    ("http://mail", "a@b", "DIANKE_SMTP_URL"), ("smtp://mail", "nobody", "DIANKE_MAIL_FROM"),
])  # fmt: skip
def test_what_is_no_mail_server_is_refused_by_name(url: str, sender: str, named: str) -> None:
    with pytest.raises(EnvironmentFault, match=named):
        MailServer.parse(url, password="", sender=sender)


def test_without_an_address_there_is_no_mail_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DIANKE_SMTP_URL", raising=False)

    assert read_environment().mail == MailServer()
