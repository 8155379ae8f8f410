"""The drawings of the machines are current, whatever version of Graphviz drew them, and show every state."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import msgspec
import pytest

from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.drawing import FOLDER, digest, digest_in, draw, main
from tomoe_es.machines.table import compile_table

DRAWINGS = Path(__file__).parents[3] / FOLDER


@pytest.mark.parametrize("name", TABLES)
def test_each_drawing_is_of_the_declaration_as_it_is_now(name: str) -> None:
    svg = (DRAWINGS / f"{name}.svg").read_text(encoding="utf-8")
    assert digest_in(svg) == digest(TABLES[name]), f"{name}.svg is of another declaration: run make docs"


@pytest.mark.parametrize("name", TABLES)
def test_each_drawing_shows_every_state(name: str) -> None:
    svg = ElementTree.fromstring((DRAWINGS / f"{name}.svg").read_text(encoding="utf-8"))
    texts = {each.text for each in svg.iter("{http://www.w3.org/2000/svg}text")}
    assert set(TABLES[name].machine.states) <= texts


def test_there_is_no_drawing_of_a_machine_that_is_gone() -> None:
    assert {path.stem for path in DRAWINGS.glob("*.svg")} == set(TABLES)


def test_a_changed_declaration_has_another_digest() -> None:
    machine = TABLES["worker"].machine
    *others, (trigger, *_) = machine.transitions
    changed = msgspec.structs.replace(machine, transitions=(*others, (trigger, "leased", "silent")))
    assert digest(compile_table(changed)) != digest(TABLES["worker"])


def test_drawing_them_again(tmp_path: Path) -> None:
    main([str(tmp_path / "states")])
    assert len(list((tmp_path / "states").glob("*.svg"))) == len(TABLES)
    assert digest_in(draw(TABLES["focus"])) == digest(TABLES["focus"])
