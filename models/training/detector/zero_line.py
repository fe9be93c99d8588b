"""The zero line: what a classifier reaches that sees no pixel, only format, size, bytes and quantisation table.

On the originals it is strong, since formats and classes go together; under the `matched` condition it must be at
chance, else the figures of a detector measured there say something about formats too. Printed with each report.
"""

import numpy as np

from .degrade import TILE, matched_plan
from .metrics import auc
from .records import Record

CODECS = ("PNG", "JPEG", "WEBP", "BMP", "TIFF", "GIF", "NONE")


def original_features(record: Record) -> list[float]:
    first, _, mean = record.jpeg_q0.partition("/")
    pixels = max(1, record.width * record.height)
    return [
        CODECS.index(record.format) if record.format in CODECS else -1,
        record.width,
        record.height,
        record.bytes,
        record.bytes / pixels,
        float(first or 0),
        float(mean or 0),
    ]


def matched_features(record: Record, stored: tuple[int, int]) -> list[float]:
    """What a reader of the re-encoded centre crop could know without its pixels. `stored`: height and width."""
    plan = matched_plan(record.seed)
    height, width = (max(8, round(min(TILE, side) * plan.factor)) for side in stored)
    return [CODECS.index(plan.codec.upper()), width, height, plan.quality, plan.subsampling]


def zero_line(
    records: list[Record], sizes: dict[str, tuple[int, int]], split: str = "test"
) -> dict[str, float]:
    """AUC on `split` of boosted trees learned on `train`, for the originals and for the matched crops."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    out = {}
    views = {"originals": original_features, "matched": lambda r: matched_features(r, sizes[r.path])}
    for name, view in views.items():
        known = [r for r in records if r.split == "train" and r.path in sizes]
        asked = [r for r in records if r.split == split and r.path in sizes]
        trees = HistGradientBoostingClassifier(
            max_iter=150, learning_rate=0.06, max_leaf_nodes=12, random_state=0
        )
        trees.fit(np.array([view(r) for r in known]), [r.generated for r in known])
        probability = trees.predict_proba(np.array([view(r) for r in asked]))[:, 1]
        out[name] = auc(np.array([r.generated for r in asked], int), probability)
    return out
