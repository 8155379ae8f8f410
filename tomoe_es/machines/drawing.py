"""Draws each machine from its declaration into `docs/states/`, through Graphviz's `dot`.

Each drawing carries the digest of the DOT text that it was made from, so that a test can tell whether it is
current without drawing it again: another version of Graphviz draws the same text a little differently.
"""

from __future__ import annotations

import hashlib
import html
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tomoe_es.errors import TomoeError
from tomoe_es.machines.catalogue import TABLES
from tomoe_es.machines.table import Table

FOLDER = Path("docs/states")
_DIGEST = "<!-- drawn from the declaration with sha256 "
_MANY, _MANY_DEPARTURES = 5, 2
"""What leads from so many states to one is drawn once, from a point that names or counts them."""
_STYLE = """\
  graph [rankdir=LR, nodesep=0.35, ranksep=0.9, fontname="Helvetica", bgcolor="white", pad=0.2]
  node [shape=box, style="rounded,filled", fillcolor="#eef3f8", color="#3b5b7a", fontname="Helvetica",
        fontsize=13, margin="0.16,0.09"]
  edge [fontname="Helvetica", fontsize=11, color="#5a6b7b", fontcolor="#2b3a48", arrowsize=0.7]"""
_DEPARTURE = 'style=dashed, color="#b3261e", fontcolor="#b3261e"'


class NotDrawn(TomoeError):
    """Graphviz is missing, or does not understand the text."""

    what_to_do = "install Debian's package `graphviz`, as `make setup` does"


def dot_text(table: Table) -> str:
    """The machine as a graph: normal ways in full lines, departures that have a name dashed.

    Ways that stay in their state are left out; the reference page lists them.
    """
    machine = table.machine
    lines = [f"digraph {machine.name} {{", _STYLE]
    lines += ['  begin [shape=circle, label="", width=0.16, style=filled, fillcolor="#3b5b7a"]']
    lines += [f'  "{state}"{_shape(table, state)}' for state in machine.states]
    lines += [f'  begin -> "{machine.initial}"']
    lines += [
        *_arrows(_normal(table), _MANY, ""),
        *_arrows(_named_departures(table), _MANY_DEPARTURES, _DEPARTURE),
    ]
    return "\n".join([*lines, "}", ""])


def digest(table: Table) -> str:
    """Of the text that the drawing is made from."""
    return hashlib.sha256(dot_text(table).encode()).hexdigest()


def digest_in(svg: str) -> str:
    """Digest that a drawing carries; empty when it carries none."""
    _, found, rest = svg.partition(_DIGEST)
    return rest[:64] if found else ""


def draw(table: Table) -> str:
    """The drawing as SVG; raises NotDrawn where `dot` is missing or fails."""
    try:
        done = subprocess.run(
            ["dot", "-Tsvg"], input=dot_text(table), capture_output=True, text=True, check=True
        )
    except FileNotFoundError:
        raise NotDrawn(
            "the program 'dot' is missing: install Graphviz (deploy/install-debian-packages.sh)"
        ) from None
    except subprocess.CalledProcessError as error:
        raise NotDrawn(f"machine '{table.machine.name}': dot says: {error.stderr.strip()}") from error
    start = done.stdout.index("<svg")
    return f"{_DIGEST}{digest(table)} -->\n{_without_comments(done.stdout[start:])}"


Ways = dict[tuple[str, str], list[str]]
"""Labels by dest and kind of source: (trigger or name, dest) to the states that it leads from."""


def _normal(table: Table) -> Ways:
    ways: Ways = {}
    for trigger, step in table.steps.items():
        for source, dest in step.dests.items():
            if source != dest:
                ways.setdefault((trigger, dest), []).append(source)
    return ways


def _named_departures(table: Table) -> Ways:
    ways: Ways = {}
    for step in table.steps.values():
        for source, (departure, dest) in step.departures.items():
            if source != dest and source not in ways.get((departure.name, dest), ()):
                ways.setdefault((departure.name, dest), []).append(source)
    return ways


def _arrows(ways: Ways, many: int, style: str) -> Iterator[str]:
    """One arrow for each pair of states, with all its labels; one from a point for those of many states."""
    arrows: dict[tuple[str, str], list[str]] = {}
    points: dict[str, str] = {}
    for (label, dest), sources in ways.items():
        if len(sources) >= many:
            point = f"from {len(points)} {bool(style)}"
            points[point] = ",\\n".join(sources) if len(sources) < _MANY else f"{len(sources)} states"
            sources = [point]
        for source in sources:
            arrows.setdefault((source, dest), []).append(label)
    look = f", {style}" if style else ""
    for point, text in points.items():
        yield f'  "{point}" [shape=plaintext, style="", fontsize=11, label="{text}"{_text_colour(style)}]'
    for (source, dest), labels in arrows.items():
        text = "\\n".join(html.escape(label, quote=False) for label in labels)
        yield f'  "{source}" -> "{dest}" [label="{text}"{look}]'


def _text_colour(style: str) -> str:
    return ', fontcolor="#b3261e"' if style else ', fontcolor="#2b3a48"'


def _shape(table: Table, state: str) -> str:
    """States that a thing can't leave, or that are forgotten, have a double frame."""
    leaves = any(step.dests.get(state, state) != state for step in table.steps.values())
    return "" if leaves and state not in table.machine.forgotten else " [peripheries=2]"


def _without_comments(svg: str) -> str:
    """Graphviz repeats every name in a comment, and HTML does not allow `--` in it."""
    parts = [part.partition("-->")[2] if index else part for index, part in enumerate(svg.split("<!--"))]
    return "".join(parts).strip() + "\n"


def main(arguments: list[str]) -> None:
    """Draw all machines into the folder named, or into its place below the current folder."""
    folder = Path(arguments[0]) if arguments else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in TABLES.items():
        (folder / f"{name}.svg").write_text(draw(table), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
