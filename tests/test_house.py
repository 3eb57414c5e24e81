"""The house rules: arrows between packages and sub-packages run down only, and a library is used only in its own.

No circle of modules, and none of the folders of a package either, each taken as one.
"""

import ast
from pathlib import Path

import pytest
from support.structure import Codebase, circle

ROOT = Path(__file__).resolve().parents[1]

MAY_IMPORT = {
    "scenarios": set(),
    "review": set(),
    "storage": {"scenarios", "review"},
    "recorder": {"scenarios", "review", "storage"},
    "webapp": {"scenarios", "review", "storage"},
    "demo": {"scenarios", "review", "storage", "recorder", "webapp"},
}
"""The packages, and the other packages that each may know of; and the demo beside them, which none of them knows of."""

FLOORS = {
    "scenarios": (("theory",),),
    "storage": (
        ("base",),
        ("migrations", "people", "schemes"),
        ("dossier",),
        ("exam",),
        ("judging",),
        ("certificates",),
        ("admission", "planning"),
        ("assessing", "audits", "inquiries", "theory"),
        ("committee", "fees", "figures"),
        ("retention",),
        ("backup",),
    ),
    "recorder": (("spool",), ("webrtc",), ("http", "media"), ("jobs",)),
    "webapp": (
        ("dutch", "mail"),
        ("access",),
        ("certificates",),
        ("fees", "figures", "planning", "verdict"),
        ("dossier", "judging", "visitors"),
        ("assessing", "audits", "committee", "office", "people"),
        ("cli", "exam", "theory"),
    ),
    "demo": (("clips", "crowd", "theory"),),
}
"""The sub-packages of each package, the lowest floor first: each imports only from floors below its own.

A module that lies in the package itself may be named here too; it is bound then as well.
"""

ONLY_IN = {
    **dict.fromkeys(("flask", "flask_login", "flask_wtf", "flask_limiter", "werkzeug", "wtforms"), "webapp"),
    **dict.fromkeys(("typst", "segno", "icalendar"), "webapp"),
    **dict.fromkeys(("aiortc", "av", "ffmpeg", "imageio_ffmpeg", "aiohttp", "uvloop", "faster_whisper"), "recorder"),
    **dict.fromkeys(("boto3", "botocore", "celery", "kombu", "cryptography", "pypdf", "joserfc"), "storage"),
    **dict.fromkeys(("scipy", "rapidfuzz"), "review"),
}
"""Libraries that belong to one package; the demo, which draws films and fills pages, may use them too."""

ARRAYS = ("review", "recorder", "demo")
"""Where many numbers are computed with at once: scores, and the points of pictures."""

ENVIRONMENT = "storage/base/config.py"
"""The one file that reads environment variables."""


def faults(root: Path) -> list[str]:
    """Every breach of the house rules in the packages below `root`, one sentence each."""
    codebase = Codebase(root, tuple(MAY_IMPORT))
    found = []
    for module in codebase.modules.values():
        package, place = module.name.split(".")[0], module.place
        tops = {other.split(".")[0] for other in module.imports}
        for other in sorted(tops & MAY_IMPORT.keys() - MAY_IMPORT[package] - {package}):
            found.append(f"{place} imports {other}")
        for library in sorted(tops & ONLY_IN.keys()):
            if package not in (ONLY_IN[library], "demo"):
                found.append(f"{place} uses {library}, which belongs in {ONLY_IN[library]}")
        if "numpy" in tops and package not in ARRAYS:
            found.append(f"{place} uses numpy, which belongs in {' and '.join(ARRAYS)}")
        if place != ENVIRONMENT and _reads_environment(module.tree):
            found.append(f"{place} reads the environment")
        found += _upward(module.name, place, codebase.files[module.name])
    circles = [circle(codebase.files), circle(codebase.sub_packages)]
    return found + [f"circle: {' -> '.join(one)}" for one in circles if one]


def _upward(name: str, place: str, others: set[str]) -> list[str]:
    """The arrows of a module that do not lead to a floor below its own."""
    package, own = _sub_package(name)
    height = {one: floor for floor, names in enumerate(FLOORS.get(package, ())) for one in names}
    if own not in height:
        return [f"{place}: {package}/{own} has no floor"] if name.count(".") > 1 else []
    inside = {other for where, other in map(_sub_package, others) if where == package} & height.keys() - {own}
    return [
        f"{place} imports {package}/{other}, which is not below"
        for other in sorted(inside)
        if height[other] >= height[own]
    ]


def _sub_package(name: str) -> tuple[str, str]:
    package, _, rest = name.partition(".")
    return package, rest.split(".")[0]


def _reads_environment(tree: ast.Module) -> bool:
    names = {"environ", "environb", "getenv", "putenv"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in names:
            if isinstance(node.value, ast.Name) and node.value.id == "os":
                return True
        elif isinstance(node, ast.ImportFrom) and node.module == "os" and names & {one.name for one in node.names}:
            return True
    return False


def test_the_house_keeps_its_rules():
    assert faults(ROOT) == []


def test_each_package_is_really_looked_at():
    for package in MAY_IMPORT:
        assert (ROOT / package / "__init__.py").exists()


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
            {"storage/exam/a.py": "from storage.judging import b", "storage/judging/b.py": ""},
            "storage/exam/a.py imports storage/judging, which is not below",
        ),
        (
            {"webapp/verdict/a.py": "from webapp.planning import b", "webapp/planning/b.py": ""},
            "imports webapp/planning",
        ),
        (
            {"recorder/spool/a.py": "from recorder import jobs", "recorder/jobs/__init__.py": ""},
            "imports recorder/jobs",
        ),
        ({"storage/attic/a.py": ""}, "storage/attic/a.py: storage/attic has no floor"),
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
