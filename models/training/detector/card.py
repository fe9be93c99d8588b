"""card.md of a model package and its pictures, from its report: nothing is said there that was not measured."""

import json
import os

from .evaluate import table
from .pictures import confusion, reliability

CONDITIONS = """`whole`: the stored crop, which is what the product does with a file. All others start from its centre 256 × 256: \
`native` as it is, `jpeg90`, `jpeg75`, `webp80` saved again, `half` and `double` resized, `web` (long side of the original 768, \
JPEG 60), `hard` (512, JPEG 40), `social` (1080, JPEG 80), `screenshot` (900 high, JPEG 92), `matched` (resize and codec drawn \
from one distribution for both classes). In brackets 95 % intervals by source."""

USE = """- Decisions about people or their work (grading, hiring, moderation with consequences, court) may not rest on a verdict \
of this model. It is one piece of evidence, and its error rates are above.
- It may not be the only ground for an accusation: among pictures that are mostly authentic, most of those it calls generated \
can be authentic too. With one generated picture in a hundred, a false positive rate of 5 % accuses at least five \
authentic pictures for each generated one that it finds.
- It says nothing about whether a picture is true: authentic photographs can be staged, generated ones harmless.
- It says nothing about who made a picture, and was not measured on depictions of particular groups of people; do not \
use it where such differences would matter before you have measured them on your own pictures (`npx aidet eval`).
- An opponent who knows it can evade it: a resize, a strong save or a filter moves a verdict (see agreement), and it was \
not hardened against pictures made to deceive it."""

LIMITS = """- It judges textures of a few pixels to some hundred. Heavy recompression, thumbnails, retouching, scans of prints \
and pictures without texture take its evidence away; figures under `hard` say how much.
- Edits by a generator inside a photograph are not what it was trained on; the heatmap may show them, or not.
- Attribution names the most similar known family, not the truth. `other` is one answer among the others; a generator \
that is not in the list is usually given a wrong name, as the table of generators never seen shows.
- A family is named, never its version: what the manifest lists as `versions_not_told_apart` share their last stages.
- Its figures are of crops out of public repositories. They say how it compares and how it degrades; how often it errs on \
your pictures only your pictures can say."""

LICENCE = """The network is licensed Apache-2.0. Its trunk starts from public ImageNet weights as the npm package `nsfwjs` \
4.4.0 carries them (MIT; the layers used are those of Keras Applications, Apache-2.0, which that package left frozen, all but the large \
network's last block). Training images come from public repositories under their own licences, many of which state none; they were used to \
learn from and to measure with, are not redistributed, and can not be got back out of the weights. No picture of them is \
in this package; the pictures above are plots. Whether training on them needs leave differs between countries: who \
builds on this network should take advice for theirs."""


def write_card(folder: str, report: dict) -> None:
    with open(os.path.join(folder, "manifest.json")) as handle:
        manifest = json.load(handle)
    size = os.path.getsize(os.path.join(folder, manifest["file"])) / 1e6
    parts = [
        f"# {manifest['id']} {manifest['version']}",
        "Says of a 256 × 256 tile at native resolution how likely it is AI-generated, where, and which family of generators "
        "it resembles most.",
        _summary(manifest, report, size),
        _training(report["training"]),
        f"## Measured\n{CONDITIONS}",
    ]
    for split, figures in report["splits"].items():
        first = next(iter(figures["conditions"].values()))
        parts.append(
            f"### {split}: {first['n_authentic']} authentic, {first['n_generated']} generated, sources never trained on\n{table(figures)}"
        )
    zero = report["zero_line_auc"]
    parts.append(
        f"Zero line: boosted trees that see format, size and quantisation tables but no pixel reach an AUC of {zero['originals']:.2f} on the "
        f"original files of `test` and {zero['matched']:.2f} under `matched`."
    )
    if "tests" in report:
        parts += _tests(folder, report["tests"], manifest)
    parts += [
        "### Where it fails\nSources of the test splits that it misjudges most, native, at the threshold:\n\n"
        + failures(report)
        + "\n\n"
        + _failing_kinds(report),
        f"## What it must not be used for\n{USE}",
        f"## Limits\n{LIMITS}",
        f"## Licence\n{LICENCE}",
    ]
    with open(os.path.join(folder, "card.md"), "w") as handle:
        handle.write("\n\n".join(parts) + "\n")


