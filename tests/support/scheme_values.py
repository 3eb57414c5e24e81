"""Who reads each value of an exam scheme, found in the code itself: `make values` prints the list.

A reader is an attribute of one of the scheme's dataclasses, in a package or in a page's template. What only prints the
whole regulation, and the checks between the values of a scheme, read nothing that a person is treated by.
"""

import ast
import re
from collections.abc import Iterator, Set
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from pathlib import Path
from types import NoneType
from typing import get_args, get_type_hints

from review.marks import MarkRule
from review.proof import ProvenRule
from review.rules import CompetencyRule, TermRule
from scenarios.scheme import Scheme
from scenarios.unread import UNREAD

RULES = (CompetencyRule, TermRule, ProvenRule, MarkRule)
ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("scenarios", "review", "storage", "recorder", "webapp")
NO_READERS = {
    "scenarios/scheme.py",
    "scenarios/unread.py",
    "webapp/verdict/regulation.py",
    "webapp/templates/regulation/show.html",
}
IN_TEMPLATE = re.compile(r"\b(?:content|scheme|rules)\.(\w+)\.(\w+)")

SITTING = "tests/scenarios/test_sitting.py::"
VERDICTS = "tests/storage/judging/test_verdicts.py::"
WALL = "tests/webapp/dossier/test_motivation.py::test_the_wall_between_candidate_and_manager"
STARS = "tests/storage/dossier/test_dossiers.py::test_an_empty_file_names_everything_in_the_order_of_the_form"
LEVELS = "tests/scenarios/test_scheme_values.py::test_the_levels_are_those_of_the_scores"
ALWAYS = {
    "sitting.practice": SITTING + "test_outside_of_answering_the_stage_says_the_step",
    "sitting.takes": SITTING + "test_the_first_take_is_no_retake",
    "assessment.lowest_level": LEVELS,
    "assessment.highest_level": LEVELS,
    "assessment.not_observable": "tests/review/test_rating.py::"
    "test_a_level_with_evidence_and_a_reasoned_not_observable_may_be_signed",
    "assessment.second_phase": VERDICTS + "test_the_second_phase_opens_when_all_own_answers_are_signed",
    "terms.release_by_second_person": VERDICTS + "test_a_result_is_released_by_a_second_person_who_did_not_assess",
    "visibility.manager_sees_motivation": WALL,
    "visibility.manager_sees_stars": WALL,
    "visibility.organisation_sees_scores": "tests/webapp/access/test_access.py::"
    "test_everybody_finds_what_is_theirs_and_nothing_else",
    "visibility.assessor_sees_manager_text": "tests/webapp/judging/test_second_phase.py::"
    "test_phase_two_shows_stars_without_names_and_never_the_managers_part",
    "documents.stars_with_manager": STARS,
    "documents.stars_with_colleague": STARS,
}
"""For each value that can be no other than it is: the test that holds the product to it."""


@cache
def chapters() -> dict[str, type]:
    """The dataclass of each table of a scheme, by the table's name."""
    found = {}
    for name, hint in get_type_hints(Scheme).items():
        (kind, *_) = [one for one in get_args(hint) or (hint,) if one is not NoneType]
        if is_dataclass(kind) and not str(hint).startswith("tuple"):
            found[name] = kind
    return found


def values() -> dict[str, tuple[type, str]]:
    """Every value of a scheme by its path, with the dataclass and the attribute that hold it.

    What stands in a scheme only to be read by people (names, texts, questions, where values come from) is none.
    """
    own = {name: (Scheme, name) for name in ("number", "prerequisite_any_of")}
    rule = {f"pass_rule.{one.name}": (kind, one.name) for kind in RULES for one in fields(kind)}
    tables = {f"{table}.{one.name}": (kind, one.name) for table, kind in chapters().items() for one in fields(kind)}
    return own | rule | tables


def fixed() -> dict[str, object]:
    """The values that can be no other than they are."""
    return {
        f"{table}.{one.name}": one.metadata["only"]
        for table, kind in chapters().items()
        for one in fields(kind)
        if "only" in one.metadata
    }


@cache
def readers() -> dict[str, list[str]]:
    """The files that read each value, by its path in the scheme."""
    paths = {(kind.__qualname__, attribute): path for path, (kind, attribute) in values().items()}
    found: dict[str, set[str]] = {path: set() for path in paths.values()}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            place = file.relative_to(ROOT).as_posix()
            if place not in NO_READERS:
                module = Module(ast.parse(file.read_text()))
                for path in {paths[read] for read in module.reads() if read in paths} | module.named(found.keys()):
                    found[path].add(place)
    for file in sorted((ROOT / "webapp/templates").rglob("*")):
        place = file.relative_to(ROOT).as_posix()
        if file.is_file() and place not in NO_READERS:
            for table, attribute in IN_TEMPLATE.findall(file.read_text()):
                if f"{table}.{attribute}" in found:
                    found[f"{table}.{attribute}"].add(place)
    return {path: sorted(places) for path, places in found.items()}


