"""Replaces the heads of a trained network by regularised regressions on wider evidence.

Trained heads look at the neck alone and stop where the schedule stops. Here the trunk is taken as it is, and logistic
regressions are fitted to the end on the mean of maps of three depths, their squares among them (texture energy). The
mean of a linear map is the linear map of the mean: so the tile's logit stays the mean of the patch logits.
"""

import random

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from .crops import Store
from .degrade import training_crop
from .metrics import auc
from .network import PatchNetwork, folded
from .records import UNKNOWN, Record
from .scoring import OnnxNetwork, score

STRENGTHS = (1e-4, 1e-3, 1e-2, 1e-1)  # inverse ridge penalties to choose from


class RefitNetwork(nn.Module):
    """Same inputs and outputs as the network's; the embedding is the mean of all evidence maps."""

    def __init__(self, network: PatchNetwork, families: int):
        super().__init__()
        self.network = folded(network)
        with torch.no_grad():
            self.widths = [maps.shape[1] for maps in self.evidence(torch.zeros(1, 3, 64, 64))]
        self.patch = nn.Conv2d(sum(self.widths), 1, 1)
        self.generator = nn.Linear(sum(self.widths), families)

    def evidence(self, x) -> list[torch.Tensor]:
        network = self.network
        first, second = (block + 1 for block in network.evidence)
        early = network.early(x, first)
        middle = network.trunk[first:second](early)
        neck = network.maps(middle, second)
        return [neck, middle, middle * middle, F.avg_pool2d(early, 2), F.avg_pool2d(early * early, 2)]

    def forward(self, x):
        """Reads the maps one by one: joining them first costs more than reading them."""
        evidence = self.evidence(x)
        weights = self.patch.weight.split(self.widths, 1)
        patches = self.patch.bias[:, None, None] + sum(map(F.conv2d, evidence, weights))
        embedding = torch.cat([maps.mean((2, 3)) for maps in evidence], 1)
        return patches.mean((2, 3)), patches, self.generator(embedding), embedding


def refit(
    network: PatchNetwork,
    records: list[Record],
    store: Store,
    families: list[str],
    folder: str,
    on: torch.device,
    draws: int = 1,
    side: int = 128,
    most: int = 60,
    seed: int = 3,
) -> tuple[RefitNetwork, dict]:
    """The network with new heads, and what was chosen. `most`: crops of one source and class. Each head's penalty is
    chosen on the validation splits under `matched`: the verdict's by AUC, the generators' by top-1."""
    from .export import export_onnx

    wide = RefitNetwork(network, len(families)).eval()
    path = f"{folder}/evidence.onnx"
    export_onnx(wide, path, any_size=True)
    judge = OnnxNetwork(path)
    rng = random.Random(seed)
    groups: dict[tuple[str, bool], list[Record]] = {}
    for record in records:
        if record.split == "train" and record.path in store:
            groups.setdefault((record.source, record.generated), []).append(record)
    chosen = [r for group in groups.values() for r in rng.sample(group, min(len(group), most))] * draws
    known = _embeddings(judge, [training_crop(store[r.path], side, rng) for r in chosen])
    label = np.array([r.generated for r in chosen], int)
    weight = np.array([1 / min(len(groups[r.source, r.generated]), most) ** 0.5 for r in chosen])

    validation = [r for r in records if r.split in ("val", "val2") and r.path in store]
    asked = score(judge, validation, store, "matched", on).embedding
    truth, split = (np.array([r.generated for r in validation], int), np.array([r.split for r in validation]))
    spread = known.std(0) + 1e-6
    best, found = -1.0, {}
    for strength in STRENGTHS:
        w, b = _logistic(known, label, weight, spread, strength)
        reached = {str(s): auc(truth[split == s], (asked @ w + b)[split == s]) for s in np.unique(split)}
        found[strength] = {s: round(v, 4) for s, v in reached.items()}
        if np.mean(list(reached.values())) > best:
            best, head, chosen_strength = (np.mean(list(reached.values())), (w, b), strength)
    generated = np.array([r.generated and r.family != UNKNOWN for r in chosen])
    family = np.array(
        [families.index(r.family) if r.family in families else families.index("other") for r in chosen]
    )
    named = np.array([r.generated and r.family in families for r in validation])
    wanted = np.array([families.index(r.family) if r.family in families else -1 for r in validation])
    best, top1 = -1.0, {}
    for strength in STRENGTHS:
        gw, gb = _multinomial(known[generated], family[generated], spread, len(families), strength)
        right = ((asked @ gw.T + gb).argmax(1) == wanted)[named]
        by_split = [right[split[named] == s].mean() for s in np.unique(split[named])]
        top1[strength] = round(float(np.mean(by_split)), 4)
        if top1[strength] > best:
            best, generator = top1[strength], (gw, gb)
    with torch.no_grad():
        wide.patch.weight.copy_(torch.from_numpy(head[0]).float()[None, :, None, None])
        wide.patch.bias.fill_(float(head[1]))
        wide.generator.weight.copy_(torch.from_numpy(generator[0]).float())
        wide.generator.bias.copy_(torch.from_numpy(generator[1]).float())
    return wide, {
        "samples": len(chosen),
        "inverse_penalty": chosen_strength,
        "matched_auc": found,
        "matched_top1": top1,
    }


def _embeddings(judge, crops: list[np.ndarray], chunk: int = 32) -> np.ndarray:
    parts = []
    for i in range(0, len(crops), chunk):
        batch = np.stack(crops[i : i + chunk]).transpose(0, 3, 1, 2).astype(np.float32) / 127.5 - 1
        parts.append(judge(torch.from_numpy(batch))[3].numpy())
    return np.concatenate(parts)


def _logistic(x, y, weight, spread, strength) -> tuple[np.ndarray, float]:
    from sklearn.linear_model import LogisticRegression

    weight = weight.copy()
    for label in (0, 1):
        weight[y == label] *= len(y) / 2 / weight[y == label].sum()
    model = LogisticRegression(C=strength, max_iter=500).fit((x - x.mean(0)) / spread, y, weight)
    w = model.coef_[0] / spread
    return w, float(model.intercept_[0] - w @ x.mean(0))


def _multinomial(x, y, spread, classes: int, strength: float) -> tuple[np.ndarray, np.ndarray]:
    """Weights go with the root of a class's size: rare families must be found too, but not believed at every turn."""
    from sklearn.linear_model import LogisticRegression

    counts = np.bincount(y, minlength=classes)
    weight = 1 / np.maximum(counts[y], 1) ** 0.5
    model = LogisticRegression(C=strength, max_iter=300).fit(
        (x - x.mean(0)) / spread, y, weight * len(y) / weight.sum()
    )
    w, b = np.zeros((classes, x.shape[1])), np.full(classes, -30.0)
    w[model.classes_] = model.coef_ / spread
    b[model.classes_] = model.intercept_ - w[model.classes_] @ x.mean(0)
    return w, b
