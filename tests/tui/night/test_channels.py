"""Where the secret addresses come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.night.channels import ENVIRONMENT, Addresses, NotifyFileExposed, NotifyFileInvalid, addresses

HOOK = "https://hooks.slack.com/services/T0/B0/secret"


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)


def written(tmp_path: Path, text: str, mode: int = 0o600) -> Path:
    file = tmp_path / "addresses"
    file.write_text(text)
    file.chmod(mode)
    return file


def test_without_any_nobody_is_told() -> None:
    assert not addresses(None)


def test_the_webhook_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, HOOK)
    assert addresses(None) == Addresses((HOOK,))


def test_a_file_holds_one_address_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, "https://hooks.slack.com/services/other")
    file = written(tmp_path, f"# the team\nslack {HOOK}\n\napprise json://127.0.0.1\napprise json://[::1]\n")
    assert addresses(file) == Addresses((HOOK,), ("json://127.0.0.1", "json://[::1]"))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(NotifyFileExposed, match="chmod 600"):
        addresses(written(tmp_path, f"slack {HOOK}\n", mode))


@pytest.mark.parametrize("text", [HOOK, "slack", "teams https://x", f"slack {HOOK}\nslack {HOOK}"])
def test_what_can_be_no_list_of_addresses_is_refused_without_telling_them(tmp_path: Path, text: str) -> None:
    with pytest.raises(NotifyFileInvalid) as told:
        addresses(written(tmp_path, text))
    assert "secret" not in str(told.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotifyFileInvalid, match="nowhere"):
        addresses(tmp_path / "nowhere")


def test_addresses_are_not_printed() -> None:
    assert "secret" not in f"{Addresses((HOOK,), ('mailto://me:secret@x',))!r} {Addresses((HOOK,))}"
