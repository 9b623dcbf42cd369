"""The second opinion: what the model is unsure of, read once more by a larger one.

    a soft view ─▶ pieces of words ─▶ encoder.onnx ─▶ means ─▶ two small layers ─┐
    the model's own scores of it ────────────────────────────────────────────────┴─▶ blended, 0..1

`encoder.onnx` (data/model; a sentence encoder in eight-bit numbers) takes the numbers of at most `MOST_PIECES` pieces
and gives `means`; its own numbers lie in `encoder.bin`, of which the system keeps only what is read. `opinion.npz`
holds what turns these into one score a head, and how that is blended with the small model's. `vocab.txt` has the
pieces. model.json names all four with what they hash to. Reading one message takes some milliseconds, so only the few
that a pack's `second` bands call uncertain are read (pipeline.py), in the server by a thread of its own
(chat/second.py).

A score depends on the text alone: each is read by itself, for the scales of eight-bit numbers are taken from all that
is read at once. Nothing here asks what time it is, starts a thread or reaches a network; the runtime's own threads and
its reports are switched off.

Failure: files that are missing or not those model.json names are a ModelError. Where the runtime cannot be imported,
`load` raises ImportError, and who asked goes on with the small model alone.
"""

from __future__ import annotations

import contextlib
import ctypes
import hashlib
import json
import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from moderation.model import FOLDER, HEADS, ModelError

ENCODER, WEIGHTS, PIECES, ARRAYS = "encoder.onnx", "encoder.bin", "vocab.txt", "opinion.npz"
FILES = (ENCODER, WEIGHTS, PIECES, ARRAYS)
# Pieces read of one text, the marks of its beginning and end among them. The encoder was taught on so many.
MOST_PIECES = 64
START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"
# No word is longer; what is, was typed by a cat.
_LONGEST_WORD = 100
# Scores are made in steps of this much of the logit, as the small model's are (model.py).
_STEPS = 64
_FARTHEST = 12
# The small model's scores are rounded: beyond this they say nothing more.
_SUREST = 0.9995

# A sign, or what stands between signs and spaces.
_SIGN = r"!-/:-@\[-`{-~"
_WORD = re.compile(rf"[{_SIGN}]|[^\s{_SIGN}]+")
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF), (0x2F800, 0x2FA1F),
)  # fmt: skip


class Adviser(Protocol):
    """What is asked for a second opinion."""

    def scores(self, texts: Sequence[str], small: Any) -> NDArray[np.float64]: ...


Opining = Callable[[], Adviser]


class Pieces:
    """A vocabulary of pieces of words: text in, numbers out."""

    def __init__(self, lines: Sequence[str]) -> None:
        """`lines`: one piece each, in the order of their numbers. Raises ModelError where a mark is missing."""
        self._numbers = {line: number for number, line in enumerate(lines)}
        missing = [mark for mark in (START, END, UNKNOWN) if mark not in self._numbers]
        if missing:
            raise ModelError(f"{PIECES}: without {missing[0]}; run `python -m moderation.train`")
        self._start, self._end, self._unknown = (self._numbers[mark] for mark in (START, END, UNKNOWN))
        self._longest = max(map(len, lines))

    def read(self, text: str) -> list[int]:
        """The numbers of a text's pieces between the two marks, cut at MOST_PIECES."""
        found = [self._start]
        for word in words(text):
            found += self._split(word)
            if len(found) >= MOST_PIECES - 1:
                break
        return [*found[: MOST_PIECES - 1], self._end]

    def _split(self, word: str) -> list[int]:
        """A word as the longest pieces there are, from its beginning on; one unknown where there is none."""
        found: list[int] = []
        at = 0
        while at < len(word) <= _LONGEST_WORD:
            before = "##" if at else ""
            for end in range(min(len(word), at + self._longest), at, -1):
                number = self._numbers.get(before + word[at:end])
                if number is not None:
                    found.append(number)
                    at = end
                    break
            else:
                return [self._unknown]
        return found or [self._unknown]


