"""From logits to probabilities and from probabilities to a verdict (numpy only)."""

from dataclasses import dataclass

import numpy as np

from .metrics import rates, source_draws, threshold_at_fpr


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-np.clip(x, -60, 60)))


@dataclass
class Calibrated:
    """What the manifest says of the network beside its weights."""

    a: float
    b: float
    threshold: float
    families: list[str]

    def probability(self, logit: np.ndarray) -> np.ndarray:
        return sigmoid(self.a * logit + self.b)


def platt(logit: np.ndarray, y: np.ndarray, iterations: int = 100) -> tuple[float, float]:
    """(a, b) of p = sigmoid(a * logit + b) by maximum likelihood, both classes with the same total weight, so that the
    mix of the calibration set does not become a prior. Newton's method on the two parameters."""
    y = np.asarray(y, float)
    weight = np.where(y == 1, 0.5 / max(1, (y == 1).sum()), 0.5 / max(1, (y == 0).sum()))
    features = np.stack([np.asarray(logit, float), np.ones(len(y))], 1)
    parameters = np.zeros(2)
    for _ in range(iterations):
        p = sigmoid(features @ parameters)
        gradient = features.T @ (weight * (p - y)) + 1e-6 * parameters
        curvature = (features * (weight * p * (1 - p))[:, None]).T @ features + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        parameters -= np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return float(parameters[0]), float(parameters[1])


def default_threshold(authentic: dict[str, np.ndarray], source: np.ndarray, fpr: float) -> float:
    """The lowest probability, rounded up to 1/1000, at which the upper end of each condition's false positive rate (of
    its 95 % interval over draws of sources) is at most `fpr`: a rate read off one set of sources is exceeded on every
    second other one. `authentic` maps a condition to the probabilities of authentic images, `source` says whose each is."""
    draws = list(source_draws(source, np.zeros(len(source))))
    lowest = max(
        np.percentile([threshold_at_fpr(p[draw], fpr) for draw in draws], 97.5, method="higher")
        for p in authentic.values()
    )
    return float(np.floor(lowest * 1000 + 1) / 1000)


THRESHOLDS = (*np.round(np.arange(0.05, 0.96, 0.05), 2), 0.97, 0.99)


def operating_table(y: np.ndarray, probability: np.ndarray, source: np.ndarray | None = None) -> list[dict]:
    """Threshold -> rates, from 0.05 to 0.95 and on to 0.99; with `source` also their intervals, `tpr_95`, `fpr_95`."""
    rows = [{"threshold": float(t), **rates(y, probability, t)} for t in THRESHOLDS]
    if source is not None:
        y, called = np.asarray(y), np.asarray(probability)[:, None] >= np.array(THRESHOLDS)
        draws = list(source_draws(source, y))
        for name, label in (("tpr", 1), ("fpr", 0)):
            shares = [called[draw][y[draw] == label].mean(0) for draw in draws]
            low, high = np.percentile(shares, [2.5, 97.5], axis=0)
            for row, interval in zip(rows, zip(low, high)):
                row[f"{name}_95"] = [float(v) for v in interval]
    return rows
