"""Running servers for the end-to-end tests (tests/support/server.py)."""

from __future__ import annotations

from tests.support.server import open_server, server

__all__ = ["open_server", "server"]
