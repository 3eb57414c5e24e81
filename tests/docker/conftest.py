"""The programs that start the parts live outside the packages; tests call them by their own names."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "docker" / "local"))
