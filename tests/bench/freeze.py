"""How often a frozen picture is missed, and how often somebody who sits still is called frozen.

Answers are really encoded: three encoders that browsers use or resemble, keyframes each half second to none after the
first, four sizes and rates, grain of a camera from none to strong. Nearly half of them hang, to the end or for some
seconds; in the others somebody listens, with the movements of breath (half a millimetre to two, which is half a point
to two of 640; a third of a millimetre when somebody holds still) and eyes. Where somebody is, how large and how
coloured, and when the camera hangs, is drawn by lot from a seed.

`python tests/bench/freeze.py [seed [answers]]`. The measure was made with the answers of TUNING and is judged by those
of HELD_OUT, which differ in all that the lot decides. Prints one JSON object.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from recorder.media.ffmpeg import binary
from recorder.media.measure import measure

TUNING, HELD_OUT, ANSWERS = (1, 2), 3, 204
SECONDS, RATE = 16, 30
LIMIT_SHARE = Fraction(20, 100)
"""Of an answer may stand still, by the scheme of Branchecertificaat B."""
NEAR_S = 1.8
"""How far the measured freeze may be from the true one."""
CODECS = {
    "x264": "-c:v libx264 -preset ultrafast -tune zerolatency -profile:v baseline -maxrate {rate} -bufsize {rate}",
    "openh264": "-c:v libopenh264 -rc_mode bitrate -allow_skip_frames 0 -maxrate {rate}",
    "vp8": "-c:v libvpx -deadline realtime -cpu-used 8 -threads 1 -maxrate {rate} -bufsize {rate}",
}
PICTURES = (("640x360", "300k"), ("640x360", "1M"), ("1280x720", "1M"), ("1280x720", "2M"))
KEYFRAMES = (15, 30, 60, 150, 9999)
GRAIN = {
    "hangs": (0, 1, 2, 4, 8),
    "hangs a while": (0, 1, 2, 4, 8),
    "breathes": (0, 1, 2, 4, 8),
    "holds still": (2, 4, 8),
}
SHARES = {"hangs": 5, "hangs a while": 3, "breathes": 6, "holds still": 3}


@dataclass(frozen=True)
class Answer:
    """One answer to make: who is seen, how strong the grain is, how it is coded, and what the lot decided.

    `frozen_from_s`, `frozen_to_s`: when the camera hangs; equal when it does not.
    """

    who: str
    grain: int
    codec: str
    keyframe: int
    size: str
    rate: str
    frozen_from_s: float
    frozen_to_s: float
    face: tuple[float, float, float]
    colours: tuple[str, str, str]
    sway: float
    breath_s: float
    blink_s: float
    noise_seed: int

    @property
    def frozen_s(self) -> float:
        """How long the camera really hangs."""
        return self.frozen_to_s - self.frozen_from_s

    def source(self) -> str:
        """The picture in the words of ffmpeg's lavfi: somebody before a wall, who sways with the breath and blinks."""
        x, y, wide = self.face
        wall, skin, cloth = self.colours
        still = "trim=end_frame=1,loop=loop=-1:size=1,setpts=N/30/TB,fps=30"
        head = f"drawbox=x=iw*{x}:y=ih*{y}:w=iw*{wide}:h=ih*{wide * 1.9}:c={skin}:t=fill"
        body = f"drawbox=x=iw*{x - 0.1}:y=ih*{y + wide * 1.9}:w=iw*{wide + 0.2}:h=ih:c={cloth}:t=fill"
        eyes = (
            f"drawbox=x=iw*{x + 0.25 * wide}:y=ih*{y + 0.6 * wide}:w=iw*{0.5 * wide}:h=ih*0.03:c=0x2a2320:t=fill"
            f":enable='gt(mod(t,{self.blink_s}),0.25)'"
        )
        texture = "geq=lum='lum(X,Y)+8*sin(X/17)+6*sin(Y/11)':cb='cb(X,Y)':cr='cr(X,Y)'"
        parts = [
            f"color=c={wall}:s={self.size}:r=30,{head},{body},{texture},{still}",
            # No breath is quite like the last one.
            f"rotate='{self.sway}*(sin(2*PI*t/{self.breath_s})+0.3*sin(2*PI*t/11.3))':c={wall}",
            eyes,
        ]
        if self.grain:
            parts.append(f"noise=alls={self.grain}:allf=t:all_seed={self.noise_seed}")
        if self.frozen_s:
            first, length = round(self.frozen_from_s * RATE), round(self.frozen_s * RATE)
            parts.append(f"loop=loop={length - 1}:size=1:start={first},setpts=N/30/TB")
        return ",".join(parts)

    def make(self, path: Path) -> Path:
        """Encode it as a browser would."""
        coding = f"{CODECS[self.codec].format(rate=self.rate)} -b:v {self.rate} -g {self.keyframe} -pix_fmt yuv420p"
        command = [binary(), "-v", "error", "-y", "-f", "lavfi", "-i", self.source(), "-t", str(SECONDS)]
        subprocess.run([*command, *coding.split(), "-f", "matroska", path], check=True, timeout=1800)
        return path


