"""Logs go to stderr, as asked, and never as much as they could."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from chat.logs import configure
from chat.settings import Log


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def test_an_event_is_one_line_of_json_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Log(format="json"), node="w2")
    structlog.get_logger().info("engine_restarted", pid=7)
    out, err = capsys.readouterr()
    assert out == ""
    line = json.loads(err)
    assert (line["event"], line["pid"], line["node"], line["level"]) == ("engine_restarted", 7, "w2", "info")


def test_what_is_below_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Log(level="error", format="text"))
    structlog.get_logger().warning("small")
    structlog.get_logger().error("large")
    err = capsys.readouterr().err
    assert "small" not in err
    assert "large" in err


@pytest.mark.parametrize("form", ["json", "text"])
def test_a_traceback_has_no_local_variables(capsys: pytest.CaptureFixture[str], form: str) -> None:
    configure(Log(format=form))  # type: ignore[arg-type]
    frame = "what somebody" + " wrote in private"
    try:
        len(frame) / 0
    except ZeroDivisionError:
        structlog.get_logger().exception("internal_error")
    err = capsys.readouterr().err
    assert "ZeroDivisionError" in err
    assert "somebody wrote in private" not in err


def test_the_websocket_library_stays_quiet_at_debug(capsys: pytest.CaptureFixture[str]) -> None:
    configure(Log(level="debug", format="json"))
    for name in ("websockets.server", "websockets.client"):
        logging.getLogger(name).debug("< TEXT private words")
        logging.getLogger(name).info("connection open")
    assert capsys.readouterr().err == ""
