"""The layers of the house, held by a test: who may import whom, and where each outside library may be used.

The drawing is in docs/architecture.md. To change the plan, change the drawing, the tables below and the code in one
commit and say why. A new file gets a row in LAYERS, a new library a row in OUTSIDE.

Deliberate differences from the first plan: msgspec is the language our types are written in, so it is allowed wherever
types of the wire or of files are declared (commands, replies, settings, config, moderation's loaders), not only where
bytes are read. The listener of websockets lives in ws.py, below gateway.py. Settings are plain types and therefore L1;
what reads them (config, sources) is L4.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("chat", "rooms", "moderation")

# L0 words · L1 pure logic · L2 adapters · L3 application · L4 shell. A file imports its own layer and those below.
LAYERS = {
    0: """
        chat.forms chat.commands chat.sessioncommands chat.replies chat.sessionreplies rooms.events moderation.verdict
        """,
    1: """
        chat.wire chat.budget chat.connection chat.knocks chat.admission chat.person chat.outbox chat.hub chat.auth
        chat.metrics chat.settings chat.sessionsettings chat.tellings chat.tickets
        chat.legible chat.follow chat.veil chat.enginelog chat.fields chat.nights
        rooms.durations rooms.effects rooms.ties rooms.scene rooms.seeking rooms.offering rooms.listening rooms.session
        rooms.handover rooms.escalation rooms.held rooms.matching rooms.waits rooms.rows rooms.cast rooms.wanting
        rooms.meeting rooms.parting rooms.giving rooms.helping rooms.asides rooms.calling rooms.supervising
        rooms.staying rooms.coming rooms.falling_due rooms.tomorrow
        rooms.envelope rooms.recovery rooms.topics rooms.commits rooms.ring rooms.roster rooms.seats rooms.address
        rooms.pairkeys rooms.newer rooms.lantern
        moderation.pipeline moderation.text moderation.folding moderation.rules moderation.gates moderation.prefilter
        moderation.contact moderation.answer moderation.links moderation.addresses moderation.handles
        moderation.accounts moderation.dialled moderation.nicknames moderation.places
        moderation.vocabulary moderation.lexicon
        moderation.flood moderation.kinds moderation.crisis moderation.policy moderation.helplines moderation.hours
        moderation.conversation moderation.work moderation.wording moderation.guessing moderation.gathering
        moderation.books moderation.own moderation.ownpacks moderation.sheets moderation.says moderation.trial
        moderation.offers moderation.card moderation.contagion moderation.elsewhere chat.careid
        moderation.evaluation.measures moderation.evaluation.outcomes moderation.evaluation.corpora
        moderation.evaluation.personal moderation.evaluation.disguises moderation.evaluation.foreign
        moderation.evaluation.bars moderation.evaluation.lived moderation.evaluation.labelled
        moderation.evaluation.hidden moderation.evaluation.plots moderation.evaluation.report
        moderation.evaluation.timing moderation.evaluation.slow moderation.evaluation.strangers
        moderation.features moderation.model moderation.opinion moderation.heeding moderation.teaching.examples
        moderation.familiar
        moderation.teaching.fitting moderation.teaching.packing moderation.teaching.trials
        moderation.teaching.larger moderation.teaching.encoder
        moderation.digits moderation.functions moderation.keys moderation.cases moderation.steps moderation.deadlines
        moderation.tidings moderation.lines moderation.ladder moderation.sanctions moderation.reports moderation.shield
        """,
    2: """
        chat.accounts chat.shift rooms.calming
        rooms.link rooms.pipeline rooms.subscriber rooms.resp rooms.scripts rooms.history rooms.healing rooms.calls
        rooms.committing rooms.intake rooms.reading rooms.tending rooms.backplane rooms.leases rooms.copies
        rooms.presence rooms.promises rooms.apart rooms.lights
        rooms.pairslot rooms.moment rooms.attendance rooms.debts rooms.words rooms.matchmaker
        moderation.review moderation.audit moderation.standing moderation.firsts
        """,
    3: """
        chat.dispatch chat.answers chat.joining chat.talk chat.second chat.beside chat.turns chat.spoken
        chat.outcomes chat.speech chat.amends chat.care
        chat.people chat.services chat.help chat.asking chat.easing chat.conduct chat.appeals chat.reports
        chat.sanctioning chat.blocking chat.blocked chat.past chat.tomorrow chat.probing chat.hosting
        chat.supervising chat.ages chat.entrusting
        chat.holding chat.settling chat.overdue chat.desk chat.before
        chat.company chat.seating chat.owing chat.carrying chat.alarming chat.disclosing chat.pairing chat.waiting
        chat.talking chat.feedback chat.staying chat.marking chat.pending chat.lantern
        """,
    4: """
        moderation.evaluate moderation.evaluation.weight moderation.evaluation.rebuilding
        moderation.evaluation.progress moderation.train
        chat.cli chat.node chat.rounds chat.evening chat.pump chat.drain chat.books chat.gateway chat.web chat.listener
        chat.page chat.offline chat.ws chat.workers chat.checks chat.config
        chat.sources chat.datadir
        chat.valkey chat.logs chat.dialler chat.line chat.places chat.client
        """,
}
LAYER = {module: layer for layer, modules in LAYERS.items() for module in modules.split()}

# Which of our packages a package may import. The graph is a V: rooms and moderation are strangers.
ARROWS = {"chat": {"chat", "rooms", "moderation"}, "rooms": {"rooms"}, "moderation": {"moderation"}}

# What would make pure code depend on where and when it runs.
IMPURE = {"asyncio", "time", "random", "secrets", "os", "logging", "structlog", "redis", "hiredis", "websockets"}
# The application layer speaks to adapters, never to a socket or an engine.
FORBIDDEN = {0: IMPURE, 1: IMPURE, 3: {"socket", "redis", "hiredis", "websockets"}}

# Where each outside library may be used: modules, or whole layers.
OUTSIDE: dict[str, set[str | int]] = {
    "websockets": {"chat.gateway", "chat.listener", "chat.ws", "chat.dialler", "chat.line"},
    "redis": {2, "chat.node"},
    "hiredis": {2},
    "msgpack": {"chat.wire"},
    "msgspec": {
        "chat.wire", "chat.fields", "chat.dialler", "chat.client", "chat.commands", "chat.replies", "chat.settings",
        "chat.forms", "chat.sessioncommands", "chat.sessionreplies", "chat.sessionsettings",
        "chat.config", "moderation.rules", "moderation.policy", "moderation.helplines", "rooms.rows",
    },
    "yaml": {
        "chat.sources", "moderation.rules", "moderation.policy", "moderation.helplines", "moderation.lines",
        "moderation.functions", "moderation.evaluate", "moderation.evaluation.personal", "moderation.evaluation.lived",
        "moderation.shield", "moderation.kinds", "moderation.card", "moderation.sheets", "moderation.says",
        "moderation.elsewhere",
    },
    "numpy": {
        "moderation.features", "moderation.familiar", "moderation.model", "moderation.opinion",
        "moderation.teaching.fitting", "moderation.teaching.packing", "moderation.teaching.larger",
        "moderation.teaching.trials", "moderation.train", "moderation.evaluate",
    },
    "onnxruntime": {"moderation.opinion"},
    "structlog": {2, 3, 4},
    "jwt": {"chat.auth"},
    "click": {"chat.cli"},
    "prometheus_client": {"chat.metrics"},
    "uvloop": {"chat.workers"},
    "re2": {
        "moderation.rules", "moderation.contact", "moderation.crisis", "moderation.accounts", "moderation.dialled",
        "moderation.nicknames", "moderation.places",
    },
    "ahocorasick": {"moderation.prefilter", "moderation.contact", "moderation.handles"},
    "phonenumbers": {"moderation.digits", "moderation.evaluation.personal"},
    "linkify_it": {"moderation.links"},
    "segno": {"chat.cli"},
}  # fmt: skip


def modules() -> list[str]:
    """Every module of the three packages, dotted."""
    files = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py"]
    return sorted(".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files)


def imports(source: str) -> set[str]:
    """Everything a source imports, dotted; `from a import b` is `a.b` where that is one of our modules, else `a`."""
    found: set[str] = set()
    ours = set(modules())
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            names = {f"{node.module}.{name.name}" for name in node.names}
            found |= (names & ours) or {str(node.module)}
            if names - ours and names & ours:
                found.add(str(node.module))
    return found


def faults(module: str, source: str) -> list[str]:
    """What `source` imports that `module` may not."""
    layer, package = LAYER[module], module.partition(".")[0]
    found = []
    for name in sorted(imports(source)):
        top = name.partition(".")[0]
        if top in PACKAGES:
            if top not in ARROWS[package]:
                found.append(f"{module} imports {name}: {package} knows nothing of {top}")
            elif name in LAYER and LAYER[name] > layer:
                found.append(f"{module} (L{layer}) imports {name} (L{LAYER[name]}): arrows point down")
        elif top in FORBIDDEN.get(layer, set()):
            found.append(f"{module} (L{layer}) imports {name}: not in this layer")
        elif top not in sys.stdlib_module_names:
            allowed = OUTSIDE.get(top, set())
            if module not in allowed and layer not in allowed:
                found.append(f"{module} imports {name}: {top} has its places in OUTSIDE")
    return found


def test_every_file_has_a_layer_and_every_layer_its_files() -> None:
    assert set(modules()) == set(LAYER)


@pytest.mark.parametrize("module", [name for name in modules() if name in LAYER])
def test_arrows_point_down(module: str) -> None:
    assert faults(module, (ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("rooms.topics", "from moderation.verdict import Action"),
        ("moderation.pipeline", "import rooms.events"),
        ("rooms.envelope", "from chat import wire"),
        ("chat.hub", "from chat.gateway import Gateway"),
        ("chat.hub", "from chat import commands, gateway"),
        ("rooms.recovery", "import time"),
        ("chat.talk", "import redis.asyncio"),
        ("chat.web", "import hiredis"),
        ("chat.hub", "def f():\n    import requests"),
    ],
)
def test_an_arrow_that_points_up_would_be_seen(module: str, line: str) -> None:
    """The test itself is tested: each of these is a way out of the plan."""
    assert len(faults(module, line)) == 1
