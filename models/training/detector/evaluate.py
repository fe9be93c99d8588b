"""Figures of a calibrated network under all conditions, with intervals by source."""

import multiprocessing
from collections import Counter

import numpy as np
import torch

from .attribution import attribution_figures, confusion, unseen_generators
from .calibration import Calibrated, operating_table, sigmoid
from .crops import Store
from .degrade import CONDITIONS
from .metrics import auc, expected_calibration_error, rates, reliability_bins, source_interval, tpr_at_fpr
from .records import Record
from .scoring import OnnxNetwork, Scores, score

ALL_CONDITIONS = ("whole", *CONDITIONS)


def score_conditions(network, records: list[Record], store: Store, conditions, on) -> dict[str, Scores]:
    """On a CPU a process a core, each with its own session of the model file."""
    if not isinstance(network, OnnxNetwork) or on.type != "cpu":
        return {condition: score(network, records, store, condition, on) for condition in conditions}
    global _shared
    _shared = (network, store, on)
    parts = [records[i : i + 100] for i in range(0, len(records), 100)]
    jobs = [(part, condition) for condition in conditions for part in parts]
    with multiprocessing.get_context("fork").Pool(initializer=_begin) as pool:
        done = pool.starmap(_score, jobs, chunksize=1)
    return {
        condition: Scores.joined(done[i * len(parts) : (i + 1) * len(parts)])
        for i, condition in enumerate(conditions)
    }


# What a scoring process inherits instead of being sent it: the pixels are gigabytes.
_shared: tuple = ()


def _begin() -> None:
    global _shared
    network, store, on = _shared
    torch.set_num_threads(1)
    _shared = (network.renewed(), store, on)


def _score(records: list[Record], condition: str) -> Scores:
    network, store, on = _shared
    return score(network, records, store, condition, on)


def detection_figures(
    records: list[Record], probability: np.ndarray, threshold: float, resamples: int = 500
) -> dict:
    """AUC, rates and calibration error; `*_95` are intervals by source."""
    y = np.array([r.generated for r in records], int)
    source = np.array([r.source for r in records])
    figures = {"n_authentic": int((y == 0).sum()), "n_generated": int(y.sum())}
    if not y.any() or y.all():
        called = float((probability >= threshold).mean())
        low, high = source_interval(source, y, lambda i: (probability[i] >= threshold).mean(), resamples)
        return {**figures, "called_generated": called, "called_generated_95": [low, high]}
    measures = {
        "auc": lambda i: auc(y[i], probability[i]),
        "balanced_accuracy": lambda i: rates(y[i], probability[i], threshold)["balanced_accuracy"],
        "fpr": lambda i: rates(y[i], probability[i], threshold)["fpr"],
        "tpr": lambda i: rates(y[i], probability[i], threshold)["tpr"],
        "tpr_at_5_fpr": lambda i: tpr_at_fpr(y[i], probability[i], 0.05),
        "tpr_at_1_fpr": lambda i: tpr_at_fpr(y[i], probability[i], 0.01),
    }
    everything = np.arange(len(y))
    for name, measure in measures.items():
        figures[name] = measure(everything)
        figures[f"{name}_95"] = list(source_interval(source, y, measure, resamples))
    figures["best_balanced_accuracy"] = max(
        row["balanced_accuracy"] for row in operating_table(y, probability)
    )
    figures["balanced_accuracy_at_half"] = rates(y, probability, 0.5)["balanced_accuracy"]
    figures["calibration_error"] = expected_calibration_error(y, probability)
    return figures