def words(text: str) -> Iterator[str]:
    """Words and single signs, small and without accents."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(map(_plain, text))
    return (match.group() for match in _WORD.finditer(text.lower()))


@lru_cache(maxsize=4096)
def _plain(sign: str) -> str:
    """One character as it is read: nothing, a space, itself between spaces, or its letters without accents."""
    kind = unicodedata.category(sign)
    if sign in "\t\n\r" or kind == "Zs":
        return " "
    if kind.startswith("C") or sign == "\ufffd":
        return ""
    if any(first <= ord(sign) <= last for first, last in _IDEOGRAPHS):
        return f" {sign} "
    letters = [each for each in unicodedata.normalize("NFD", sign.lower()) if unicodedata.category(each) != "Mn"]
    return "".join(f" {each} " if unicodedata.category(each).startswith("P") else each for each in letters)


class Opinion:
    """The encoder, its vocabulary and the layers behind it."""

    def __init__(self, session: Any, pieces: Pieces, arrays: Mapping[str, Any]) -> None:
        """`session` runs the encoder; `arrays` are those of opinion.npz. Raises ModelError where they don't fit."""
        self._session = session
        self._pieces = pieces
        names = ("shift", "spread", "first", "first_bias", "second", "second_bias", "blend")
        half = ("first",)  # as exact, in half the room
        read: list[Any] = [np.asarray(arrays[name], np.float32 if name in half else np.float64) for name in names]
        self._shift, self._spread, self._first, self._first_bias, self._second, self._second_bias, self._blend = read
        means, hidden = self._first.shape
        fit = self._shift.shape == self._spread.shape == (means,) and self._first_bias.shape == (hidden,)
        heads = self._second.shape == (hidden, len(HEADS)) and self._second_bias.shape == (len(HEADS),)
        if not (fit and heads and self._blend.shape == (len(HEADS), 3)):
            raise ModelError(f"{ARRAYS}: its arrays do not fit each other; run `python -m moderation.train`")

    def scores(self, texts: Sequence[str], small: Any) -> NDArray[np.float64]:
        """(texts, heads): for each text (a soft view) and its scores by the small model, how sure each head is, 0 to 1
        in thousandths.
        """
        return shares(blended(np.asarray(small, np.float64), self.logits(texts), self._blend))

    def logits(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """(texts, heads): what the larger model says by itself."""
        found = np.zeros((len(texts), len(HEADS)))
        for place, text in enumerate(texts):
            found[place] = self._layers(self.means(text))
        return found

    def means(self, text: str) -> Any:
        """What the encoder makes of one text."""
        read = np.array([self._pieces.read(text)], np.int64)
        return self._session.run(["means"], {"ids": read})[0][0]

    def _layers(self, means: Any) -> Any:
        """einsum and not a matrix product: that would wake the threads of numpy's own library for one row."""
        inner = np.einsum("i,ij->j", (means - self._shift) / self._spread, self._first) + self._first_bias
        bent = np.array([each * 0.5 * (1 + math.erf(each / math.sqrt(2))) for each in inner.tolist()])  # gelu
        return np.einsum("i,ij->j", bent, self._second) + self._second_bias


def blended(small: Any, large: Any, blend: Any) -> Any:
    """The logits of both together: (texts, heads) of the small model's scores, of the larger's logits, and per head how
    much each counts, with what is added.
    """
    return blend[:, 0] * logit(small) + blend[:, 1] * large + blend[:, 2]


def logit(scores: Any) -> Any:
    """The logits behind rounded scores."""
    sure = np.clip(scores, 1 - _SUREST, _SUREST)
    return np.log(sure / (1 - sure))


def shares(logits: Any) -> NDArray[np.float64]:
    """Scores, 0 to 1 in thousandths."""
    steps = np.rint(np.asarray(logits) * _STEPS).clip(-_FARTHEST * _STEPS, _FARTHEST * _STEPS)
    return np.array([[round(1 / (1 + math.exp(-step / _STEPS)), 3) for step in row] for row in steps.tolist()])


# ------------------------------------------------------------------ files


def load(folder: Path = FOLDER) -> Opinion:
    """The packaged second opinion. Raises ModelError; ImportError where the runtime is not to be had."""
    named = _named(folder)
    for name in FILES:
        try:
            with (folder / name).open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as broken:
            raise ModelError(f"{folder / name}: cannot be read: {type(broken).__name__}") from broken
        if digest != named.get(name):
            raise ModelError(f"{folder / name}: not the file model.json speaks of; run `python -m moderation.train`")
    pieces = Pieces((folder / PIECES).read_text(encoding="utf-8").splitlines())
    with np.load(folder / ARRAYS, allow_pickle=False) as arrays:
        return Opinion(session(folder / ENCODER), pieces, {name: arrays[name] for name in arrays.files})


def session(path: Path) -> Any:
    """The runtime with one encoder, kept small: no threads of its own, no pool of memory that only grows."""
    import onnxruntime  # here, for it costs a tenth of a second and may be missing

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    options.log_severity_level = 3
    try:
        made = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as broken:  # its own kinds, one for each way a file can be bad
        raise ModelError(f"{path}: the runtime cannot use it: {type(broken).__name__}") from broken
    with contextlib.suppress(OSError, AttributeError):  # where there is such a thing
        ctypes.CDLL(None).malloc_trim(0)  # reading it took half as much again, which goes back to the system
    return made


@cache
def _shared() -> Opinion:
    """The packaged one: it holds no state, so one serves however many pipelines there are in a process."""
    return load()


def packaged(folder: Path = FOLDER) -> Opining | None:
    """What loads the second opinion when it is first asked for; None where there is none or no runtime for it."""
    if not _named(folder) or find_spec("onnxruntime") is None:
        return None
    return _shared if folder == FOLDER else cache(lambda: load(folder))


def _named(folder: Path) -> dict[str, str]:
    """What model.json says the files hash to; empty where it names none. Raises ModelError."""
    try:
        named = json.loads((folder / "model.json").read_text(encoding="utf-8")).get("opinion", {})
    except (OSError, ValueError, AttributeError) as broken:
        raise ModelError(f"{folder}: cannot be read: {type(broken).__name__}") from broken
    if not isinstance(named, dict):
        raise ModelError(f'{folder}/model.json: "opinion" must name {", ".join(FILES)} with their sha256')
    return named
