"""The work of assessors: sharing it out, the desk, phase 2."""
