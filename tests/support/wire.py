"""A connection whose other end is the test: what was written, and replies by hand."""

from __future__ import annotations

from rooms.resp import Connection, Reply


class Wire(Connection):
    """Replaces the socket under the real parser's sink; nothing of the code under test."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[bytes] = []
        self.aborted = False
        self.paused = False

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def abort(self) -> None:
        self.aborted = True

    def pause(self) -> None:
        self.paused = True

    def resume(self) -> None:
        self.paused = False

    def answer(self, *replies: Reply) -> None:
        """Let replies arrive in one piece."""
        if self.sink is None:
            raise AssertionError("not attached")
        self.sink(list(replies))
