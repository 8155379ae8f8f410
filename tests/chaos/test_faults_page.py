"""`docs/faults.md` has a row for every fault and a column for every operation, and says what happens."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import msgspec
import pytest

from adapters.simulator.devices.faults import FAULT_KINDS
from adapters.simulator.script import DEVICES_WITH_FAULTS
from adapters.simulator.weather import SPELL_KINDS
from tests.chaos.cell import Result
from tests.chaos.expected import EXPECTED, moments_of
from tests.chaos.faults import FAULTS
from tests.chaos.operations import MOMENTS
from tests.chaos.table import PAGE, REAL_PROCESSES, ROOT, cell_text, violations_text
from tomoe_es.machines.norms import declared
from tomoe_es.recipe.operations import OPERATIONS

REFRESH = "run `make test-chaos`, which writes docs/faults.md"

PLAYED = (
    ("mount drop", "Exposure"),
    ("dome_slit freeze", "shutdown"),
    ("mirror_cover fail", "Exposure"),
    ("camera lie", "Exposure"),
    ("weather freeze", "Wait"),
    ("power fail", "Dithering"),
    ("weather: rain", "Assert"),
    ("executor killed", "Exposure"),
    ("executor killed, back at once", "Assert"),
    ("executor hangs", "Wait"),
    ("the log's disk full", "Wait"),
    ("reduction worker killed", "Assert"),
    ("lock set", "Dithering"),
    ("two people at the queue", "Wait"),
    ("abort", "Exposure"),
    ("emergency", "Wait"),
)
"""Cells that the usual tests play; `make test-chaos` plays all."""


@cache
def rows() -> dict[tuple[str, str], str]:
    """Cells of the committed page by fault and moment."""
    found: dict[tuple[str, str], str] = {}
    columns: list[str] = []
    for line in PAGE.read_text("utf-8").splitlines():
        cells = [each.strip() for each in line.strip("|").split("|")] if line.startswith("|") else []
        if cells[:1] == ["fault"]:
            columns = cells[1:]
        elif cells and not cells[0].startswith("---"):
            found |= {(cells[0], column): cell for column, cell in zip(columns, cells[1:], strict=False)}
    return found


@cache
def played() -> dict[tuple[str, str], Result]:
    """One night, walked once for all of them, in a process that may make copies of itself."""
    cells = [f"{fault}/{moment}" for fault, moment in PLAYED]
    command = [sys.executable, "-m", "tests.chaos.table", "--cells", *cells]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout
    results = msgspec.json.decode(told, type=dict[str, Result])
    return {tuple(name.split("/")): result for name, result in results.items()}  # type: ignore[misc]


@pytest.mark.parametrize("device", DEVICES_WITH_FAULTS)
@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_each_fault_of_each_device_has_its_row(device: str, kind: str) -> None:
    told = {moment for fault, moment in rows() if fault == f"{device} {kind}"}
    assert {each.name for each in MOMENTS} <= told, REFRESH


@pytest.mark.parametrize("kind", [each for each in SPELL_KINDS if each != "clear"])
def test_each_turn_of_the_weather_has_its_row(kind: str) -> None:
    assert (f"weather: {kind}", "Exposure") in rows(), REFRESH


def test_each_operation_of_the_recipe_language_has_its_column() -> None:
    assert set(OPERATIONS) <= {each.operation for each in MOMENTS}
    assert set(OPERATIONS) <= {moment for _, moment in rows()}, REFRESH


def test_what_is_expected_is_on_the_page() -> None:
    assert {each.name for each in FAULTS} == set(EXPECTED)
    for fault in FAULTS:
        assert rows()[fault.name, "violations"] == violations_text(fault), REFRESH


def test_each_violation_that_is_expected_is_declared() -> None:
    named = {name for each in EXPECTED.values() for name in each}
    assert named <= set(declared())
    known = {each.name for each in MOMENTS}
    assert all(moments_of(where) <= known for each in EXPECTED.values() for where in each.values())


@pytest.mark.xdist_group("cells of the faults page")
@pytest.mark.parametrize(("fault", "moment"), PLAYED)
def test_a_cell_is_played_as_the_page_tells_it(fault: str, moment: str) -> None:
    result = played()[fault, moment]

    assert result.broken == []
    assert cell_text(result) == rows()[fault, moment], REFRESH


@pytest.mark.parametrize(("name", "file", "test"), REAL_PROCESSES)
def test_what_the_page_refers_to_is_there(name: str, file: str, test: str) -> None:
    assert f"def {test}" in (ROOT / file).read_text("utf-8")
