"""Figures of merit for scores of a binary detector (numpy only). `y` is 1 for generated, 0 for authentic."""

import numpy as np


def auc(y: np.ndarray, score: np.ndarray) -> float:
    """Share of pairs (generated, authentic) in which the generated one scores higher, ties half (Mann and Whitney 1947)."""
    y, score = np.asarray(y), np.asarray(score, float)
    positives = int((y == 1).sum())
    negatives = len(y) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    _, inverse, counts = np.unique(score, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = mean_rank[inverse][y == 1].sum()
    return float((rank_sum - positives * (positives + 1) / 2) / (positives * negatives))


def rates(y: np.ndarray, probability: np.ndarray, threshold: float) -> dict[str, float]:
    """True and false positive rate and their balanced accuracy where `probability >= threshold` means generated."""
    y, called = np.asarray(y), np.asarray(probability) >= threshold
    tpr = float(called[y == 1].mean()) if (y == 1).any() else float("nan")
    fpr = float(called[y == 0].mean()) if (y == 0).any() else float("nan")
    return {"tpr": tpr, "fpr": fpr, "balanced_accuracy": (tpr + 1 - fpr) / 2}


def tpr_at_fpr(y: np.ndarray, score: np.ndarray, fpr: float) -> float:
    """TPR at the lowest threshold that calls at most the share `fpr` of authentic images generated."""
    y, score = np.asarray(y), np.asarray(score, float)
    authentic, generated = np.sort(score[y == 0]), score[y == 1]
    if len(authentic) == 0 or len(generated) == 0:
        return float("nan")
    return float((generated > threshold_at_fpr(authentic, fpr)).mean())


def threshold_at_fpr(authentic: np.ndarray, fpr: float) -> float:
    """The lowest of the authentic scores that at most the share `fpr` of them exceeds."""
    ordered = np.sort(np.asarray(authentic, float))
    allowed = int(np.floor(fpr * len(ordered) + 1e-9))
    return float(ordered[len(ordered) - 1 - allowed])


def expected_calibration_error(y: np.ndarray, probability: np.ndarray, bins: int = 10) -> float:
    """Mean gap between probability and share of generated images in `bins` equal-width bins, weighted by their
    counts after both classes are given the same total weight (Guo et al. 2017)."""
    y, probability = np.asarray(y), np.asarray(probability, float)
    weight = np.where(y == 1, 0.5 / max(1, (y == 1).sum()), 0.5 / max(1, (y == 0).sum()))
    which = np.minimum((probability * bins).astype(int), bins - 1)
    error = 0.0
    for b in range(bins):
        inside = which == b
        total = weight[inside].sum()
        if total > 0:
            error += abs((weight * y)[inside].sum() - (weight * probability)[inside].sum())
    return float(error)


def source_draws(source: np.ndarray, y: np.ndarray, resamples: int = 500, seed: int = 1):
    """Indices of sources drawn with replacement, each class for itself, so that a draw never lacks a class. Images of one
    source are alike: resampling images would promise too much."""
    rng = np.random.default_rng(seed)
    source, y = np.asarray(source), np.asarray(y)
    groups = {
        c: [np.flatnonzero((source == s) & (y == c)) for s in np.unique(source[y == c])] for c in (0, 1)
    }
    for _ in range(resamples):
        yield np.concatenate([g[i] for g in groups.values() if g for i in rng.integers(0, len(g), len(g))])


def source_interval(
    source: np.ndarray, y: np.ndarray, figure, resamples: int = 500, seed: int = 1
) -> tuple[float, float]:
    """2.5 and 97.5 % of `figure(indices)` over draws of sources."""
    values = [figure(draw) for draw in source_draws(source, y, resamples, seed)]
    return tuple(float(v) for v in np.nanpercentile(values, [2.5, 97.5]))


def reliability_bins(y: np.ndarray, probability: np.ndarray, bins: int = 10) -> list[dict[str, float]]:
    """Of each bin that holds images: mean probability, share of generated ones, weight; both classes have the same total
    weight, so the weighted gaps add up to `expected_calibration_error`."""
    y, probability = np.asarray(y), np.asarray(probability, float)
    weight = np.where(y == 1, 0.5 / max(1, (y == 1).sum()), 0.5 / max(1, (y == 0).sum()))
    which = np.minimum((probability * bins).astype(int), bins - 1)
    found = []
    for b in range(bins):
        inside = which == b
        total = float(weight[inside].sum())
        if total > 0:
            found.append(
                {
                    "probability": float((weight * probability)[inside].sum() / total),
                    "generated": float((weight * y)[inside].sum() / total),
                    "weight": total,
                }
            )
    return found
