"""Whatever Apprise reaches: mail, Teams, Matrix, Telegram, ...; an optional package."""

from __future__ import annotations

import logging
from typing import Any, Final

from adapters.notifications.channel import DELIVERED, Outcome
from tomoe_es.errors import TomoeError, UsageError
from tomoe_es.events.monitor import Severity

_KINDS: Final[dict[Severity, str]] = {
    "notice": "info",
    "warning": "warning",
    "serious": "failure",
    "critical": "failure",
}


class AppriseMissing(TomoeError):
    """An address for Apprise is given, and Apprise is not installed."""

    what_to_do = "pip install 'tomoe-es[apprise]'"


class AppriseAddressInvalid(UsageError):
    """Apprise does not know this kind of address."""

    what_to_do = "see the list of addresses in the documentation of Apprise"


class AppriseChannel:
    """One address (`adapters.notifications.channel.Channel`); it may hold a password, and is never told."""

    def __init__(self, url: str, number: int = 1) -> None:
        try:
            import apprise
        except ModuleNotFoundError as error:
            raise AppriseMissing(
                "to send by Apprise it must be installed: pip install 'tomoe-es[apprise]'"
            ) from error
        logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # it logs addresses
        self.name = f"apprise {number}"
        self._apprise: Any = apprise.Apprise()
        if not self._apprise.add(url):
            kind = url.partition("://")[0] if "://" in url else "it"
            raise AppriseAddressInvalid(f"Apprise does not know this address ({kind}): see its documentation")

    def send(self, text: str, severity: Severity) -> Outcome:
        """Deliver one text. Apprise says only whether it worked, so a failed one may have arrived."""
        try:
            delivered = self._apprise.notify(body=text, notify_type=_KINDS[severity])
        except Exception as error:  # noqa: BLE001 - its many services raise many kinds; none may hold the others up
            return Outcome(
                delivered=False, message=f"Apprise: {type(error).__name__}", perhaps_delivered=True
            )
        if delivered:
            return DELIVERED
        return Outcome(delivered=False, message="Apprise could not deliver it", perhaps_delivered=True)
