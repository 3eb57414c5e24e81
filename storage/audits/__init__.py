"""Audits of organisations: when they are due, what was found, and what came of it."""
