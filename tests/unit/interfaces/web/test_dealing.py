"""Readers are dealt evenly: who has clearly more in hand than another lets a connection go."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from dianke.interfaces.web.dealing import Board, EvenDealing, deal_evenly, make_board

# Two processes that live as long as the test does.
OURS, THEIRS = os.getpid(), os.getppid()


class Desk:
    """A web process: while a request is in hand, `meanwhile` further ones come."""

    def __init__(self, path: Path) -> None:
        self.told: list[list[tuple[str, str]]] = []
        self.application = EvenDealing(self._answer, Board(path, process=OURS))
        self._meanwhile = 0

    def answer(self, *, meanwhile: int = 0) -> None:
        self._meanwhile = meanwhile
        self.application({}, self._start)

    def _start(self, status: str, headers: list[tuple[str, str]]) -> None:
        self.told.append(headers)

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        if self._meanwhile:
            self._meanwhile -= 1
            self.application({}, self._start)
        start("200 OK", [("Content-Type", "text/plain")])
        return [b"whole"]


def is_let_go(headers: list[tuple[str, str]]) -> bool:
    return ("Connection", "close") in headers


def test_with_two_more_than_the_other_connections_are_let_go(tmp_path: Path) -> None:
    path = make_board(tmp_path / "board")
    other, desk = Board(path, process=THEIRS), Desk(path)
    other.write(1)

    desk.answer(meanwhile=2)

    # The innermost answers first, with three in hand against one.
    assert [is_let_go(headers) for headers in desk.told] == [True, False, False]


def test_alone_keeps_every_connection(tmp_path: Path) -> None:
    desk = Desk(make_board(tmp_path / "board"))

    desk.answer(meanwhile=5)

    assert [is_let_go(headers) for headers in desk.told] == [False] * 6


def test_a_process_that_is_gone_counts_for_nothing_and_gives_its_place_up(tmp_path: Path) -> None:
    path = make_board(tmp_path / "board")
    gone = _number_of_nobody()
    Board(path, process=gone).write(0)

    desk = Desk(path)
    desk.answer(meanwhile=5)

    assert [is_let_go(headers) for headers in desk.told] == [False] * 6
    assert Board(path, process=THEIRS).find_least() == 0


def test_what_is_answered_is_no_longer_in_hand(tmp_path: Path) -> None:
    path = make_board(tmp_path / "board")
    desk = Desk(path)

    desk.answer(meanwhile=3)

    assert Board(path, process=THEIRS).find_least() == 0


def test_without_a_board_the_application_stays_as_it_is() -> None:
    def application(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        return [b""]

    assert deal_evenly(application, board=None) is application


def _number_of_nobody() -> int:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return child
