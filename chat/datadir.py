"""What the server keeps as its own on this machine: the directory of `data.dir`, and the secret in it.

    prepare(path)           # exists, is ours to write; made with mode 0700 when missing
    secret(path)            # read, or made once, with mode 0600
    await take_lock(file, within)   # ours until the descriptor is closed, here and in every child that inherited it

Failure: `Unusable`, whose text is one sentence that names the path and the remedy; the command line prints it and
ends with code 2. Whether we may write is found out by writing: permissions, mounts and quotas all lie a little.

Several nodes of one machine may share the directory (with an external engine): the secret is made by whoever comes
first, atomically, and the others read it. The embedded engine is what allows one server only; see valkey.py.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import pwd
import secrets
import tempfile
from pathlib import Path

# 43 characters of base64url are 256 bits, as many as the hash behind every use of it.
SECRET_BYTES = 32
SHORTEST = 32


class Unusable(Exception):
    """Something this server needs on the machine is not as it must be; the text says what and what to do."""


def prepare(path: Path) -> None:
    """Make sure that `path` is a directory we can write to. Raises Unusable."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except (FileExistsError, NotADirectoryError):
        raise Unusable(f"data.dir {path} is not a directory; remove what is there or choose another data.dir") from None
    except PermissionError:
        raise Unusable(f"data.dir {path} cannot be written: {_owner(path)}") from None
    except OSError as error:
        raise Unusable(f"data.dir {path} cannot be used ({error.strerror}); choose another data.dir") from None


def _owner(path: Path) -> str:
    """Who owns the nearest part of `path` that exists, and what follows from that."""
    us = name_of(os.geteuid())
    for part in (path, *path.parents):
        try:
            owner = name_of(part.stat().st_uid)
        except OSError:
            continue
        if owner != us:
            return f"{part} belongs to {owner} and we run as {us}; run as {owner}, or choose another data.dir"
        return f"{part} is ours but read-only; run chmod u+w {part}, or choose another data.dir"
    return "choose another data.dir"


def name_of(uid: int) -> str:
    """A user's name, or the number of one without."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"


def secret(path: Path) -> str:
    """The secret kept in the directory, made if there is none yet. Raises Unusable.

    A new one is written beside its place and linked there, which succeeds once: of two nodes that start together,
    both end up with the same secret, and neither can read half of one.
    """
    place = path / "secret"
    try:
        if not place.exists():
            _make(place)
        if place.stat().st_mode & 0o077:
            raise Unusable(f"{place} can be read by others; run chmod 600 {place}")
        kept = place.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise Unusable(f"{place} cannot be read or made; give it back to {name_of(os.geteuid())}") from None
    if len(kept) < SHORTEST:
        raise Unusable(f"{place} holds fewer than {SHORTEST} bytes; put back the one from your backup")
    return kept


def _make(place: Path) -> None:
    handle, name = tempfile.mkstemp(dir=place.parent, prefix=".secret-")  # mode 0600 from the first moment
    try:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(name, place)
        except FileExistsError:  # another node was first
            pass
    finally:
        os.unlink(name)


async def take_lock(file: Path, within: float) -> int:
    """Hold `file` by flock and write our pid into it; returns the descriptor. Raises Unusable with the owner's pid.

    A lock whose owner is dead is held by what the owner started and is on its way out: waited for, `within` seconds.
    """
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    clock = asyncio.get_running_loop().time
    patience = clock() + within
    try:
        while not _locked(handle):
            owner = int(os.pread(handle, 20, 0).strip() or b"0")
            if (owner and alive(owner)) or clock() > patience:
                raise Unusable(
                    f"data.dir {file.parent.parent} is in use by another server, pid {owner}; "
                    "stop that one, or choose another data.dir"
                )
            await asyncio.sleep(0.02)
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
    except BaseException:
        os.close(handle)
        raise
    return handle


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def alive(pid: int) -> bool:
    """Whether a process of this number runs (one that ended and nobody has fetched does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][:1] not in ("Z", "X")
    except OSError:
        return not Path("/proc/self").exists()  # no /proc here: believe the signal
