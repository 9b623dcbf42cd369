"""What the second opinion costs a running server: how long its loop stands still, and each stage's time a message.

    python -m tests.bench.second [--rate 200] [--seconds 20] [--people 20] [--off | --every]

A server in a process of its own, an engine, and people who say the sentences of bodies.txt at an even pace. In the
server's loop a heart beats every two milliseconds; `late` is how much later than that it beat, which is what everybody
waits for: work of the loop, Python's lock, and whatever else runs on this machine. `busy` is the CPU the loop's thread
spent between two beats, which is the work alone. `--off` is the same without a second opinion: compare the two. With
`--every` all messages are uncertain. The bound is 10 ms; on a busy machine only `busy` can be held against it, or the
bench is run before all else (`chrt -f 5`, as root).
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
import tempfile
import time
from pathlib import Path

from chat.node import Node
from chat.settings import Moderation
from moderation.model import HEADS
from tests.support.engines import running
from tests.support.nodes import settings
from tests.support.raw import Raw

BEAT = 0.002
BODIES = Path(__file__).parent / "bodies.txt"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=200.0, help="messages a second, all together")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--off", action="store_true", help="without a second opinion")
    parser.add_argument("--every", action="store_true", help="every message is uncertain")
    parser.add_argument("--serve", metavar="ENGINE", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if not arguments.serve:
        return asyncio.run(measure(arguments))
    with tempfile.TemporaryDirectory() as folder:
        if arguments.every:
            (Path(folder) / "packs").mkdir()
            bands = "".join(f"  model.{head}: [0, 1]\n" for head in HEADS)
            (Path(folder) / "packs" / "general.yaml").write_text(f'name: general\nversion: "1"\nsecond:\n{bands}')
        told = Moderation(second=not arguments.off, dir=folder if arguments.every else "")
        return asyncio.run(serve(arguments.serve, told))


async def measure(arguments: argparse.Namespace) -> None:
    """Start both, let people talk, and print what the server has seen of itself."""
    async with running("valkey") as engine:
        words = [sys.executable, "-m", "tests.bench.second", "--serve", engine.url]
        server = await asyncio.create_subprocess_exec(
            *words,
            *(f"--{word}" for word in ("off", "every") if vars(arguments)[word]),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        assert server.stdin is not None
        assert server.stdout is not None
        url = ""
        while not url.startswith("http"):
            url = (await server.stdout.readline()).decode().strip()
        texts = BODIES.read_text(encoding="utf-8").splitlines()
        await talk(url, texts[:400], arguments, seconds=2.0)  # warm
        server.stdin.write(b"now\n")
        answers = await talk(url, texts[400:], arguments, seconds=arguments.seconds)
        server.stdin.close()
        told = ""
        while not told.startswith("{"):
            told = (await server.stdout.readline()).decode()
        await server.wait()
    show(json.loads(told), answers)


async def talk(url: str, texts: list[str], arguments: argparse.Namespace, seconds: float) -> list[float]:
    """Everybody says one sentence after the other; seconds until each was answered."""
    took: list[float] = []

    async def one(place: int) -> None:
        async with Raw.upgraded(url) as raw:
            await raw.hello("adult")
            await raw.ask("join", room="anxiety")
            begun, each = time.monotonic(), arguments.people / arguments.rate
            for turn in range(int(seconds / each)):
                await asyncio.sleep(max(0.0, begun + (turn + place / arguments.people) * each - time.monotonic()))
                text = texts[(turn * arguments.people + place) % len(texts)]
                began = time.monotonic()
                await raw.ask("send", room="anxiety", text=text, key=f"{place}-{turn}-{began}")
                took.append(time.monotonic() - began)

    await asyncio.gather(*(one(place) for place in range(arguments.people)))
    return sorted(took)


def show(told: dict[str, object], answers: list[float]) -> None:
    print(f"answered   {len(answers)}: {_shares([each * 1e3 for each in answers])} ms")
    for name, said in told.items():
        print(f"{name:10} {said}")


def _shares(found: list[float]) -> str:
    found = sorted(found)
    at = {name: found[min(len(found) - 1, int(len(found) * part))] for name, part in _PARTS.items()}
    return ", ".join(f"{name} {value:.2f}" for name, value in at.items())


_PARTS = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "most": 1.0}


# ------------------------------------------------------------------ the server


async def serve(engine_url: str, told_to: Moderation) -> None:
    """A node whose heart is felt, until its input is closed."""
    began, empty = time.monotonic(), _resident()
    node = Node(settings(moderation=told_to), engine_url)
    await node.start()
    started = time.monotonic() - began
    going = asyncio.create_task(node.run())
    while told_to.second and node.second.trouble == "" and node.second._opinion is None:
        await asyncio.sleep(0.01)
    loaded = time.monotonic() - began
    gc.collect()
    gc.freeze()
    print(node.url, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    beats = asyncio.create_task(heart(over := asyncio.Event()))
    await asyncio.to_thread(sys.stdin.read)
    over.set()
    late, busy = await beats
    told = {
        "late": f"{_shares(late)} ms; over 10 ms: {sum(one > 10 for one in late)} of {len(late)}",
        "busy": f"{_shares(busy)} ms; over 10 ms: {sum(one > 10 for one in busy)}",
        "start": f"{started:.2f} s, second opinion there after {loaded:.2f} s",
        "resident": f"{_resident():.0f} MB, {empty:.0f} before the node",
        **figures(node),
    }
    node.stop()
    node.stop()
    await going
    await node.aclose()
    print(json.dumps(told), flush=True)


async def heart(over: asyncio.Event) -> tuple[list[float], list[float]]:
    """Milliseconds each beat was late, and of CPU since the one before."""
    late, busy = [], []
    while not over.is_set():
        wall, cpu = time.perf_counter(), time.thread_time()
        await asyncio.sleep(BEAT)
        late.append((time.perf_counter() - wall - BEAT) * 1e3)
        busy.append((time.thread_time() - cpu) * 1e3)
    return late, busy


def figures(node: Node) -> dict[str, str]:
    """Microseconds of each stage, and what became of uncertain texts."""
    node.metrics.stages_took(node.services.pipeline.take_laps())
    read, found = node.metrics.read(), {}
    for name, seconds in read.items():
        if name.startswith("warmline_filter_seconds_sum"):
            many = read[name.replace("_sum", "_count")]
            found[name[len("warmline_filter_seconds_sum{stage=") : -1]] = f"{seconds / many * 1e6:.0f} µs x {many:.0f}"
    judged = sum(value for name, value in read.items() if name.startswith("warmline_verdicts_total"))
    unsure = {name[29:-1]: value for name, value in read.items() if name.startswith("warmline_unsure_total")}
    return found | {"uncertain": f"{unsure}: {sum(unsure.values()) / max(1, judged):.1%} of {judged:.0f}"}


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
