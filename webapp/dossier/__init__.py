"""The motivation file: written by two, judged by KSF, and what happened to it."""
