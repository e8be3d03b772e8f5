"""The collector rests as long as anybody needs it to, and works again afterwards."""

import gc

import pytest

from dianke.platform.collector import collector_at_rest


def test_rests_until_the_outer_of_two_is_done() -> None:
    with collector_at_rest():
        with collector_at_rest():
            inner = gc.isenabled()
        between = gc.isenabled()

    assert (inner, between, gc.isenabled()) == (False, False, True)


def test_works_again_after_a_failure() -> None:
    with pytest.raises(LookupError), collector_at_rest():
        raise LookupError

    assert gc.isenabled()


def test_stays_off_where_it_was_off() -> None:
    gc.disable()
    try:
        with collector_at_rest():
            pass

        assert not gc.isenabled()
    finally:
        gc.enable()