def evaluate(
    scored: dict[str, Scores], records: list[Record], calibrated: Calibrated, resamples: int = 500
) -> dict:
    """Per condition: detection and attribution; over conditions: share of images whose verdict never changes."""
    report: dict = {"conditions": {}}
    verdicts = []
    for condition, scores in scored.items():
        probability = calibrated.probability(scores.logit)
        verdicts.append(probability >= calibrated.threshold)
        report["conditions"][condition] = {
            **detection_figures(records, probability, calibrated.threshold, resamples),
            "attribution": attribution_figures(records, scores.generator, calibrated.families),
        }
    called = np.stack(verdicts)
    report["agreement"] = float((called == called[0]).all(0).mean())
    native = calibrated.probability(scored["native"].logit) if "native" in scored else None
    if native is not None:
        report["families"] = {
            family: group_rate(
                [r for r in records if r.generated and r.family == family],
                records,
                native,
                calibrated.threshold,
            )
            for family in sorted({r.family for r in records if r.generated})
        }
        report["sources"] = {
            source: group_rate(
                [r for r in records if r.source == source], records, native, calibrated.threshold
            )
            for source in sorted({r.source for r in records})
        }
    return report


def over_tests(tests: list[tuple[list[Record], dict[str, Scores]]], calibrated: Calibrated) -> dict:
    """What needs every test image there is: attribution and confusion, generators never seen, the reliability diagram over
    all conditions, and the operating table."""
    records = [r for chosen, _ in tests for r in chosen]
    scored = {c: Scores.joined([scores[c] for _, scores in tests]) for c in tests[0][1]}
    y = np.array([r.generated for r in records], int)
    families = calibrated.families
    pooled = {c: s for c, s in scored.items() if c in ("native", "matched", "web", "hard")}
    logits = np.concatenate([s.logit for s in scored.values()])
    everywhere = np.tile(y, len(scored))
    return {
        "images": {"authentic": int((y == 0).sum()), "generated": int(y.sum())},
        "attribution": {
            c: {
                **attribution_figures(records, s.generator, families),
                "confusion": confusion(records, s.generator, families),
            }
            for c, s in pooled.items()
        },
        "generators": {
            c: unseen_generators(
                records, calibrated.probability(s.logit), s.generator, families, calibrated.threshold
            )
            for c, s in pooled.items()
        },
        "reliability": {
            "before": reliability_bins(everywhere, sigmoid(logits)),
            "after": reliability_bins(everywhere, calibrated.probability(logits)),
            "error_before": expected_calibration_error(everywhere, sigmoid(logits)),
            "error_after": expected_calibration_error(everywhere, calibrated.probability(logits)),
        },
        "operating_table_matched": operating_table(
            y, calibrated.probability(scored["matched"].logit), np.array([r.source for r in records])
        ),
    }


def group_rate(group: list[Record], records: list[Record], probability: np.ndarray, threshold: float) -> dict:
    """How many of the group are called generated."""
    member = {id(r) for r in group}
    called = [bool(p >= threshold) for r, p in zip(records, probability) if id(r) in member]
    what = Counter(r.family or r.kind for r in group).most_common(2)
    return {
        "label": "ai" if group[0].generated else "real",
        "n": len(called),
        "called_generated": sum(called),
        "what": ", ".join(name for name, _ in what if name),
    }


def table(report: dict) -> str:
    """Markdown: one row a condition."""
    lines = [
        "| condition | AUC | balanced accuracy | FPR | TPR | TPR at 5 % / 1 % FPR | calibration error | attribution top-1 / top-3 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for condition, f in report["conditions"].items():
        if "auc" not in f:
            continue
        with_interval = lambda k, d=3: f"{f[k]:.{d}f} [{f[k + '_95'][0]:.2f}, {f[k + '_95'][1]:.2f}]"
        attribution = f["attribution"]
        top = f"{attribution['top1']:.2f} / {attribution['top3']:.2f}" if "top1" in attribution else "–"
        lines.append(
            f"| {condition} | {with_interval('auc')} | {with_interval('balanced_accuracy')} | {with_interval('fpr')} | "
            f"{with_interval('tpr')} | {f['tpr_at_5_fpr']:.2f} / {f['tpr_at_1_fpr']:.2f} | {f['calibration_error']:.3f} | {top} |"
        )
    lines.append(f"\nVerdict the same in all of these conditions: {report['agreement']:.1%} of the images.")
    return "\n".join(lines)
