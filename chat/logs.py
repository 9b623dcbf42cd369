"""Logs: structlog to stderr, ids and categories only.

An event is a past-tense word (`engine_restarted`) with ids bound to it. What people say, what they are called, tokens
and addresses are never given to a logger; nothing here could filter them out again.

stdout stays free: the line `ready url=…` is all that a program reading it needs. The websockets library logs frames
and addresses at DEBUG, so its loggers stay at WARNING whatever `log.level` says. Tracebacks come without local
variables, because a local variable may be a frame.
"""

from __future__ import annotations

import logging
import sys

import structlog

from chat.settings import Log

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}

# They would print what people wrote.
TALKATIVE = ("websockets", "websockets.server", "websockets.client", "asyncio", "redis")


def configure(log: Log, node: str = "") -> None:
    """Set up logging of this process. `node` names it in every line when there are several."""
    as_json = log.format == "json" or (log.format == "auto" and not sys.stderr.isatty())
    shape: list[structlog.typing.Processor] = [
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False, use_rich=False)
        ),
        structlog.processors.JSONRenderer(),
    ]
    if not as_json:
        plain = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        shape = [plain]
    structlog.contextvars.clear_contextvars()
    if node:
        structlog.contextvars.bind_contextvars(node=node)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *shape,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[log.level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(
        stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", force=True
    )
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
