"""dianke administrator: make the first administrator of a utility; there is no second one by this way."""

import argparse
import json

from dianke.application.administration.first_administrator import found_administrator
from dianke.kernel.clock import SystemClock
from dianke.platform.identity.types import Actor


def run(argv: list[str]) -> int:
    """Make the administrator and print their first password, which is shown nowhere again."""
    options = _parse(argv)
    first = found_administrator(
        actor=Actor.system("the first administrator is made on the command line"),
        login=options.login,
        name=options.name,
        utility_code=options.utility_code,
        utility_name=options.utility_name,
        at=SystemClock().now(),
    )
    if options.json:
        print(json.dumps({"login": first.person.login, "password": first.password}, ensure_ascii=False))
    else:
        print(f"{first.person.login}  {first.password}")
        print("Shown once. The first log-in asks for another password.")
    return 0


def _parse(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dianke administrator", description=__doc__)
    parser.add_argument("--login", required=True, type=_login, help="what they log in with")
    parser.add_argument("--name", required=True, type=_text)
    parser.add_argument("--utility-code", default="", type=str.strip, help="needed while the database has no utility")
    parser.add_argument("--utility-name", default="", type=str.strip, help="needed while the database has no utility")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args(argv)


def _login(text: str) -> str:
    login = _text(text)
    if len(login) > _LOGIN_LENGTH or not all(sign.isalnum() or sign in "._-" for sign in login):
        raise argparse.ArgumentTypeError(f"letters, digits, dots and dashes, {_LOGIN_LENGTH} at most")
    return login


def _text(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return text.strip()


_LOGIN_LENGTH = 40
