"""A test that was tried a second time is named at the end of the run, with what went wrong the first time."""

import pytest


class Told:
    """A part of pytest that adds a section to its summary."""

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        again = terminalreporter.stats.get("rerun", [])
        if not again:
            return
        terminalreporter.section(f"tried again: {len(again)}, each to be mended", yellow=True)
        for report in again:
            crash = getattr(report.longrepr, "reprcrash", None)
            reason = crash.message.splitlines()[0] if crash and crash.message else report.when
            terminalreporter.write_line(f"RERUN {report.nodeid}: {reason}")