def answers(seed: int, count: int = ANSWERS) -> Iterator[Answer]:
    """So many answers by this lot. Each who, codec and distance of keyframes comes equally often, in its share."""
    lot = Random(seed)
    kinds = [who for who, share in SHARES.items() for _ in range(share)]
    for number in range(count):
        who = kinds[number % len(kinds)]
        size, rate = lot.choice(PICTURES)
        begin_s = lot.randint(60, 150) / RATE
        end_s = {"hangs": SECONDS, "hangs a while": begin_s + lot.randint(5 * RATE, 8 * RATE) / RATE}.get(who, begin_s)
        moves = 0.03 if who.startswith("hangs") else 0.002 if who == "holds still" else lot.uniform(0.003, 0.012)
        yield Answer(
            who=who,
            grain=lot.choice(GRAIN[who]),
            codec=lot.choice(list(CODECS)),
            keyframe=lot.choice(KEYFRAMES),
            size=size,
            rate=rate,
            frozen_from_s=begin_s,
            frozen_to_s=end_s,
            face=(round(lot.uniform(0.25, 0.5), 3), round(lot.uniform(0.1, 0.3), 3), round(lot.uniform(0.12, 0.25), 3)),
            colours=(
                lot.choice(("0x6b5a4e", "0x9fa8a3", "0x2e3440")),
                lot.choice(("0xc9a58a", "0x7a5540", "0xe0c0a8")),
                lot.choice(("0x334455", "0x884433", "0xcccccc")),
            ),
            sway=round(moves, 5),
            breath_s=round(lot.uniform(3, 5), 2),
            blink_s=round(lot.uniform(2.5, 6), 2),
            noise_seed=lot.randint(1, 10**6),
        )


def looked_at(answer: Answer) -> tuple[Answer, float, float]:
    """For how many seconds the measure calls this answer frozen, and for how many more perhaps so."""
    with tempfile.TemporaryDirectory() as folder:
        found = measure(answer.make(Path(folder) / "answer.mkv")).measurement
    return answer, found.freeze_s or 0.0, found.still_s or 0.0


def outcome(found_s: float, still_s: float) -> str:
    """What becomes of an answer at the scheme's limit: a retake may be asked, a person looks, or nobody hears of it."""
    limit_s = LIMIT_SHARE * SECONDS
    return "called" if found_s > limit_s else "shown" if found_s + still_s > limit_s else "passed"


def main(seed: int = HELD_OUT, count: int = ANSWERS) -> dict:
    """Measure the answers of a lot; those that are not as they should be are told on stderr."""
    found: Counter[tuple[str, str]] = Counter()
    made, far = Counter(), Counter()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for answer, found_s, still_s in pool.map(looked_at, answers(seed, count)):
            who = "hanging" if answer.frozen_s > 0 else "living"
            became, is_far = outcome(found_s, still_s), abs(found_s - answer.frozen_s) > NEAR_S
            made[who], found[who, became], far[who] = made[who] + 1, found[who, became] + 1, far[who] + is_far
            if is_far or became != ("called" if who == "hanging" else "passed"):
                example = {**asdict(answer), "found_s": found_s, "still_s": still_s, "became": became}
                print(json.dumps(example), file=sys.stderr, flush=True)
    shares = {
        f"freeze_{who}_{became}_share": round(found[who, became] / made[who], 4)
        for who in ("hanging", "living")
        for became in ("called", "shown", "passed")
    }
    return {
        "freeze_answers": made.total(),
        "freeze_hanging": made["hanging"],
        **shares,
        "freeze_hanging_far_share": round(far["hanging"] / made["hanging"], 4),
        "freeze_living_far_share": round(far["living"] / made["living"], 4),
    }


if __name__ == "__main__":
    print(json.dumps(main(*(round(float(word)) for word in sys.argv[1:3]))))
