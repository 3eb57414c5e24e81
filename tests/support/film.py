"""Films of what a browser shows (`pytest --video on`): lets Playwright use the ffmpeg that the product has.

Playwright films with an ffmpeg of its own, from its own download place, under a name with a revision.
"""

import json
import os
from pathlib import Path

import playwright

from recorder.media import ffmpeg


def with_our_ffmpeg(folder: Path) -> None:
    """From the next start of Playwright on. Browsers are then looked for in `folder` too: name theirs by path."""
    known = json.loads((Path(playwright.__file__).parent / "driver" / "package" / "browsers.json").read_text())
    (revision,) = (one["revision"] for one in known["browsers"] if one["name"] == "ffmpeg")
    place = folder / f"ffmpeg-{revision}" / "ffmpeg-linux"
    place.parent.mkdir(parents=True)
    place.symlink_to(ffmpeg.binary())
    os.environ["PLAYWRIGHT_BROWSERS_PATH"] = str(folder)
