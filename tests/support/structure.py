"""The packages as the code's own imports draw them: `make structure` prints files, floors, arrows and circles.

A sub-package is a folder in a package; a module that lies in the package itself stands for itself. An arrow is an
import by another sub-package; a floor holds what imports only from the floors below.
"""

import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("scenarios", "review", "storage", "recorder", "webapp", "demo")

Graph = Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Module:
    """One file of a package: its dotted name, and everything that it imports, wherever in it."""

    name: str
    place: str
    tree: ast.Module
    imports: frozenset[str]


@dataclass(frozen=True)
class Codebase:
    """The modules of all packages below `root`."""

    root: Path
    packages: tuple[str, ...] = PACKAGES

    @cached_property
    def modules(self) -> dict[str, Module]:
        paths = {
            _name(path.relative_to(self.root)): path
            for one in self.packages
            for path in (self.root / one).rglob("*.py")
        }
        found = {}
        for name, path in paths.items():
            tree = ast.parse(path.read_text())
            imports = frozenset(_imports(tree, name, path.name == "__init__.py", paths.keys()))
            found[name] = Module(name, path.relative_to(self.root).as_posix(), tree, imports)
        return found

    @cached_property
    def files(self) -> dict[str, set[str]]:
        """The arrows between modules."""
        return {name: set(one.imports & self.modules.keys()) - {name} for name, one in self.modules.items()}

    @cached_property
    def sub_packages(self) -> dict[str, set[str]]:
        """The arrows between sub-packages."""
        found: dict[str, set[str]] = {}
        for name, others in self.files.items():
            inside = {sub_package(other) for other in others} - {sub_package(name)}
            found.setdefault(sub_package(name), set()).update(inside)
        return found


def sub_package(name: str) -> str:
    """The sub-package of a module, such as `storage.exam`."""
    return ".".join(name.split(".")[:2])


def within(graph: Graph, package: str) -> dict[str, set[str]]:
    """What of a graph lies in one package."""
    inside = {name for name in graph if name.split(".")[0] == package}
    return {name: set(graph[name]) & inside for name in inside}


def circle(graph: Graph) -> list[str]:
    """One circle of arrows, empty when there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def floors(graph: Graph) -> list[list[str]]:
    """The names by floor, the lowest first. Raises CycleError where there is a circle."""
    height: dict[str, int] = {}
    for name in TopologicalSorter(graph).static_order():
        height[name] = 1 + max((height[other] for other in graph[name]), default=-1)
    return [
        sorted(name for name in height if height[name] == floor)
        for floor in range(max(height.values(), default=-1) + 1)
    ]


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _imports(tree: ast.Module, name: str, is_package: bool, modules: Collection[str]) -> Iterator[str]:
    """Everything that a module imports: `from storage.base import audit` imports storage.base.audit."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = name.split(".") + ([""] if is_package else [])
                base = ".".join([*parts[: -node.level], *([base] if base else [])])
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                yield inner if inner in modules else base


def lines(codebase: Codebase) -> Iterator[str]:
    """Each package in words, and the floors of its sub-packages."""
    for package in codebase.packages:
        files, parts = within(codebase.files, package), within(codebase.sub_packages, package)
        folders = {path.parent.name for path in (codebase.root / package).glob("*/*.py")}
        yield f"{package}: {_figures(f'{len(files)} files', files)}"
        if folders and not circle(parts):
            yield f"  {_figures(f'{len(folders)} sub-packages, {len(parts)} with the modules beside them,', parts)}"
            for height, names in reversed(list(enumerate(floors(parts), 1))):
                yield f"    {height:>2}  {', '.join(name.partition('.')[2] or '(the package)' for name in names)}"


def _figures(what: str, graph: Graph) -> str:
    arrows = sum(map(len, graph.values()))
    if found := circle(graph):
        return f"{what} with {arrows} arrows and a circle: {' -> '.join(found)}"
    return f"{what} on {len(floors(graph))} floors, {arrows} arrows, no circle"


if __name__ == "__main__":
    print(*lines(Codebase(Path(sys.argv[1]) if sys.argv[1:] else ROOT)), sep="\n")
