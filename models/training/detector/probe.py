"""Cheap comparisons: logistic regression on pooled features of frozen networks. Minutes instead of hours, so many ideas
can be weighed on the validation splits before a training run is spent on one."""

import random

import numpy as np
import torch

from .crops import Store
from .degrade import TILE, centre, reflect, training_crop, under
from .metrics import auc, source_interval
from .network import TileNetwork, folded
from .records import Record

BLOCKS = (5, 9, 11)


class Pooled(torch.nn.Module):
    """Mean and deviation of the chosen blocks' maps."""

    def __init__(self, network: TileNetwork):
        super().__init__()
        self.network = folded(network)

    def forward(self, x):
        y, pooled = self.network.early(x, 0), []
        for i, block in enumerate(self.network.trunk):
            y = block(y)
            if i in BLOCKS:
                pooled += [y.mean((2, 3)), (y * y).mean((2, 3))]
        return torch.cat(pooled, 1)


@torch.no_grad()
def features(network: TileNetwork, images: list[np.ndarray], folder: str) -> np.ndarray:
    from .scoring import onnx_session

    path, side = f"{folder}/probe.onnx", images[0].shape[0]
    torch.onnx.export(
        Pooled(network).eval(),
        torch.rand(2, 3, side, side),
        path,
        opset_version=13,
        input_names=["image"],
        dynamic_axes={"image": {0: "n"}},
        dynamo=False,
    )
    session = onnx_session(path)
    rows = [
        session.run(
            None, {"image": np.stack(images[i : i + 8]).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1}
        )[0]
        for i in range(0, len(images), 8)
    ]
    return np.log1p(np.abs(np.concatenate(rows))) * np.sign(np.concatenate(rows))


def draw_training(
    records: list[Record], store: Store, side: int, strength: float, seed: int = 1
) -> list[np.ndarray]:
    draw = random.Random(seed)
    return [np.ascontiguousarray(training_crop(store[r.path], side, draw, strength)) for r in records]


def draw_validation(records: list[Record], store: Store, condition: str) -> list[np.ndarray]:
    return [centre(reflect(under(condition, store[r.path], r), TILE, TILE)) for r in records]


def probe(
    known: np.ndarray,
    records: list[Record],
    asked: np.ndarray,
    questions: list[Record],
    balance: str = "source",
    strength: float = 1e-2,
) -> dict:
    """AUC of ridge-penalised logistic regression learned on `known`, with its interval by source. `balance`: each
    source (of a class) the same weight, or each image."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    y = np.array([r.generated for r in records], int)
    weight = np.ones(len(y))
    if balance == "source":
        _, source, counts = np.unique([r.source for r in records], return_inverse=True, return_counts=True)
        weight = 1 / counts[source] ** 0.5
    for label in (0, 1):
        weight[y == label] /= weight[y == label].sum() / len(y) * 2
    scaler = StandardScaler().fit(known)
    model = LogisticRegression(C=strength, max_iter=400).fit(scaler.transform(known), y, weight)
    score = model.decision_function(scaler.transform(asked))
    truth = np.array([r.generated for r in questions], int)
    interval = source_interval(
        np.array([r.source for r in questions]), truth, lambda i: auc(truth[i], score[i]), 300
    )
    return {"auc": round(auc(truth, score), 4), "95": [round(v, 3) for v in interval]}
