"""The command `warmline`.

    warmline serve [--config FILE] [--set dotted.key=value]… [--workers N]
    warmline check [--config FILE] [--set …]…            # what serve would do, and all that would keep it from it
    warmline helplines check [--json] [--on DATE]        # what a human must read again; 1 when a line is overdue
    warmline audit verify [--known N:MAC]                # is the trail as it was written? 1 when it is not
    warmline token --name N --role R… [--scope S]…       # a signed token for staff, on stdout

Exit codes: 0 done, 1 a fault of ours (or what `helplines check` and `audit verify` look for), 2 something a person has
to put right; then stderr has one line for each, with its remedy. stdout carries what programs read: `ready url=http://…`
once the server serves, a token.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

from chat import books, checks, datadir, logs, workers
from chat.auth import Identity, Scope, derive, sign
from chat.config import ConfigError, Settings, chosen_file, load
from chat.valkey import socket_path
from moderation.audit import Audit, Head, StoreAway
from moderation.helplines import Task
from rooms.calls import engine_client
from rooms.events import Band, Role, UserId

Command = TypeVar("Command", bound=Callable[..., Any])


def refuse(sentences: Iterable[object]) -> NoReturn:
    """Say on stderr what has to be put right, and end with 2."""
    for sentence in sentences:
        click.echo(f"warmline: {sentence}", err=True)
    raise SystemExit(workers.UNUSABLE)


def settings_from(config: Path | None, sets: tuple[str, ...]) -> Settings:
    try:
        return load(config, os.environ, sets)
    except ConfigError as error:
        refuse(error.problems)


def with_secret(settings: Settings) -> Settings:
    """The data directory made ready, and the secret from there unless the settings have one."""
    try:
        datadir.prepare(settings.data_dir)
        return settings if settings.auth.secret else settings.with_secret(datadir.secret(settings.data_dir))
    except datadir.Unusable as error:
        refuse([error])


def configured(command: Command) -> Command:
    """The two options every command takes."""
    named = click.Path(path_type=Path, dir_okay=False)
    command = click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Set one key.")(command)
    return click.option("--config", type=named, help="Instead of ./config.yaml or the packaged one.")(command)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="warmline")
def main() -> None:
    """Real-time peer-support chat."""


@main.command()
@configured
@click.option("--workers", "count", type=click.IntRange(1, 256), default=1, help="Processes that share the port.")
def serve(config: Path | None, sets: tuple[str, ...], count: int) -> None:
    """Serve until SIGTERM or Ctrl-C; the first drains, the second ends at once."""
    settings = settings_from(config, sets)
    logs.configure(settings.log)
    if wrong := checks.missing_packs(settings) + checks.books_refused(settings):
        refuse(wrong)
    settings = with_secret(settings)
    try:
        code = workers.run(workers.serve(settings, count, say_ready))
    except datadir.Unusable as error:
        refuse([error])
    except KeyboardInterrupt:  # before there was anybody to drain
        code = 130
    sys.exit(code)


def say_ready(url: str) -> None:
    """Tell whoever started us. A reader that has gone away is no reason to stop."""
    try:
        click.echo(f"ready url={url}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


@main.command()
@configured
def check(config: Path | None, sets: tuple[str, ...]) -> None:
    """Say what serve would do, and everything that would keep it from it. Changes nothing."""
    settings = settings_from(config, sets)
    for line in described(settings, chosen_file(config)):
        click.echo(line)
    if found := checks.problems(settings):
        refuse(found)
    click.echo(judged_by(settings))
    click.echo("ok")


def judged_by(settings: Settings) -> str:
    """How many books there are, the operator's own apart."""
    held = books.load(settings)
    own = ", ".join(f"{count} {what}" for what, count in held.counts.items())
    where = f"; of your own in {books.own_folder(settings)}: {own}" if settings.moderation.dir else ""
    return f"books: {len(held.book.rules)} rules, {len(held.packs)} packs, version {held.version}{where}"


def described(settings: Settings, file: Path) -> list[str]:
    """What would be served, in words. No secret is among them."""
    engine = f"our own, {settings.engine.durability}, in {settings.data_dir / 'engine'}"
    secret = settings.data_dir / "secret"
    kept = f"read from {secret}" if secret.exists() else f"would be made in {secret}"
    limits = "on" if settings.limits.enabled else "off (rates and slow mode; the filter stays on)"
    rooms = [f"  {room.band}/{room.id}: {room.title} ({room.pack})" for room in settings.rooms]
    return [
        f"configuration: {file}",
        f"listens on: {settings.gateway.host} port {settings.gateway.port or 'any'}",
        f"engine: {engine if settings.embedded else 'an external one (redis.url)'}",
        f"secret: {'from the settings' if settings.auth.secret else kept}",
        f"limits: {limits}",
        f"rooms: {len(rooms)}",
        *rooms,
    ]


