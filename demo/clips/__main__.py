"""`python -m demo.clips [number ...]`: build the stand-in clips of the pack, all or some."""

import sys
from pathlib import Path

from scenarios.catalogue import parse_pack
from scenarios.scheme import parse

from .build import build

PACK = Path(__file__).parents[2] / "scenarios" / "branchecertificaat_b"


def main() -> None:
    scheme = parse((PACK / "scheme.toml").read_bytes())
    pack = parse_pack((PACK / "scenarios.toml").read_bytes(), scheme)
    wanted = {int(number) for number in sys.argv[1:]}
    folder = PACK / "clips"
    folder.mkdir(exist_ok=True)
    for scenario in pack.everyone:
        if not wanted or scenario.number in wanted:
            clip = build(scenario, folder)
            print(f"{clip.name}  {clip.stat().st_size / 1e6:.2f} MB", flush=True)


if __name__ == "__main__":
    main()
