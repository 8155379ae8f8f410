"""Which ways to people are configured: by the environment, or in a file that only its owner can read."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import msgspec

from adapters.notifications.by_apprise import AppriseChannel
from adapters.notifications.channel import Channel
from adapters.notifications.slack import SlackWebhook
from tomoe_es.errors import TomoeError, UsageError

ENVIRONMENT = "TOMOE_SLACK_WEBHOOK"


class NotifyFileExposed(TomoeError):
    """Others than its owner can read the file with the secret addresses."""

    what_to_do = "chmod 600 the file; if others may have read it, have the webhook made anew"


class NotifyFileInvalid(UsageError):
    """The file with the addresses can't be read as what it should be."""

    what_to_do = "write one address a line: slack URL, or apprise URL"


class NobodyToTell(UsageError):
    """No way to people is configured."""

    what_to_do = "set TOMOE_SLACK_WEBHOOK, or name a file of addresses with --notify"


class Addresses(msgspec.Struct, frozen=True):
    """Addresses, which are secrets: this is never printed, and has no readable form."""

    slack: tuple[str, ...] = ()
    apprise: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.slack or self.apprise)

    def __repr__(self) -> str:
        return f"Addresses(slack: {len(self.slack)}, apprise: {len(self.apprise)})"

    def channels(self) -> list[Channel]:
        """The channels to these addresses; raises what a person can mend about an address."""
        apprise = [AppriseChannel(url, number) for number, url in enumerate(self.apprise, start=1)]
        return [*(SlackWebhook(url) for url in self.slack), *apprise]


def addresses(file: Path | None) -> Addresses:
    """Those of the file, and the webhook of the environment; empty when there is neither."""
    found = _read(file) if file is not None else Addresses()
    webhook = os.environ.get(ENVIRONMENT, "").strip()
    if webhook and not found.slack:
        found = Addresses((webhook,), found.apprise)
    if len(found.slack) > 1:
        raise NotifyFileInvalid(f"{file}: one slack address is enough; use apprise for more")
    return found


def _read(file: Path) -> Addresses:
    try:
        mode = stat.S_IMODE(file.stat().st_mode)
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise NotifyFileInvalid(f"{file} can't be read ({type(error).__name__}): check the path") from error
    if mode & 0o077:
        raise NotifyFileExposed(f"others can read {file}, which holds secrets: chmod 600 {file}")
    by_kind: dict[str, list[str]] = {"slack": [], "apprise": []}
    for number, line in enumerate(text.splitlines(), start=1):
        kind, _, address = line.strip().partition(" ")
        if not kind or kind.startswith("#"):
            continue
        if kind not in by_kind or not address.strip():
            raise NotifyFileInvalid(f"{file}:{number}: write 'slack URL' or 'apprise URL'")
        by_kind[kind].append(address.strip())
    return Addresses(tuple(by_kind["slack"]), tuple(by_kind["apprise"]))
