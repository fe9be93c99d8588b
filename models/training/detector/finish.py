"""From a trained checkpoint to a model package: calibrate, choose the threshold, evaluate, export, report."""

import json
import os
import tempfile

import numpy as np

from .calibration import Calibrated, default_threshold, platt
from .card import write_card
from .crops import Store
from .evaluate import ALL_CONDITIONS, evaluate, over_tests, score_conditions, table
from .export import export_onnx, halve_weights, write_manifest
from .generators import manifest_entries
from .integers import calibration_crops, to_integers
from .network import folded, keep_families
from .records import Record, at_most, family_counts
from .refit import refit
from .scoring import OnnxNetwork
from .train import device, load, trained_pictures
from .zero_line import zero_line

# What the probabilities and the threshold must hold for.
CALIBRATION_CONDITIONS = ("native", "matched", "web", "jpeg75", "half")
FALSE_POSITIVES_MAX = 0.05
AUTHENTIC_MOST = 60  # images of one source, for the threshold
FILE_BYTES_MAX = 20_000_000  # of a package's network


def finish(
    checkpoint: str,
    records: list[Record],
    store: Store,
    out: str,
    model_id: str,
    version: str,
    splits: tuple[str, ...] = ("val", "val2", "test", "test2"),
    family_minimum: int = 5,
    most: int = 100,
    refit_heads: bool = False,
    integers: bool = False,
) -> dict:
    """Writes model.onnx, manifest.json and report.json into `out`; returns the report. Families with fewer training
    pictures than `family_minimum` lose their logit; of a source no more than `most` images are judged. No test split takes
    part in a choice: calibration is fitted on `val` and `val2`, the threshold on the authentic images of `calib`, or of
    the validation splits where there is no `calib`."""
    os.makedirs(out, exist_ok=True)
    training = [r for r in records if r.split == "train"]
    judged = at_most([r for r in records if r.split != "train" and r.path in store], most)
    network, families = load(checkpoint)
    # Of the data that it learned from, whatever came since: a logit that nobody trained must not ship.
    counts = trained_pictures(checkpoint) or family_counts(records)
    kept = [i for i, f in enumerate(families) if f == "other" or counts.get(f, 0) >= family_minimum]
    network, families = folded(keep_families(network, kept)), [families[i] for i in kept]
    on = device()
    refitted = None
    if refit_heads:
        with tempfile.TemporaryDirectory() as folder:
            network, refitted = refit(network, training + judged, store, families, folder, on)
    path = os.path.join(out, "model.onnx")
    export_onnx(network, path)
    if integers:
        to_integers(path, calibration_crops(training, store))
    if os.path.getsize(path) > FILE_BYTES_MAX:
        halve_weights(path)
    # On a CPU the file itself is judged: faster there, and what is measured is what ships.
    judge = OnnxNetwork(path) if on.type == "cpu" or integers else network.to(on)
    of = lambda *names: [r for r in judged if r.split in names]

    validation = of("val", "val2")
    # A small rate wants many images, whatever is enough elsewhere.
    apart = at_most(
        [r for r in records if r.split == "calib" and not r.generated and r.path in store], AUTHENTIC_MOST
    )
    fitted = score_conditions(judge, validation, store, CALIBRATION_CONDITIONS, on)
    y = np.array([r.generated for r in validation], int)
    a, b = platt(np.concatenate([s.logit for s in fitted.values()]), np.tile(y, len(fitted)))
    calibrated = Calibrated(a, b, 0.5, families)
    if apart:
        reserved = {
            c: s.logit for c, s in score_conditions(judge, apart, store, CALIBRATION_CONDITIONS, on).items()
        }
    else:
        reserved = {c: s.logit[y == 0] for c, s in fitted.items()}
    authentic = {c: calibrated.probability(logit) for c, logit in reserved.items()}
    whose = np.array([r.source for r in (apart or validation) if not r.generated])
    calibrated.threshold = default_threshold(authentic, whose, FALSE_POSITIVES_MAX)

    report: dict = {
        "model": f"{model_id} {version}",
        "refit": refitted,
        "parameters": sum(p.numel() for p in network.parameters()),
        "calibration": {
            "method": "platt",
            "a": a,
            "b": b,
            "fitted_on": {"images": len(validation), "conditions": list(fitted)},
        },
        "threshold": {
            "value": calibrated.threshold,
            "authentic_images": len(whose),
            "sources": len(set(whose)),
            "rule": f"upper end of the FPR's 95 % interval by source <= {FALSE_POSITIVES_MAX} in each condition",
            "fpr": {c: float((p >= calibrated.threshold).mean()) for c, p in authentic.items()},
        },
        "zero_line_auc": zero_line(records, {p: (h, w) for p, (_, h, w) in store.index.items()}),
        "training": training_summary(records, families, store),
        "splits": {},
    }
    tests = []
    for split in splits:
        chosen = of(split)
        labels = {r.generated for r in chosen}
        if labels != {True, False}:
            continue
        if split in ("val", "val2"):
            scored = {c: s.take(np.array([r.split == split for r in validation])) for c, s in fitted.items()}
        else:
            scored = score_conditions(judge, chosen, store, ALL_CONDITIONS, on)
        report["splits"][split] = evaluate(scored, chosen, calibrated)
        if split not in ("val", "val2"):
            tests.append((chosen, scored))
        print(f"\n## {split}\n\n{table(report['splits'][split])}", flush=True)
    if tests:
        report["tests"] = over_tests(tests, calibrated)
    write_manifest(out, calibrated, manifest_entries(families), model_id, version)
    if tests:
        _add_operating_points(out, report["tests"]["operating_table_matched"])
    with open(os.path.join(out, "report.json"), "w") as handle:
        json.dump(report, handle, indent=1)
    write_card(out, report)
    print(
        f"\nzero line (AUC of format, size and tables alone on test): {report['zero_line_auc']}", flush=True
    )
    return report


def _add_operating_points(folder: str, rows: list[dict]) -> None:
    """What `GET /v1/models/{id}` shows of thresholds and rates: tests pooled, under `matched`."""
    path = os.path.join(folder, "manifest.json")
    with open(path) as handle:
        manifest = json.load(handle)
    manifest["operating_points"] = [
        {
            "threshold": row["threshold"],
            "true_positive_rate": round(row["tpr"], 4),
            "true_positive_rate_95": [round(v, 4) for v in row["tpr_95"]],
            "false_positive_rate": round(row["fpr"], 4),
            "false_positive_rate_95": [round(v, 4) for v in row["fpr_95"]],
        }
        for row in rows
    ]
    with open(path, "w") as handle:
        json.dump(manifest, handle, indent=1)
        handle.write("\n")


def training_summary(records: list[Record], families: list[str], store: Store) -> dict:
    training = [r for r in records if r.split == "train" and r.path in store]
    return {
        "crops": len(training),
        "pictures": len({r.sha256 for r in training}),
        "sources": len({r.source for r in training}),
        "authentic": {
            "crops": sum(not r.generated for r in training),
            "sources": len({r.source for r in training if not r.generated}),
        },
        "generated": {
            "crops": sum(r.generated for r in training),
            "sources": len({r.source for r in training if r.generated}),
        },
        "families": {f: sum(r.family == f for r in training) for f in families},
    }
