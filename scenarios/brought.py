"""The exams and packs that Vignet brings along as files, each in a folder with the key of its exam."""

from pathlib import Path

FOLDER = Path(__file__).parent


def scheme_file(key: str) -> Path:
    """Where the scheme of the exam with this key would lie; there is none for an exam that somebody added."""
    return FOLDER / key / "scheme.toml"
