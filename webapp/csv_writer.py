"""Tables as CSV that a Dutch spreadsheet opens: semicolons, UTF-8 with its mark, and no cell that is a formula."""

import codecs
import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for a formula when a cell begins with it."""


def table(name: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """A file with this name to be saved."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(written(columns, rows), mimetype="text/csv", headers=headers)


def written(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()
