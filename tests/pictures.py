"""Pictures of every view, by day and by night, on a phone and on a desk: `python -m tests.pictures`.

    python -m tests.pictures                         # all of them, into docs/pictures
    python -m tests.pictures --into /tmp/p --scene two --scene desk
    python -m tests.pictures --only room-care --sharp 2

A real node on an engine of its own, real people in Chromium ($CHROMIUM, else /usr/bin/chromium) who play the scenes of
tests/support/views.py: the same walk the tests look for faults on. A scene is played once for each size; each view is
taken by day and by night. Names are `view-phone-light.png`; what is not played any more is not removed.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, ViewportSize, async_playwright, expect

from tests.support.browser import DESK, FLAGS, PHONE, WITHIN, chromium
from tests.support.engines import running
from tests.support.views import SCENES, SECONDS, View, house

PLACE = Path(__file__).parents[1] / "docs/pictures"
SIZES: dict[str, ViewportSize] = {"phone": PHONE, "desk": DESK}
THEMES = ("light", "dark")
# Enough for letters, surfaces and their shadows; a quarter of the bytes of a picture with all its colours.
COLOURS = 64
PALETTE = re.sub(r"^/\*.*?\*/\s*", "", (Path(__file__).parent / "palette.js").read_text(), flags=re.DOTALL)


@asynccontextmanager
async def chromium_at(sharp: float) -> AsyncIterator[Browser]:
    """A browser; `sharp` is how many points of the picture a pixel of the page becomes."""
    expect.set_options(timeout=WITHIN)
    async with async_playwright() as playwright:
        flags = [*FLAGS, f"--force-device-scale-factor={sharp}", "--font-render-hinting=none"]
        running_ = await playwright.chromium.launch(executable_path=chromium(), args=flags)
        yield running_
        await running_.close()


async def take(view: View, size: str, into: Path, bench: Page) -> None:
    """One view, by day and by night, each with as few colours as it needs."""
    await view.visitor.page.mouse.move(0, 0)
    for theme in THEMES:
        await view.visitor.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        whole = base64.b64encode(await view.visitor.page.screenshot(scale="device")).decode()
        small = await bench.evaluate(f"([whole, most]) => ({PALETTE})(whole, most)", [whole, COLOURS])
        (into / f"{view.name}-{size}-{theme}.png").write_bytes(base64.b64decode(small))
    await view.visitor.page.emulate_media(color_scheme="light")


async def play(scene: str, size: str, browser: Browser, asked: argparse.Namespace) -> list[str]:
    """One scene at one size; gives what was seen that should not be."""
    faults: list[str] = []
    met: dict[int, Any] = {}
    async with (
        running("valkey") as engine,
        house(engine.url, browser, size=SIZES[size], patient=False, **SECONDS.get(scene, {})) as home,
    ):
        bench = await browser.new_page()
        async for view in SCENES[scene](home):
            met[id(view.visitor)] = view.visitor
            if view.drawn if not asked.only else view.name in asked.only:
                await take(view, size, asked.into, bench)
            if wider := await view.visitor.overflow():
                faults.append(f"{view.name} at {size}: {wider} px wider than its window")
        for visitor in met.values():
            faults += await visitor.violations()
    return faults


async def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--into", type=Path, default=PLACE, help="folder of the pictures")
    parser.add_argument("--scene", action="append", choices=list(SCENES), help="only these scenes")
    parser.add_argument("--size", action="append", choices=list(SIZES), help="only these sizes")
    parser.add_argument("--only", action="append", help="only these views")
    parser.add_argument("--sharp", type=float, default=1, help="points for each pixel (2: as a good telephone)")
    asked = parser.parse_args()
    asked.into.mkdir(parents=True, exist_ok=True)
    faults: list[str] = []
    async with chromium_at(asked.sharp) as browser:
        for scene in asked.scene or SCENES:
            for size in asked.size or SIZES:
                faults += await play(scene, size, browser, asked)
                print(f"{scene} at {size}", flush=True)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(asyncio.run(main()))
