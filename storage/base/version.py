"""Which version of Vignet this is: the number that `pyproject.toml` gives it, which no image holds."""

VERSION = "0.5.0"
