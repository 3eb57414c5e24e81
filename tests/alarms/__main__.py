"""`make alarms`: Debian's promtool reads the alarm rules and tries them on made-up numbers.

The package is fetched and unpacked into a folder, and never installed: it would start a Prometheus.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

MONITORING = Path(__file__).resolve().parents[2] / "docker" / "monitoring"


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        promtool = shutil.which("promtool") or _unpacked(Path(folder))
        for words in (["--version"], ["check", "rules", "alarms.yml"], ["test", "rules", "alarms_test.yml"]):
            if code := subprocess.run([promtool, *words], cwd=MONITORING, check=False).returncode:
                return code
    return 0


def _unpacked(folder: Path) -> str:
    # apt fetches as a user of its own, who must be able to write here.
    folder.chmod(0o777)
    subprocess.run(["apt-get", "download", "-qq", "prometheus"], cwd=folder, check=True)
    for package in folder.glob("*.deb"):
        subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    return str(folder / "usr" / "bin" / "promtool")


if __name__ == "__main__":
    sys.exit(main())
