"""What a server or another window answers can change no object of a page but the one that it is about."""

import json
import subprocess

import pytest
from support import services

pytestmark = pytest.mark.one_database

JS = services.ROOT / "webapp" / "static" / "js"
NAMES = ("__proto__", "constructor", "prototype", "toString")
RUN = """
const { join } = await import(process.argv[1]);
const told = JSON.parse(process.argv[2]);
const was = Object.getOwnPropertyNames(Object.prototype).sort().join();
const joined = join(told.base, told.mine, told.theirs);
const found = joined.state?.scores ?? joined;
process.stdout.write(JSON.stringify({
  keys: Object.keys(found).sort(),
  plain: Object.getPrototypeOf(found) === Object.prototype,
  whole: Object.getOwnPropertyNames(Object.prototype).sort().join() === was,
  level: {}.level ?? null,
}));
"""


def joined(script: str, **told) -> dict:
    """What the pages' own `join` makes of these three versions."""
    # Written by hand: as a key of a literal in JavaScript "__proto__" would be no key at all.
    command = [services.BIN / "node", "--input-type=module", "-e", RUN, (JS / script).as_uri(), json.dumps(told)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("side", ["mine", "theirs"])
def test_a_score_with_the_name_of_a_prototype_is_a_score(name, side):
    score = {"level": 4, "not_observable": False, "reason": "", "moments": []}
    nothing = {"version": 1, "scores": {}, "remarks": []}
    told = {"base": nothing, "mine": nothing, "theirs": nothing} | {side: nothing | {"scores": {name: score}}}
    assert joined("desk/state.js", **told) == {"keys": [name], "plain": True, "whole": True, "level": None}


@pytest.mark.parametrize("name", NAMES)
def test_a_field_with_the_name_of_a_prototype_is_a_field(name):
    told = {"base": {name: "a"}, "mine": {name: "a"}, "theirs": {name: '{"level": 4}'}}
    assert joined("draft/fields.js", **told) == {"keys": [name], "plain": True, "whole": True, "level": None}
