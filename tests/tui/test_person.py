"""Who uses the command line."""

from __future__ import annotations

import os
import pwd

import pytest

from tui.person import person


def test_it_is_the_login_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "morokuma")
    assert person() == "morokuma"


@pytest.mark.parametrize("error", [KeyError, OSError])
def test_a_user_without_a_name_has_a_number(monkeypatch: pytest.MonkeyPatch, error: type[Exception]) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def unknown(uid: int) -> None:
        raise error(f"uid not found: {uid}")

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert person() == f"uid {os.getuid()}"
