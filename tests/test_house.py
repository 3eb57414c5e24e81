"""The house rules: arrows between rooms run down only, no circles, and a library is used only in its own room.

No circle of modules, and none of the folders of a room either, each taken as one.
"""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "scenarios": set(),
    "review": set(),
    "storage": {"scenarios", "review"},
    "recorder": {"scenarios", "review", "storage"},
    "webapp": {"scenarios", "review", "storage"},
    "demo": {"scenarios", "review", "storage", "recorder", "webapp"},
}
"""The rooms, and the other rooms that each may know of; and the demo beside them, which none of them knows of."""

ONLY_IN = {
    **dict.fromkeys(("flask", "flask_login", "flask_wtf", "flask_limiter", "werkzeug", "wtforms"), "webapp"),
    **dict.fromkeys(("typst", "segno", "icalendar"), "webapp"),
    **dict.fromkeys(("aiortc", "av", "ffmpeg", "imageio_ffmpeg", "aiohttp", "uvloop"), "recorder"),
    **dict.fromkeys(("boto3", "botocore", "celery", "kombu", "cryptography"), "storage"),
    **dict.fromkeys(("numpy", "scipy", "rapidfuzz"), "review"),
}
"""Libraries that belong to one room; the demo, which draws films and fills pages, may use them too."""

ENVIRONMENT = "storage/base/config.py"
"""The one file that reads environment variables."""


def faults(root: Path) -> list[str]:
    """Every breach of the house rules in the rooms below `root`, one sentence each."""
    modules = {_name(path.relative_to(root)): path for room in MAY_IMPORT for path in (root / room).rglob("*.py")}
    graph: dict[str, set[str]] = {}
    found = []
    for name, path in modules.items():
        room, place = name.split(".")[0], path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text())
        imported = set(_imports(tree, name, path.name == "__init__.py", modules.keys()))
        graph[name] = {other for other in imported if other in modules and other != name}
        tops = {other.split(".")[0] for other in imported}
        for other in sorted(tops & MAY_IMPORT.keys() - MAY_IMPORT[room] - {room}):
            found.append(f"{place} imports {other}")
        for library in sorted(tops & ONLY_IN.keys()):
            if room not in (ONLY_IN[library], "demo"):
                found.append(f"{place} uses {library}, which belongs in {ONLY_IN[library]}")
        if place != ENVIRONMENT and _reads_environment(tree):
            found.append(f"{place} reads the environment")
    circles = [*_circles(graph), *_circles(_by_folder(graph))]
    return found + [f"circle: {' -> '.join(circle)}" for circle in circles]


def _by_folder(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The same arrows between the folders in a room; a module that lies in the room itself stands for itself."""
    folders: dict[str, set[str]] = {}
    for name, others in graph.items():
        folder = _folder(name)
        folders.setdefault(folder, set()).update(_folder(other) for other in others if _folder(other) != folder)
    return folders


def _folder(name: str) -> str:
    return ".".join(name.split(".")[:2])


def _name(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _imports(tree: ast.Module, name: str, is_package: bool, modules) -> Iterator[str]:
    """Everything that a module imports, wherever in it: `from storage.base import audit` imports storage.base.audit."""
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


def _reads_environment(tree: ast.Module) -> bool:
    names = {"environ", "environb", "getenv", "putenv"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            if isinstance(node.value, ast.Name) and node.value.id == "os":
                return True
        elif isinstance(node, ast.ImportFrom) and node.module == "os" and names & {one.name for one in node.names}:
            return True
    return False


def _circles(graph: dict[str, set[str]]) -> Iterator[list[str]]:
    """One circle of imports, if there is any."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        yield error.args[1]


def test_the_house_keeps_its_rules():
    assert faults(ROOT) == []


def test_each_room_is_really_looked_at():
    for room in MAY_IMPORT:
        assert (ROOT / room / "__init__.py").exists()


@pytest.mark.parametrize(
    "files, fault",
    [
        ({"scenarios/a.py": "from storage.base.jobs import Job"}, "scenarios/a.py imports storage"),
        ({"scenarios/a.py": "import review"}, "scenarios/a.py imports review"),
        ({"review/deep/a.py": "def f():\n    from scenarios import scheme"}, "review/deep/a.py imports scenarios"),
        ({"storage/a.py": "import webapp.app as app"}, "storage/a.py imports webapp"),
        ({"recorder/a.py": "from webapp import app"}, "recorder/a.py imports webapp"),
        ({"webapp/a.py": "from recorder.spool.spool import Spool"}, "webapp/a.py imports recorder"),
        ({"recorder/a.py": "from flask import Flask"}, "recorder/a.py uses flask, which belongs in webapp"),
        ({"webapp/a.py": "import av.container"}, "webapp/a.py uses av, which belongs in recorder"),
        ({"review/a.py": "from boto3 import client"}, "review/a.py uses boto3, which belongs in storage"),
        ({"webapp/a.py": "import os\nx = os.environ['X']"}, "webapp/a.py reads the environment"),
        ({"storage/a.py": "import os\nx = os.getenv('X')"}, "storage/a.py reads the environment"),
        ({"recorder/a.py": "from os import environ"}, "recorder/a.py reads the environment"),
        (
            {
                "storage/a.py": "from storage import b",
                "storage/b.py": "import storage.c",
                "storage/c.py": "from . import a",
            },
            "circle: storage.",
        ),
        (
            {
                "webapp/one/a.py": "from webapp.two import b",
                "webapp/two/b.py": "",
                "webapp/two/c.py": "from webapp.one import d",
                "webapp/one/d.py": "",
            },
            "circle: webapp.",
        ),
    ],
)
def test_a_breach_is_found(tmp_path, files, fault):
    _build(tmp_path, files)
    assert any(fault in one for one in faults(tmp_path))


def test_what_is_allowed_is_no_breach(tmp_path):
    _build(
        tmp_path,
        {
            "storage/base/config.py": "import os\nx = os.environ",
            "storage/a.py": "from scenarios import scheme\nimport boto3\nfrom . import config",
            "webapp/a.py": "import flask\nfrom storage import a, config\nimport review.rules",
            "recorder/a.py": "import av\nimport os\nos.replace('a', 'b')",
        },
    )
    assert faults(tmp_path) == []


def _build(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
