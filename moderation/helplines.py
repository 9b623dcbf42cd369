"""Placeholder docstring."""
from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit
from typing import Any
import yaml


class Helplines:
    def __init__(self, lines: list[dict[str, Any]], raw: dict[str, Any]) -> None:
        self._lines = lines
        self._raw = raw

    @classmethod
    def load(cls, path: Path) -> Helplines:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        return cls(raw["lines"], raw)

    def contacts(self) -> frozenset[str]:
        return frozenset(c[k] for line in self._lines for c in line["contacts"] for k in ("dial", "to", "vanity") if k in c)

    def hosts(self) -> frozenset[str]:
        urls = [u for line in self._lines for u in (line.get("web"), *(c.get("url") for c in line["contacts"])) if u]
        return frozenset(urlsplit(u).hostname.removeprefix("www.") for u in urls)
