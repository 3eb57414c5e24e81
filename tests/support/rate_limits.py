"""Counts of requests in memory, which is where each test's web app has its own."""

from limits.storage import MemoryStorage


def without_threads() -> None:
    """From now on no count starts a thread that looks for those whose time is over: each is looked at when it is asked.

    The thread frees memory that a test gives back at its end, and starting it took a twelfth of every request.
    """
    MemoryStorage._MemoryStorage__schedule_expiry = lambda self: None
