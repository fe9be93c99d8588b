"""Whole-number arithmetic for a model file of the small network, two to three times as fast where most channels are.

Static quantisation (Jacob et al. 2018) in ONNX's QDQ form: activations uint8 with ranges seen on training crops, weights
int8 with a scale a channel, sums int32. Stem and the first two blocks stay float32: at their resolution the integer
kernels for three channels and for depthwise convolutions are the slower ones, and their traces the finest. So do the
heads.
"""

import logging
import os
import random
import re
import tempfile

import numpy as np

from .crops import Store
from .degrade import TILE, training_crop
from .records import Record

FIRST_BLOCK = 2  # the first with integers
OPERATORS = ("Conv", "Clip", "Add")


def calibration_crops(records: list[Record], store: Store, most: int = 160, seed: int = 5) -> np.ndarray:
    """uint8 [n,3,256,256]: training crops, each of another source and class."""
    draw = random.Random(seed)
    groups: dict[tuple[str, bool], list[Record]] = {}
    for record in records:
        if record.split == "train" and record.path in store:
            groups.setdefault((record.source, record.generated), []).append(record)
    chosen = draw.sample(sorted(groups), min(len(groups), most))
    crops = [training_crop(store[draw.choice(groups[key]).path], TILE, draw) for key in chosen]
    return np.stack(crops).transpose(0, 3, 1, 2)


def to_integers(path: str, crops: np.ndarray, chunk: int = 4) -> None:
    """Rewrites the model file. `crops`: uint8 [n,3,256,256], whose activations give the ranges."""
    import onnx
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.parts = (crops[i : i + chunk] for i in range(0, len(crops), chunk))

        def get_next(self):
            part = next(self.parts, None)
            return None if part is None else {"image": part.astype(np.float32) / 127.5 - 1}

    chosen = [n.name for n in onnx.load(path).graph.node if n.op_type in OPERATORS and _is_integer(n.name)]
    with tempfile.TemporaryDirectory(dir=os.path.dirname(os.path.abspath(path))) as folder:
        made = os.path.join(folder, "model.onnx")
        logging.disable(logging.WARNING)  # it asks for a step that changes nothing here
        try:
            quantize_static(
                path,
                made,
                Reader(),
                quant_format=QuantFormat.QDQ,
                op_types_to_quantize=list(OPERATORS),
                nodes_to_quantize=chosen,
                per_channel=True,
                activation_type=QuantType.QUInt8,
                weight_type=QuantType.QInt8,
            )
        finally:
            logging.disable(logging.NOTSET)
        os.replace(made, path)


def _is_integer(name: str) -> bool:
    """Of a node as the exporter names it after its module."""
    block = re.search(r"/trunk\.(\d+)/", name)
    return "/neck/" in name or (block is not None and int(block[1]) >= FIRST_BLOCK)
