"""No value of a scheme is only printed: a rule reads it, it can be no other, or the regulation says "nog niet"."""

import re
from pathlib import Path

import pytest
from support import scheme_values
from support.scheme_values import ALWAYS, fixed, lines, readers, values

from review import rules
from scenarios.chapters import AssessmentRules
from scenarios.scheme import SchemeError, parse
from scenarios.unread import UNREAD

CONTENT = Path(scheme_values.ROOT, "scenarios/branchecertificaat_b/scheme.toml").read_text()


def test_each_value_is_read_or_fixed_or_listed_as_not_yet_in_use():
    unread = {path for path, places in readers().items() if not places} - fixed().keys()
    assert unread == UNREAD.keys(), "\n".join(["Who reads each value of a scheme:", *lines()])


def test_a_value_that_can_be_no_other_is_held_by_a_test():
    assert fixed().keys() == ALWAYS.keys()
    assert not {path for path in fixed() if readers()[path]}, "a value that a rule reads need not be fixed"
    for path, test in ALWAYS.items():
        file, _, name = test.partition("::")
        assert re.search(rf"^def {name}\(", Path(scheme_values.ROOT, file).read_text(), re.M), f"{path}: no {test}"


@pytest.mark.parametrize("path, value", fixed().items())
def test_a_scheme_that_says_otherwise_is_refused(path, value):
    name = path.partition(".")[2]
    now, other = str(value).lower(), str(not value if isinstance(value, bool) else value + 1).lower()
    data, count = re.subn(rf"^{name} = {now}$", f"{name} = {other}", CONTENT, flags=re.M)
    assert count == 1
    with pytest.raises(SchemeError) as refused:
        parse(data.encode())
    assert refused.value.problems == [f"{path}: kan alleen {now} zijn, maar is {other}."]


def test_the_levels_are_those_of_the_scores():
    assert fixed()["assessment.lowest_level"] == rules.LEVEL_MIN
    assert fixed()["assessment.highest_level"] == rules.LEVEL_MAX


@pytest.mark.parametrize(
    "code, found",
    [
        ("def f(rules: AssessmentRules):\n    return rules.slots", {"slots"}),
        ("def f(rules: AssessmentRules | None):\n    return rules and rules.slots", {"slots"}),
        ("def f(row):\n    return row.scheme.content.assessment.slots", {"slots"}),
        ("def f(row):\n    rules = row.content.assessment\n    return rules.slots", {"slots"}),
        ("def f(row):\n    s, rules = row, row.content.assessment\n    return rules.slots", {"slots"}),
        ("def f(row):\n    if rules := row.content.assessment:\n        return rules.slots", {"slots"}),
        ("def f(row):\n    return row.scheme.content.chapter(AssessmentRules).slots", {"slots"}),
        ("def f(batch):\n    return batch.panel.slots", set()),
        ("def f(row):\n    rules = row.panel\n    return rules.slots", set()),
        ("def f(rules: AssessmentRules):\n    rules.slots = 3", set()),
    ],
)
def test_a_reader_is_told_from_what_only_has_the_same_name(code, found):
    tree = scheme_values.ast.parse(f"from scenarios.chapters import AssessmentRules\n{code}")
    read = set(scheme_values.Module(tree).reads())
    assert {name for kind, name in read if kind == AssessmentRules.__name__} == found


def test_a_property_gives_what_its_annotation_says_where_all_of_its_name_agree():
    assert scheme_values.properties()["rules"] == "TheoryRules"
    assert "state" not in scheme_values.properties()


def test_what_is_listed_is_a_value_of_a_scheme():
    assert UNREAD.keys() <= values().keys()
