"""Work on a thread of its own, which is waited for only so long."""

from __future__ import annotations

import threading

import pytest

from adapters.aside import Aside

PATIENCE_SECONDS = 60.0


def test_work_that_is_done_soon_is_there_at_once() -> None:
    aside = Aside(PATIENCE_SECONDS)
    assert aside.do(lambda: 7).result() == 7
    assert not aside.busy


def test_its_error_is_that_of_who_asks_for_the_result() -> None:
    aside = Aside(PATIENCE_SECONDS)
    work = aside.do(lambda: 1 // 0)
    assert not aside.busy
    with pytest.raises(ZeroDivisionError):
        work.result()


def test_work_that_hangs_is_left_to_itself() -> None:
    aside, goes_on = Aside(0.0), threading.Event()
    work = aside.do(goes_on.wait)
    assert aside.busy
    goes_on.set()
    assert work.result(PATIENCE_SECONDS)
    assert not aside.busy
