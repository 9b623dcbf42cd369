"""A second opinion small enough to be made in a test: the real runtime, a vocabulary of some words, made-up weights.

    files(folder)   writes encoder.onnx, encoder.bin, vocab.txt, opinion.npz and a model.json that names them
    tiny()          the same, loaded, in a folder of its own

The encoder looks each piece up in a table and takes the mean. ONNX is a protobuf of few fields, written here by hand:
the library that writes it otherwise is large and would be there for this alone.
"""

from __future__ import annotations

import hashlib
import json
import string
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from moderation import opinion
from moderation.model import FOLDER, HEADS
from moderation.opinion import ARRAYS, ENCODER, FILES, PIECES, WEIGHTS, Opinion

MEANS, HIDDEN = 1920, 8
WORDS = (
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", *string.ascii_lowercase, *(f"##{each}" for each in string.ascii_lowercase),
    *string.digits, ".", ",", "'", "!", "?",
    "you", "are", "tired", "##ness", "un", "##afford", "##able", "night", "long",
)  # fmt: skip


def files(folder: Path) -> Path:
    """The five files; the same on every machine."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(7)
    table = chance.normal(size=(len(WORDS), MEANS)).astype(np.float32)
    (folder / ENCODER).write_bytes(encoder(table))
    (folder / WEIGHTS).write_bytes(b"so small that all lies in the graph")
    (folder / PIECES).write_text("\n".join(WORDS) + "\n", encoding="utf-8")
    with (folder / ARRAYS).open("wb") as file:
        np.savez(
            file,
            shift=np.zeros(MEANS), spread=np.ones(MEANS),
            first=chance.normal(size=(MEANS, HIDDEN)) / 20, first_bias=np.zeros(HIDDEN),
            second=chance.normal(size=(HIDDEN, len(HEADS))) * 3, second_bias=np.zeros(len(HEADS)),
            blend=np.tile([0.5, 1.0, -0.2], (len(HEADS), 1)),
        )  # fmt: skip
    about = json.loads((FOLDER / "model.json").read_text(encoding="utf-8"))
    named = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in FILES}
    (folder / "model.json").write_text(json.dumps(about | {"opinion": named}), encoding="utf-8")
    return folder


@cache
def tiny() -> Opinion:
    """Loaded once for all tests."""
    with tempfile.TemporaryDirectory() as folder:
        return opinion.load(files(Path(folder)))


# ------------------------------------------------------------------ ONNX, written by hand


def encoder(table: np.ndarray[tuple[int, int], np.dtype[np.float32]]) -> bytes:
    """`ids` (1, n) → rows of the table → `means` (1, width)."""
    rows, width = table.shape
    weights = _numbers(1, [rows, width]) + _number(2, 1) + _part(8, b"table") + _part(9, table.tobytes())
    look_up = _part(1, b"table") + _part(1, b"ids") + _part(2, b"rows") + _part(4, b"Gather")
    axes = _part(1, b"axes") + _numbers(8, [1]) + _number(20, 7)
    keep = _part(1, b"keepdims") + _number(3, 0) + _number(20, 2)
    mean = _part(1, b"rows") + _part(2, b"means") + _part(4, b"ReduceMean") + _part(5, axes) + _part(5, keep)
    graph = _part(1, look_up) + _part(1, mean) + _part(2, b"tiny") + _part(5, weights)
    graph += _part(11, _shaped(b"ids", 7, [1, None])) + _part(12, _shaped(b"means", 1, [1, width]))
    return _number(1, 8) + _part(7, graph) + _part(8, _part(1, b"") + _number(2, 13))


def _shaped(name: bytes, kind: int, shape: list[int | None]) -> bytes:
    """A value's name, type and shape; None is a length that is known when it runs."""
    lengths = b"".join(_part(1, _part(2, b"n") if one is None else _number(1, one)) for one in shape)
    return _part(1, name) + _part(2, _part(1, _number(1, kind) + _part(2, lengths)))


def _part(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _numbers(field: int, values: list[int]) -> bytes:
    return b"".join(_number(field, value) for value in values)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    return bytes([*found, value])
