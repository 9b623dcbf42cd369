"""Metrics: everything that happens is counted by our own words, and nobody's words are in a label."""

from __future__ import annotations

import asyncio
import timeit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.metrics import MOST_WORDS, Metrics
from chat.node import Node
from tests.support.engines import Engine
from tests.support.nodes import node_on, talking


def test_what_happens_is_counted_by_its_word() -> None:
    metrics = Metrics()
    for kind in ("Send", "Send", "Join"):
        metrics.commanded(kind)
    metrics.refused("too_soon")
    metrics.judged("message", "allow")
    metrics.judged("message", "hold")
    metrics.judged("message", "hold")
    metrics.cared("high")
    metrics.reset("fork")
    metrics.turned_away(403)
    metrics.failed("KeyError")
    metrics.committed("stored")
    metrics.committing_took(0.004)
    metrics.stages_took([("rules", 0.0003), ("rules", 0.02), ("crisis", 0.00002)])
    samples = metrics.read()
    assert samples["warmline_commands_total{type=send}"] == 2
    assert samples["warmline_commands_total{type=join}"] == 1
    assert samples["warmline_refusals_total{code=too_soon}"] == 1
    assert samples["warmline_verdicts_total{kind=message}{action=hold}"] == 2
    assert samples["warmline_care_total{band=high}"] == 1
    assert samples["warmline_resets_total{why=fork}"] == 1
    assert samples["warmline_turned_away_total{status=403}"] == 1
    assert samples["warmline_faults_total{fault=KeyError}"] == 1
    assert samples["warmline_commits_total{outcome=stored}"] == 1
    assert samples["warmline_commit_seconds_count"] == 1
    assert samples["warmline_filter_seconds_count{stage=rules}"] == 2
    assert samples["warmline_filter_seconds_bucket{stage=rules}{le=0.0005}"] == 1
    assert samples["warmline_filter_seconds_count{stage=crisis}"] == 1


def test_connections_rise_and_fall_and_a_slow_one_is_counted_as_such() -> None:
    """X47: who is cut off with 4108 shows in a number of its own."""
    metrics = Metrics()
    metrics.connected(1)
    metrics.connected(1)
    metrics.connected(-1)
    metrics.closed(4108)
    metrics.closed(1000)
    samples = metrics.read()
    assert samples["warmline_connections"] == 1
    assert samples["warmline_closes_total{code=4108}"] == samples["warmline_slow_total"] == 1


def test_totals_of_other_layers_are_copied_and_never_fall() -> None:
    metrics = Metrics()
    metrics.observe(people=3, rooms=2, engine=True, delivered=100, repairs=1)
    metrics.observe(people=2, rooms=2, engine=False, delivered=140, repairs=1)
    metrics.copy("repairs", 0)
    samples = metrics.read()
    assert samples["warmline_people"] == 2
    assert samples["warmline_engine_up"] == 0
    assert samples["warmline_delivered_total"] == 140
    assert samples["warmline_repairs_total"] == 1
    with pytest.raises(KeyError):
        metrics.copy("rooms_by_name", 1)


@given(st.text(max_size=60))
def test_a_strangers_text_never_becomes_a_label(text: str) -> None:
    """X68: whatever a caller hands on by mistake, no private word stands in a metric."""
    metrics = Metrics()
    metrics.refused(f"a room, {text}")
    assert metrics.read()["warmline_refusals_total{code=other}"] == 1
    assert b"a room" not in metrics.render()


def test_a_label_has_a_bounded_number_of_words() -> None:
    metrics = Metrics()
    for number in range(1000):
        metrics.refused(f"code{number}")
    assert sum("refusals_total" in name for name in metrics.read()) == MOST_WORDS + 1
    assert metrics.read()["warmline_refusals_total{code=other}"] == 1000 - MOST_WORDS


def test_two_nodes_in_one_process_do_not_share_numbers() -> None:
    one, two = Metrics(), Metrics()
    one.connected(1)
    assert two.read()["warmline_connections"] == 0


def test_it_is_rendered_in_the_text_format() -> None:
    metrics = Metrics()
    metrics.commanded("Send")
    text = metrics.render().decode()
    assert "# TYPE warmline_commands_total counter\n" in text
    assert 'warmline_commands_total{type="send"} 1.0\n' in text


def test_an_increment_is_cheap() -> None:
    """Measured at about 0.5 µs; the ceiling is far above it, so that no quiet machine is needed."""
    metrics = Metrics()
    best = min(timeit.repeat(lambda: metrics.judged("message", "allow"), number=2000, repeat=5)) / 2000
    print(f"judged: {best * 1e6:.2f} µs")
    assert best < 10e-6


async def test_every_number_of_a_running_node_moves_with_what_it_tells_of(engine: Engine) -> None:
    """What is declared is counted: words, stages, commits, bytes, presence, and what was sent again."""
    async with node_on(engine.url) as node:
        assert {name for name, value in moved(node) if not value} >= {"commits", "sent_bytes", "presence_scripts"}
        async with talking(node, "anxiety") as raw:
            for n in range(3):
                await raw.ask("send", room="anxiety", text=f"hello {n}", key=f"k{n}")
            await raw.ask("send", room="anxiety", text="hello 0", key="k0")
            await engine.ask("CLIENT", "KILL", "TYPE", "NORMAL")
            async with asyncio.timeout(20):
                await raw.ask("send", room="anxiety", text="and again", key="again")
                names = ("filter_seconds", "judge_seconds", "commit_seconds", "sent_bytes", "received_bytes")
                while not all(dict(moved(node))[name] for name in (*names, "presence_scripts", "delivered")):
                    await asyncio.sleep(0.01)  # the second hand has yet to come by
            samples = node.metrics.read()
    assert samples["warmline_commits_total{outcome=stored}"] == 4
    assert samples["warmline_commits_total{outcome=repeated}"] == 1
    stages = {name for name in samples if name.startswith("warmline_filter_seconds_count")}
    assert {f"warmline_filter_seconds_count{{stage={stage}}}" for stage in ("normalise", "rules", "policy")} <= stages
    assert samples["warmline_sent_bytes_total"] > 500
    assert samples["warmline_received_bytes_total"] > 500


def moved(node: Node) -> list[tuple[str, float]]:
    """Each family of metrics, and the sum of its samples."""
    return [
        (
            family.name.removeprefix("warmline_"),
            sum(sample.value for sample in family.samples if not sample.name.endswith("_created")),
        )
        for family in node.metrics.registry.collect()
    ]