def _summary(manifest: dict, report: dict, size: float) -> str:
    threshold, calibration = report["threshold"], report["calibration"]
    rows = {
        "input": "256 × 256 RGB, (byte / 255 − 0.5) / 0.5",
        "output": f"tile logit (the mean of 16 × 16 patch logits), patch logits, {len(manifest['generators'])} generator logits, embedding",
        "network": f"{report['parameters']:,} parameters, one patch logit for 16 × 16 pixels (`models/training/detector/network.py`, "
        "`inception.py`)",
        "file": f"ONNX opset 13, dynamic batch, {size:.1f} MB",
        "calibration": f"Platt, a {calibration['a']:.3f}, b {calibration['b']:.3f}, on {calibration['fitted_on']['images']} validation images under "
        + ", ".join(calibration["fitted_on"]["conditions"]),
        "threshold": f"{threshold['value']}: of {threshold['authentic_images']} authentic images of {threshold['sources']} sources set apart "
        f"{100 * max(threshold['fpr'].values()):.1f} % are called generated in the worst of these conditions, at most 5 % at the upper "
        "end of the 95 % interval by source",
    }
    return "| | |\n| --- | --- |\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())


def _training(training: dict) -> str:
    families = ", ".join(
        f"{f} {n}" for f, n in sorted(training["families"].items(), key=lambda item: -item[1])
    )
    return (
        "## Training data\n"
        f"{training['crops']} crops of {training['pictures']} pictures of {training['sources']} public repositories: "
        f"{training['authentic']['crops']} authentic crops ({training['authentic']['sources']} sources), {training['generated']['crops']} generated "
        f"({training['generated']['sources']} sources). By family: {families}. Labels of generators are the repositories' own words or the files' "
        "metadata; versions are weaker than families, so families are what is named. Generated pictures whose generator nobody named teach "
        "the verdict, not the attribution. Sources, rules and commits: `models/training`."
    )


def _tests(folder: str, tests: dict, manifest: dict) -> list[str]:
    """All test splits together, and their pictures."""
    diagram, native = tests["reliability"], tests["attribution"]["native"]
    _write(
        folder,
        "reliability.svg",
        reliability(diagram["before"], diagram["after"], "Reliability, tests, all conditions"),
    )
    parts = [
        f"### All test splits together: {tests['images']['authentic']} authentic, {tests['images']['generated']} generated",
        f"**Calibration.** ![Reliability diagram](reliability.svg)\n\nOver all conditions the mean gap between a probability and the share of "
        f"generated pictures is {diagram['error_before']:.3f} for the network's own logit and {diagram['error_after']:.3f} after calibration "
        "(both classes weighed alike: where generated pictures are rare, a probability of one half stands for less).",
        "**Threshold and rates**, `matched`:\n\n| threshold | TPR | FPR | balanced accuracy |\n| --- | --- | --- | --- |\n"
        + "\n".join(
            f"| {row['threshold']:.2f} | {_ranged(row, 'tpr')} | {_ranged(row, 'fpr')} | {row['balanced_accuracy']:.3f} |"
            for row in tests["operating_table_matched"]
        ),
    ]
    if "top1" in native:
        matrix = native["confusion"]
        _write(
            folder,
            "confusion.svg",
            confusion(
                matrix["rows"], matrix["columns"], matrix["counts"], "True family (down), named (across)"
            ),
        )
        parts.append(_attribution(tests["attribution"], manifest))
    if "unseen" in tests["generators"]["native"]:
        parts.append(_unseen(tests["generators"]))
    return parts


