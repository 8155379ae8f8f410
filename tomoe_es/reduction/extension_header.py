"""The header of an extension from its cards, nearly all of which are the same in each product of a kind."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

from astropy.io import fits

Card: TypeAlias = tuple[str, object] | tuple[str, object, str]


def extension_header(cards: Iterable[Card]) -> fits.Header:
    """A header of these cards, to which others may be added; those given must not be changed in it."""
    return fits.Header(
        [known_card(*card) if isinstance(card[1], str | int) else fits.Card(*card) for card in cards]
    )


@lru_cache(maxsize=1024, typed=True)
def known_card(keyword: str, value: str | int, comment: str | None = None) -> fits.Card:
    """A card as it is written, kept: to write it down takes 40 microseconds, and a product has 120 of these.

    A number with a fraction isn't kept, since 0.0 would be taken for -0.0. It must not be changed later.
    """
    card = fits.Card.fromstring(str(fits.Card(keyword, value, comment)))
    str(card)
    return card
