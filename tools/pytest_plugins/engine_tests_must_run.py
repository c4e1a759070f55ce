"""Fails a test run in which a test of the real engine was skipped, or none ran.

A skip reads as a pass; without the engine most of what this project promises is not tested. Tests
marked `postgres` may be skipped: they need a server as well, which not every computer has.
"""

from __future__ import annotations

import pytest

_skipped: set[str] = set()
_ran: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Collect the reports, which reach the controller from every worker."""
    if "engine" not in report.keywords and "tests/engine/" not in report.nodeid:
        return
    if report.skipped and not hasattr(report, "wasxfail"):
        if "postgres" not in report.keywords:
            _skipped.add(report.nodeid)
    elif report.when == "call":
        _ran.add(report.nodeid)


def _complaint(config: pytest.Config) -> str | None:
    if hasattr(config, "workerinput"):
        return None
    if _skipped:
        return f"{len(_skipped)} engine tests were skipped: {', '.join(sorted(_skipped))}"
    if not _ran and not config.option.file_or_dir and not config.option.keyword:
        return "no engine test ran"
    return None


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Turn the run into a failed one."""
    if _complaint(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say why."""
    complaint = _complaint(config)
    if complaint:
        terminalreporter.write_line(f"ERROR: {complaint}", red=True)
