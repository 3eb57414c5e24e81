"""What pingouin, scikit-learn and krippendorff say of each table: None for an error or for what is no number."""

import json
import sys
import warnings
from itertools import product
from pathlib import Path

import krippendorff
import numpy as np
import pandas as pd
import pingouin
from sklearn.metrics import cohen_kappa_score

ICC = dict(zip(("ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(1,k)", "ICC(A,k)", "ICC(C,k)"),
               ("icc1", "icc2", "icc3", "icc1k", "icc2k", "icc3k"), strict=True))  # fmt: skip


def plain(ask):
    try:
        value = float(ask())
    except (ValueError, ZeroDivisionError, AssertionError, IndexError, KeyError, np.linalg.LinAlgError):
        return None
    return value if np.isfinite(value) else None


def iccs(table):
    subjects, raters = table.shape
    cells = [(s, r, table[s, r]) for s, r in product(range(subjects), range(raters))]
    data = pd.DataFrame(cells, columns=["subject", "rater", "score"])
    try:
        found = pingouin.intraclass_corr(data, "subject", "rater", "score", nan_policy="omit")
    except (ValueError, ZeroDivisionError, AssertionError, IndexError, KeyError):
        return dict.fromkeys(ICC.values())
    values = found.set_index("Type")["ICC"]
    return {name: plain(lambda kind=kind: values[kind]) for kind, name in ICC.items()}


def said(rows):
    table = np.array(rows, dtype=float)
    told = {"pingouin intraclass_corr(nan_policy=omit)": iccs(table)}
    told["krippendorff alpha"] = {
        f"alpha_{metric}": plain(lambda metric=metric: krippendorff.alpha(table.T, level_of_measurement=metric))
        for metric in ("ordinal", "interval")
    }
    if table.shape[1] == 2:
        kept = table[~np.isnan(table).any(axis=1)].astype(int)
        told["scikit-learn cohen_kappa_score(labels=1..5)"] = {
            f"kappa_{kind}": plain(lambda kind=kind: cohen_kappa_score(*kept.T, labels=[1, 2, 3, 4, 5], weights=kind))
            for kind in ("linear", "quadratic")
        }
    return told


warnings.simplefilter("ignore")
tables = json.loads(Path(sys.argv[1]).read_text())
print(json.dumps({name: said(rows) for name, rows in tables.items()}, indent=1))
