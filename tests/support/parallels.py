"""The pack of ten situations with parallel ones: each as the one that it stands beside, with names of its own."""

import re

from support import cast


def with_parallels(*numbers: int) -> bytes:
    """One parallel for each of these numbers, `missed_callback_2` beside `missed_callback`; twice for two."""
    text = (cast.CONTENT / "scenarios.toml").read_text()
    blocks = re.split(r"(?m)^(?=\[\[scenarios\]\]$)", text)
    made = [_beside(blocks[number], numbers[:at].count(number) + 2) for at, number in enumerate(numbers)]
    return "\n".join([text, *made]).encode()


def _beside(block: str, copy: int) -> str:
    block = block.replace("[[scenarios", "[[parallels").replace("[scenarios", "[parallels")
    block = re.sub(r'(?m)^(key) = "(.*)"$', rf'\1 = "\2_{copy}"', block, count=1)
    block = re.sub(r'(?m)^(title|name) = "(.*)"$', rf'\1 = "\2 {copy}"', block)
    return re.sub(r'(?m)^(clip|captions) = "(.*)\.(mp4|vtt)"$', rf'\1 = "\2-{copy}.\3"', block)
