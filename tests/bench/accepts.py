"""Accepts: a thousand listeners say yes to one seeker at the same moment, over the wire of three real nodes.

    python -m tests.bench.accepts [--many 1000] [--engine valkey|redis]

Exit code 0: exactly one has the session; every other was told `offer_withdrawn` of their own offer, once, beside the
answer `taken`; the seeker and one listener heard of a session.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from tests.support.accepting import accepted
from tests.support.trio import three_nodes


def main() -> int:
    parser = argparse.ArgumentParser(description="Many accept one offer at once.")
    parser.add_argument("--many", type=int, default=1000)
    parser.add_argument("--engine", default="valkey", choices=("valkey", "redis"))
    return asyncio.run(race(parser.parse_args()))


async def race(options: argparse.Namespace) -> int:
    # The offers live until everybody has said hello on a slow machine.
    async with three_nodes(sessions={"offer": 600}, flavour=options.engine) as trio:
        outcome = await accepted(trio, options.many)
    print(
        f"{options.many} accept at once over three nodes: {outcome.answered} answered, {dict(outcome.refused)}, "
        f"{outcome.withdrawn} offer_withdrawn, {outcome.opened} session_opened for the seeker and {outcome.listening} "
        f"for listeners; {outcome.seconds:.1f} s for all"
    )
    found = (outcome.answered, outcome.withdrawn, outcome.opened, outcome.listening)
    return 0 if found == (1, options.many - 1, 1, 1) else 1


if __name__ == "__main__":
    sys.exit(main())
