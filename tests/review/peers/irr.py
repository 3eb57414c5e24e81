"""What irrCAC says of each table. It pins an old scipy, so it needs an environment of its own."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from irrCAC.raw import CAC


def plain(ask):
    try:
        value = float(ask()["est"]["coefficient_value"])
    except (ValueError, ZeroDivisionError, AssertionError, IndexError, KeyError, TypeError, AttributeError):
        return None
    return value if np.isfinite(value) else None


def said(rows):
    table = pd.DataFrame(rows, dtype=float)
    levels = [1.0, 2.0, 3.0, 4.0, 5.0] if not (table > 5).any().any() else None
    cac = {
        kind: lambda kind=kind: CAC(table, weights=kind, categories=levels)
        for kind in ("linear", "quadratic", "ordinal")
    }
    told = {"irrCAC krippendorff": {"alpha_ordinal": plain(lambda: cac["ordinal"]().krippendorff()),
                                    "alpha_interval": plain(lambda: cac["quadratic"]().krippendorff())}}  # fmt: skip
    if table.shape[1] == 2:
        told["irrCAC conger"] = {
            f"kappa_{kind}": plain(lambda kind=kind: cac[kind]().conger()) for kind in ("linear", "quadratic")
        }
    return told


warnings.simplefilter("ignore")
tables = json.loads(Path(sys.argv[1]).read_text())
print(json.dumps({name: said(rows) for name, rows in tables.items()}, indent=1))