@main.group()
def helplines() -> None:
    """The helplines people are shown."""


@helplines.command("check")
@configured
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each entry.")
@click.option("--on", "day", metavar="DATE", help="As of this day (2027-05-21) instead of today.")
def check_helplines(config: Path | None, sets: tuple[str, ...], as_json: bool, day: str | None) -> None:
    """List what a human must read again, with source, age and reason. Ends with 1 when a line is a year old."""
    try:
        today = date.fromisoformat(day) if day else datetime.now(UTC).date()
        lines = books.load(settings_from(config, sets)).helplines
    except books.BAD as error:
        refuse([error])
    tasks = lines.due(today)
    for task in tasks:
        click.echo(json.dumps(asdict(task), ensure_ascii=False) if as_json else read_again(task))
    if not as_json:
        overdue = sum(task.overdue for task in tasks)
        click.echo(f"{len(lines.lines)} lines; {len(tasks)} entries to read again, {overdue} of them overdue")
    sys.exit(1 if any(task.overdue for task in tasks) else 0)


def read_again(task: Task) -> str:
    """One entry for a person who is going to read its source."""
    age = "age not written down" if task.age is None else f"source read {task.age} days ago"
    head = f"{'OVERDUE ' if task.overdue else ''}{task.country} {task.id}: {task.name} ({age})"
    return "\n".join(
        [head, *(f"    why: {why}" for why in task.reasons), *(f"    source: {each}" for each in task.source)]
    )


@main.group()
def audit() -> None:
    """The trail of what was done about people's words."""


@audit.command("verify")
@configured
@click.option("--known", metavar="N:MAC", help="A head noted earlier: is it still in the trail?")
def verify_trail(config: Path | None, sets: tuple[str, ...], known: str | None) -> None:
    """Read the whole trail of a running server. Ends with 1, and a sentence for each break, when it was changed."""
    settings = with_secret(settings_from(config, sets))
    number, colon, mac = (known or "0:").partition(":")
    if not (colon and number.isascii() and number.isdigit()):
        refuse(["--known takes a head as `audit verify` prints it: N:MAC"])
    try:
        head, found = asyncio.run(read_trail(settings, (int(number), mac) if known else None))
    except StoreAway:
        refuse(["the engine does not answer; start the server, or check redis.url"])
    for sentence in found:
        click.echo(sentence)
    click.echo(f"{head[0]} entries; head {head[0]}:{head[1]}")
    sys.exit(1 if found else 0)


async def read_trail(settings: Settings, known: Head | None) -> tuple[Head, list[str]]:
    """The end of the trail and where it is broken. Raises StoreAway."""
    url = f"unix://{socket_path(settings.data_dir / 'engine')}" if settings.embedded else settings.redis.url
    client = engine_client(url)
    try:
        trail = Audit(client, derive(settings.auth.secret.encode(), "audit").hex())
        head = await trail.head()
        return head, await trail.verify(known)
    finally:
        await client.aclose()


@main.command()
@configured
@click.option("--name", required=True, help="What the person is called; the same name is the same person.")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--scope", "scopes", multiple=True, type=click.Choice([scope.value for scope in Scope]))
@click.option("--band", type=click.Choice([band.value for band in Band]), default=Band.ADULT.value, show_default=True)
@click.option("--days", type=click.FloatRange(0, 366, min_open=True), default=30.0, show_default=True)
@click.option("--trained", type=click.DateTime(["%Y-%m-%d"]), help="When they were trained last.  [default: today]")
@click.option("--qr", is_flag=True, help="Draw it as well, on stderr: a telephone takes a picture of it on the page.")
def token(
    config: Path | None,
    sets: tuple[str, ...],
    name: str,
    roles: tuple[str, ...],
    scopes: tuple[str, ...],
    band: str,
    days: float,
    trained: datetime | None,
    qr: bool,
) -> None:
    """Print a signed token for a member of staff. Training is good for 180 days, however often a token is renewed."""
    secret = with_secret(settings_from(config, sets)).auth.secret.encode()
    now = time.time()
    identity = Identity(
        user=staff_id(secret, name),
        roles=frozenset(Role(role) for role in roles),
        scopes=frozenset(Scope(scope) for scope in scopes),
        band=Band(band),
        name=name,
        expires=now + days * 86400,
        trained=now if trained is None else trained.replace(tzinfo=UTC).timestamp(),
    )
    signed = sign(identity, secret, now)
    click.echo(signed)
    if qr:
        import segno  # here: who serves does not pay for it

        segno.make(signed, error="l").terminal(sys.stderr, compact=True)


def staff_id(secret: bytes, name: str) -> UserId:
    """The person behind a name: the same for every token of theirs, and not guessable without the secret."""
    return UserId(
        "staff-" + hmac.digest(derive(secret, "staff name"), name.strip().casefold().encode(), "sha256").hex()[:24]
    )


if __name__ == "__main__":
    main()
