"""What is exported is the tree that was signed, as a tlog-tiles client reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tomoe_es.log.test_tamper import checkpoint, forge, live, write_night
from tomoe_es.errors import LogCorrupt
from tomoe_es.log import merkle
from tomoe_es.log.sealing import seal
from tomoe_es.log.signed_note import Checkpoint, read_verifier
from tomoe_es.log.tiles_export import export_tiles
from tomoe_es.log.tree import tile_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two nights of 400 and 300 events, the first one sealed."""
    path = tmp_path / "log"
    for night, count in enumerate([400, 300]):
        write_night(path, night, count)
    seal(path, "2023-12-12")
    return path


def entries(bundle: bytes) -> list[bytes]:
    found = []
    while bundle:
        end = 2 + int.from_bytes(bundle[:2], "big")
        found.append(bundle[2:end])
        bundle = bundle[end:]
    return found


def test_a_client_comes_from_the_entries_to_the_signed_root(folder: Path, tmp_path: Path) -> None:
    checkpoint(folder)
    to = tmp_path / "www"
    assert export_tiles(folder, to) == 700
    note = read_verifier((folder / "checkpoint.vkey").read_text()).open((to / "checkpoint").read_text())
    leaves, hashes = [], b""
    for index, width in ((0, 256), (1, 256), (2, 188)):
        leaves += entries((to / tile_path("entries", index, width)).read_bytes())
        hashes += (to / tile_path(0, index, width)).read_bytes()
    assert hashes == b"".join(map(merkle.leaf_hash, leaves))
    assert merkle.any_root([merkle.leaf_hash(leaf) for leaf in leaves]) == Checkpoint.parse(note).root
    roots = [merkle.any_root([merkle.leaf_hash(leaf) for leaf in leaves[at : at + 256]]) for at in (0, 256)]
    assert (to / tile_path(1, 0, 2)).read_bytes() == b"".join(roots)
    assert sorted(str(path.relative_to(to)) for path in to.rglob("*") if path.is_file()) == [
        "checkpoint",
        "tile/0/000",
        "tile/0/001",
        "tile/0/002.p/188",
        "tile/1/000.p/2",
        "tile/entries/000",
        "tile/entries/001",
        "tile/entries/002.p/188",
    ]


def test_an_export_goes_on_where_the_last_one_ended(folder: Path, tmp_path: Path) -> None:
    checkpoint(folder)
    export_tiles(folder, tmp_path / "www")
    kept = (tmp_path / "www" / tile_path(0, 1)).stat().st_mtime_ns
    write_night(folder, 2, 100)
    checkpoint(folder)
    assert export_tiles(folder, tmp_path / "www") == 800
    assert (tmp_path / "www" / tile_path(0, 1)).stat().st_mtime_ns == kept
    assert (tmp_path / "www" / tile_path(0, 2)).exists()


def test_what_was_not_signed_is_not_exported(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no checkpoint yet"):
        export_tiles(folder, tmp_path / "www")
    checkpoint(folder)
    forge(live(folder, 2), "UPDATE event SET time = time + 1 WHERE position = 500")
    with pytest.raises(LogCorrupt, match="not the one of its checkpoint"):
        export_tiles(folder, tmp_path / "www")
