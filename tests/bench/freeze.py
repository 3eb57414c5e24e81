"""How often a frozen picture is missed, and how often somebody who sits still is called frozen.

Answers are really encoded: two codecs, keyframes each half second to each five seconds, three sizes and rates, grain of
a camera from none to strong. Half of them hang after three seconds; in the others somebody listens, still or with the
small movements of breath and eyes. `python tests/bench/freeze.py [n]`: every n-th answer. Prints one JSON object.
"""

import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from recorder.media.ffmpeg import binary
from recorder.media.measure import measure

SECONDS, MOVES_S = 12, 3
CODECS = {
    "h264": "-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline",
    "vp8": "-c:v libvpx -deadline realtime -cpu-used 8 -threads 1",
}
PICTURES = (("640x360", "1M"), ("640x360", "300k"), ("1280x720", "1M"))
KEYFRAMES = (15, 30, 60, 150)
GRAIN_FROZEN, GRAIN_STILL, GRAIN_LISTENER = (0, 1, 2, 4, 8), (2, 4, 8), (0, 1)
NEAR_S = 1.8
"""How far the measured freeze may be from the true one."""

FACE = "color=c=0x6b5a4e:s={size}:r=30,drawbox=x=iw*0.35:y=ih*0.2:w=iw*0.3:h=ih*0.6:c=0xc9a58a:t=fill"
EYES = "drawbox=x=iw*0.42:y=ih*0.38:w=iw*0.05:h=ih*0.03:c=0x2a2320:t=fill:enable='gt(mod(t,3.1),0.3)'"
ROOM = "geq=lum='lum(X,Y)+8*sin(X/17)+6*sin(Y/11)':cb='cb(X,Y)':cr='cr(X,Y)'"


@dataclass(frozen=True)
class Answer:
    """One answer to make: who is seen, how strong the grain is, and how it is coded."""

    who: str
    grain: int
    codec: str
    keyframe: int
    size: str
    rate: str

    @property
    def frozen_s(self) -> float:
        """How long the camera really hangs."""
        return SECONDS - MOVES_S if self.who == "hangs" else 0.0

    def source(self) -> str:
        """The picture in the words of ffmpeg's lavfi."""
        grain = f",noise=alls={self.grain}:allf=t:all_seed=7" if self.grain else ""
        face = FACE.format(size=self.size)
        if self.who == "sits still":
            # Moves nothing but the eyes.
            return f"{face},{ROOM},trim=end_frame=1,loop=loop=-1:size=1,setpts=N/30/TB,fps=30,{EYES}{grain}"
        if self.who == "listens":
            # What is drawn anew for each picture costs too much: a still that sways by a few points, and blinks.
            still = f"{face},{ROOM},trim=end_frame=1,loop=loop=-1:size=1,setpts=N/30/TB,fps=30"
            return f"{still},rotate='0.02*sin(2*PI*t/4)':c=0x6b5a4e,{EYES}{grain}"
        still = f"{face},{ROOM},trim=end_frame=1,loop=loop=-1:size=1,setpts=N/30/TB,fps=30"
        moving = f"{still},rotate='0.03*sin(2*PI*t/2)':c=0x6b5a4e,{EYES}{grain},trim=end={MOVES_S}"
        return f"{moving},tpad=stop_mode=clone:stop_duration={SECONDS - MOVES_S}"

    def make(self, path: Path) -> Path:
        """Encode it as a browser would."""
        coding = f"{CODECS[self.codec]} -b:v {self.rate} -maxrate {self.rate} -bufsize {self.rate} -pix_fmt yuv420p"
        keys = ["-g", str(self.keyframe), "-keyint_min", str(self.keyframe)]
        command = [binary(), "-v", "error", "-y", "-f", "lavfi", "-i", self.source(), "-t", str(SECONDS)]
        subprocess.run([*command, *coding.split(), *keys, "-f", "matroska", path], check=True, timeout=120)
        return path


def answers() -> Iterator[Answer]:
    """All answers of the table: 240."""
    grains = {"hangs": GRAIN_FROZEN, "sits still": GRAIN_STILL, "listens": GRAIN_LISTENER}
    for (size, rate), codec, keyframe in product(PICTURES, CODECS, KEYFRAMES):
        for who, strengths in grains.items():
            for grain in strengths:
                yield Answer(who, grain, codec, keyframe, size, rate)


def main(share: int = 1) -> dict:
    """Measure every answer, or each `share`-th."""
    made, wrong, examples = Counter(), Counter(), []
    with tempfile.TemporaryDirectory() as folder:
        for answer in list(answers())[::share]:
            found_s = measure(answer.make(Path(folder) / "answer.mkv")).measurement.freeze_s
            made[answer.who] += 1
            if abs(found_s - answer.frozen_s) > NEAR_S:
                wrong[answer.who] += 1
                examples.append({**vars(answer), "found_s": found_s})
                print(json.dumps(examples[-1]), file=sys.stderr, flush=True)
    frozen, live = made["hangs"], made["sits still"] + made["listens"]
    return {
        "freeze_answers": frozen + live,
        "freeze_missed_share": round(wrong["hangs"] / frozen, 4),
        "freeze_false_share": round((wrong["sits still"] + wrong["listens"]) / live, 4),
        "freeze_wrong": examples,
    }


if __name__ == "__main__":
    print(json.dumps(main(round(float(sys.argv[1])) if len(sys.argv) > 1 else 1)))
