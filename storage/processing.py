"""The table of the processing register (article 30 GDPR), from the data classes: `python -m storage.processing`.

PROCESSING.md holds it; a test fails when the two differ.
"""

from collections.abc import Iterator

from storage.data_classes import KEPT, DataClass, tables_of

HEAD = "| Class | Purpose | Basis | Where | Who reads it | Kept | Erased on request |\n|---|---|---|---|---|---|---|"


def lines() -> Iterator[str]:
    """A line for each class of personal data, in Markdown."""
    for data_class, kept in KEPT.items():
        if data_class is not DataClass.TECHNICAL:
            where = ", ".join(f"`{name}`" for name in tables_of(data_class))
            asked = f"no: {kept.must_stay}" if kept.must_stay else "yes"
            cells = (data_class, kept.purpose, kept.basis, where, kept.readers, _time(data_class), asked)
            yield f"| {' | '.join(cells)} |"


def _time(data_class: DataClass) -> str:
    kept = KEPT[data_class]
    if kept.months is None:
        return "without end"
    if kept.months == 0:
        return f"until {kept.since}"
    by_scheme = f" (scheme: `{kept.values[0]}`, `{kept.values[1]}`)" if kept.values else ""
    return f"{kept.months} months after {kept.since}{by_scheme}"


if __name__ == "__main__":
    print(HEAD, *lines(), sep="\n")