@cache
def properties() -> dict[str, str]:
    """What a property of any class gives, where every one of its name gives the same dataclass of a scheme."""
    found: dict[str, set[str | None]] = {}
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("*.py")):
            module = Module(ast.parse(file.read_text()))
            for node in ast.walk(module.tree):
                if isinstance(node, ast.FunctionDef) and "property" in map(ast.unparse, node.decorator_list):
                    found.setdefault(node.name, set()).add(module.annotated(node.returns))
    return {name: kind for name, (kind, *others) in found.items() if kind and not others}


@dataclass
class Module:
    """What one module reads of a scheme's dataclasses, told from annotations, assignments and attribute names."""

    tree: ast.Module

    def __post_init__(self) -> None:
        self.tables = {name: kind.__qualname__ for name, kind in chapters().items()}
        self.known = {*self.tables.values(), "Scheme", *(kind.__name__ for kind in RULES)}
        self.imported: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                self.imported |= {one.asname or one.name: f"{node.module}.{one.name}" for one in node.names}
        self.classes = {node.name for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef)}
        self.returns = {
            node.name: self.annotated(node.returns)
            for node in ast.walk(self.tree)
            if isinstance(node, ast.FunctionDef) and node.returns
        }

    def reads(self) -> Iterator[tuple[str, str]]:
        """Each (class, attribute) that is read."""
        for scope, owner in self.scopes():
            names = self.bound(scope, owner)
            for node in ast.walk(scope):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    kind = self.kind(node.value, names)
                    if kind:
                        yield kind, node.attr

    def named(self, paths: Set[str]) -> Set[str]:
        """The values that are named by their path, as for `Scheme.value`."""
        named = {node.value for node in ast.walk(self.tree) if isinstance(node, ast.Constant)}
        return {path for path in paths & named if "." in path}

    def scopes(self) -> Iterator[tuple[ast.AST, str | None]]:
        """The functions, each with the class of the scheme that it is a method of, if any."""
        owners = {
            inner: node.name
            for node in ast.walk(self.tree)
            if isinstance(node, ast.ClassDef) and node.name in self.known
            for inner in ast.walk(node)
        }
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node, owners.get(node)

    def annotated(self, annotation: ast.AST | None) -> str | None:
        """The dataclass of a scheme that this annotation names, with or without None; not a row of that name."""
        for node in ast.walk(annotation) if annotation else ():
            name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
            origin = self.imported.get(name, "")
            ours = origin.startswith(("scenarios.", "review.")) or isinstance(node, ast.Attribute)
            if name in self.known and (ours or name in self.classes):
                return name
        return None

    def bound(self, scope: ast.AST, owner: str | None) -> dict[str, str]:
        """The names in a function that hold one of the dataclasses."""
        names = {"self": owner} if owner else {}
        for node in ast.walk(scope):
            if isinstance(node, ast.arg) and (kind := self.annotated(node.annotation)):
                names[node.arg] = kind
        for node in ast.walk(scope):
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    self.assign(target, node.value, names)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                if kind := self.annotated(node.annotation):
                    names[node.target.id] = kind
            elif isinstance(node, ast.NamedExpr):
                self.assign(node.target, node.value, names)
        return names

    def assign(self, target: ast.AST, value: ast.AST, names: dict[str, str]) -> None:
        if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
            for one, other in zip(target.elts, value.elts, strict=True):
                self.assign(one, other, names)
        elif isinstance(target, ast.Name) and (kind := self.kind(value, names)):
            names[target.id] = kind

    def kind(self, node: ast.AST, names: dict[str, str]) -> str | None:
        """The dataclass of a scheme that this expression is, as far as it can be told."""
        if isinstance(node, ast.Name):
            return names.get(node.id)
        if isinstance(node, ast.Attribute):
            if node.attr == "content":
                return "Scheme"
            if self.kind(node.value, names) == "Scheme":
                return self.tables.get(node.attr)
            return properties().get(node.attr)
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called.endswith(".chapter"):
                return self.annotated(node.args[0])
            return "Scheme" if called == "scheme.parse" else self.returns.get(called)
        parts = {ast.BoolOp: "values", ast.IfExp: "body orelse", ast.NamedExpr: "value"}.get(type(node), "")
        for part in parts.split():
            inside = getattr(node, part)
            for one in inside if isinstance(inside, list) else [inside]:
                if kind := self.kind(one, names):
                    return kind
        return None


def lines() -> Iterator[str]:
    """One line for each value: its path, and who reads it."""
    always = fixed()
    for path, places in sorted(readers().items()):
        words = ", ".join(places) or "nobody"
        if path in always:
            words = f"always {always[path]}: held by {ALWAYS[path]}"
        elif path in UNREAD:
            words = f"not yet: {UNREAD[path]}"
        yield f"{path:<45} {words}"


if __name__ == "__main__":
    print(*lines(), sep="\n")
