"""What a benchmark takes from another is there: they are run by hand, some with more than is installed."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "benchmarks").rglob("*.py"))


def names_of(module: str) -> set[str]:
    """What a module of the benchmarks defines or imports, or the modules of a package."""
    path = ROOT / Path(*module.split("."))
    found = {each.stem for each in path.glob("*.py")} | {each.name for each in path.glob("*/")}
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.parse(source.read_text("utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.Assign(targets=targets):
                found |= {
                    each.id for target in targets for each in ast.walk(target) if isinstance(each, ast.Name)
                }
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case ast.Import(names=names) | ast.ImportFrom(names=names):
                found |= {each.asname or each.name for each in names}
            case _:
                pass
    return found


@pytest.mark.parametrize("file", FILES, ids=[str(each.relative_to(ROOT)) for each in FILES])
def test_what_it_imports_from_the_benchmarks_is_there(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("benchmarks"):
            assert {each.name for each in node.names} <= names_of(node.module or ""), node.module
