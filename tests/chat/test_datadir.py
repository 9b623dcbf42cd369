"""The data directory: made, checked by writing, and the secret in it made once."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from chat.datadir import SHORTEST, Unusable, alive, prepare, secret, take_lock


@contextmanager
def as_nobody() -> Iterator[None]:
    """As a user for whom permissions count: root writes everywhere."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory of nobody's own below one everybody may enter."""
    import shutil
    import tempfile

    root = Path(tempfile.mkdtemp(prefix="wl-"))
    root.chmod(0o755)
    inner = root / "inner"
    inner.mkdir()
    if not os.geteuid():
        os.chown(inner, 65534, 65534)
    yield inner
    shutil.rmtree(root, ignore_errors=True)


def test_a_missing_directory_is_made_for_us_alone(place: Path) -> None:
    with as_nobody():
        prepare(place / "a" / "b")
    assert (place / "a" / "b").stat().st_mode & 0o777 == 0o700


def test_a_read_only_directory_is_one_sentence_with_the_remedy(place: Path) -> None:
    """X63."""
    place.chmod(0o500)
    with as_nobody(), pytest.raises(Unusable, match=r"is ours but read-only; run chmod u\+w"):
        prepare(place)


@pytest.mark.skipif(os.geteuid() != 0 and os.environ.get("CI") != "true", reason="needs root to make another owner")
def test_a_directory_of_another_owner_is_one_sentence_with_both_names(place: Path) -> None:
    """X63."""
    with as_nobody(), pytest.raises(Unusable, match=r"belongs to root and we run as nobody; run as root"):
        prepare(place.parent)


def test_a_file_in_the_way_is_named(place: Path) -> None:
    (place / "file").write_text("")
    with pytest.raises(Unusable, match="is not a directory"):
        prepare(place / "file")
    with pytest.raises(Unusable, match="is not a directory"):
        prepare(place / "file" / "below")


def test_the_secret_is_made_once_and_is_ours_alone(place: Path) -> None:
    first = secret(place)
    assert len(first) >= SHORTEST
    assert secret(place) == first
    assert (place / "secret").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in place.iterdir()] == ["secret"]


def test_nodes_that_start_together_end_up_with_one_secret(place: Path) -> None:
    found: list[str] = []
    together = threading.Barrier(8)

    def start() -> None:
        together.wait()
        found.append(secret(place))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize(
    ("content", "mode", "says"),
    [("x" * 40, 0o644, "run chmod 600"), ("short", 0o600, "put back the one from your backup")],
)
def test_a_secret_that_cannot_be_trusted_is_refused_unseen(place: Path, content: str, mode: int, says: str) -> None:
    (place / "secret").write_text(content)
    (place / "secret").chmod(mode)
    with pytest.raises(Unusable, match=says) as caught:
        secret(place)
    assert content not in str(caught.value)


async def test_a_lock_is_held_once_and_names_its_owner(place: Path) -> None:
    """X62."""
    handle = await take_lock(place / "lock", 1.0)
    try:
        with pytest.raises(Unusable, match=f"pid {os.getpid()}"):
            await take_lock(place / "lock", 1.0)
    finally:
        os.close(handle)
    os.close(await take_lock(place / "lock", 1.0))


async def test_a_lock_left_with_a_child_of_a_dead_owner_is_waited_for(place: Path) -> None:
    """X62: as after kill -9, while the engine is still on its way out."""
    handle = await take_lock(place / "lock", 1.0)
    child = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE, pass_fds=(handle,))
    gone = await asyncio.create_subprocess_exec("true")
    await gone.wait()
    os.pwrite(handle, f"{gone.pid}".encode().ljust(12), 0)
    os.close(handle)
    waiting = asyncio.ensure_future(take_lock(place / "lock", 30.0))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    child.kill()
    await child.wait()
    async with asyncio.timeout(20):
        os.close(await waiting)


async def test_a_process_that_ended_is_not_alive() -> None:
    child = await asyncio.create_subprocess_exec("cat", stdin=asyncio.subprocess.PIPE)
    assert alive(child.pid)
    child.kill()
    await child.wait()
    assert not alive(child.pid)