def _attribution(by_condition: dict, manifest: dict) -> str:
    lines = ["| condition | top-1 | top-3 |", "| --- | --- | --- |"]
    lines += [f"| {c} | {_ranged(f, 'top1')} | {_ranged(f, 'top3')} |" for c, f in by_condition.items()]
    native, hard = by_condition["native"], by_condition.get("hard", {}).get("recall", {})
    recall = ", ".join(
        f"{f} {hit}/{n}" + (f" ({hard[f][0]}/{n})" if f in hard else "")
        for f, (hit, n) in native["recall"].items()
    )
    return (
        f"**Attribution** over the {native['n_known']} images of families it knows:\n\n"
        + "\n".join(lines)
        + f"\n\nRight of each family, `native` (and `hard`): {recall}. The list has {len(manifest['generators'])} classes, `other` among them; "
        "versions of a family are not told apart.\n\n![Confusion matrix](confusion.svg)\n\nRows below the known families are generators it was never taught."
    )


def _unseen(by_condition: dict) -> str:
    lines = [
        "| condition | generators | images | called generated | largest share |",
        "| --- | --- | --- | --- | --- |",
    ]
    for condition, groups in by_condition.items():
        lines += [
            f"| {condition} | {name}: {g['families']} families, {g['sources']} sources | {g['images']} | {_ranged(g, 'called_generated')} | "
            f"{g['largest_share']:.2f} |"
            for name, g in groups.items()
        ]
    named = by_condition["native"]["unseen"]["named"]
    return (
        "**Generators never seen** (their family has no class), at the threshold; *largest share* is the mean of the largest share in the "
        "attribution:\n\n"
        + "\n".join(lines)
        + "\n\nWhat they are most often named: "
        + ", ".join(f"{name} {n}" for name, n in named.items())
        + "."
    )


def _ranged(figures: dict, name: str) -> str:
    low, high = figures[f"{name}_95"]
    return f"{figures[name]:.3f} [{low:.2f}, {high:.2f}]"


def _write(folder: str, name: str, text: str) -> None:
    with open(os.path.join(folder, name), "w") as handle:
        handle.write(text)


def _groups(report: dict):
    """(split, group, wrong) of each source of the tests with five images or more."""
    for split in ("test", "test2"):
        for group in report["splits"].get(split, {}).get("sources", {}).values():
            called = group["called_generated"]
            wrong = called if group["label"] == "real" else group["n"] - called
            if group["n"] >= 5:
                yield split, group, wrong


def failures(report: dict, most: int = 12) -> str:
    """The sources with the largest share of wrong verdicts, without their names: kind, number, share."""
    rows = sorted(
        _groups(report), key=lambda row: (-row[2] / row[1]["n"], -row[1]["n"], row[1].get("what", ""))
    )
    lines = ["| split | label | kind or family | wrong |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {split} | {'authentic' if group['label'] == 'real' else 'generated'} | {group.get('what', '')} | {wrong} of {group['n']} |"
        for split, group, wrong in rows[:most]
    ]
    return "\n".join(lines)


def _failing_kinds(report: dict) -> str:
    """Authentic kinds and generated families by their share of wrong verdicts, in one sentence each."""
    sentences = []
    for label, words in (
        ("real", "Authentic kinds most often called generated"),
        ("ai", "Families most often missed"),
    ):
        totals: dict[str, list[int]] = {}
        for _, group, wrong in _groups(report):
            if group["label"] == label and group.get("what"):
                total = totals.setdefault(group["what"].split(",")[0], [0, 0])
                total[0] += wrong
                total[1] += group["n"]
        worst = sorted(totals.items(), key=lambda item: -item[1][0] / item[1][1])[:5]
        if worst:
            sentences.append(f"{words}: " + ", ".join(f"{what} {w} of {n}" for what, (w, n) in worst) + ".")
    sentences.append(
        "The pictures themselves belong to others and are not shown; `python -m detector failures` writes a local sheet of them."
    )
    return " ".join(sentences)
