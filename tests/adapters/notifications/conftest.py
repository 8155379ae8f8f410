"""A webhook on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.adapters.notifications.webhook_server import Webhook, a_webhook


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with a_webhook() as opened:
        yield opened
