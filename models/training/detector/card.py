"""card.md of a model package, from its report: nothing is said there that was not measured."""

import json
import os

from .evaluate import table

CONDITIONS = """`whole`: the stored crop, which is what the product does with a file. All others start from its centre 256 × 256: \
`native` as it is, `jpeg90`, `jpeg75`, `webp80` saved again, `half` and `double` resized, `web` (long side of the original 768, \
JPEG 60), `hard` (512, JPEG 40), `social` (1080, JPEG 80), `screenshot` (900 high, JPEG 92), `matched` (resize and codec drawn \
from one distribution for both classes). In brackets 95 % intervals by source."""

USE = """- Decisions about people or their work (grading, hiring, moderation with consequences, court) may not rest on a verdict \
of this model. It is one piece of evidence, and its error rates are above.
- It says nothing about whether a picture is true: authentic photographs can be staged, generated ones harmless.
- It judges textures of a few pixels to some hundred. Heavy recompression, thumbnails, retouching, scans of prints and \
pictures without texture take its evidence away; figures under `hard` say how much.
- Edits by a generator inside a photograph are not what it was trained on; the heatmap may show them, or not.
- Attribution names the most similar known family. A generator that is not in the list is usually given a wrong name."""

LICENCE = """The network is licensed Apache-2.0. Its trunk starts from MobileNetV2's ImageNet weights as the npm package `nsfwjs` \
4.4.0 carries them (MIT; the blocks used are those of Keras Applications, Apache-2.0, which that package left frozen). \
Training images come from public repositories under their own licences, many of which state none; they were used to \
learn from and to measure with, are not redistributed, and can not be got back out of the weights. Whether training on \
them needs leave differs between countries: who builds on this network should take advice for theirs."""


def write_card(folder: str, report: dict) -> None:
    with open(os.path.join(folder, "manifest.json")) as handle:
        manifest = json.load(handle)
    size = os.path.getsize(os.path.join(folder, manifest["file"])) / 1e6
    training, threshold = report["training"], report["threshold"]
    families = ", ".join(
        f"{f} {n}" for f, n in sorted(training["families"].items(), key=lambda item: -item[1])
    )
    parts = [
        f"# {manifest['id']} {manifest['version']}",
        "Says of a 256 × 256 tile at native resolution how likely it is AI-generated, where, and which family of generators "
        "it resembles most.",
        "| | |\n| --- | --- |\n"
        f"| input | 256 × 256 RGB, (byte / 255 − 0.5) / 0.5 |\n"
        f"| output | tile logit (the mean of 16 × 16 patch logits), patch logits, {len(manifest['generators'])} generator logits, embedding |\n"
        f"| network | {report['parameters']:,} parameters: MobileNetV2 blocks up to stride 16, the early ones narrowed |\n"
        f"| file | ONNX opset 13, dynamic batch, float32, {size:.1f} MB |\n"
        f"| calibration | Platt, a {report['calibration']['a']:.3f}, b {report['calibration']['b']:.3f}, on {report['calibration']['fitted_on']['images']} "
        f"validation images under {', '.join(report['calibration']['fitted_on']['conditions'])} |\n"
        f"| threshold | {threshold['value']}: at most 5 % of {threshold['authentic_images']} authentic images of {threshold['sources']} sources set apart are "
        "called generated, in each of these conditions |",
        "## Training data\n"
        f"{training['crops']} crops of {training['pictures']} pictures of {training['sources']} public repositories: "
        f"{training['authentic']['crops']} authentic crops ({training['authentic']['sources']} sources), {training['generated']['crops']} generated "
        f"({training['generated']['sources']} sources). By family: {families}. Labels of generators are the repositories' own words or the files' "
        "metadata; versions are weaker than families, so families are what is named. Sources, rules and commits: `models/training`.",
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
    reported = report["splits"].get("test") or next(iter(report["splits"].values()))
    parts.append(
        "### Threshold and rates, matched\n| threshold | TPR | FPR | balanced accuracy |\n| --- | --- | --- | --- |\n"
        + "\n".join(
            f"| {row['threshold']:.2f} | {row['tpr']:.3f} | {row['fpr']:.3f} | {row['balanced_accuracy']:.3f} |"
            for row in reported["operating_table_matched"]
        )
    )
    recall = reported["conditions"]["native"]["attribution"]
    if "recall" in recall:
        parts.append(
            "### Attribution by family, native\n"
            + ", ".join(f"{f} {hit}/{n}" for f, (hit, n) in recall["recall"].items())
            + (
                f". Of the generators it does not know {recall['unknown_as_other']:.0%} are called `other`."
                if "unknown_as_other" in recall
                else "."
            )
        )
    parts.append(
        "### Where it fails\nSources of the test splits that it misjudges most, native, at the threshold:\n\n"
        + failures(report)
    )
    parts += [f"## What it must not be used for\n{USE}", f"## Licence\n{LICENCE}"]
    with open(os.path.join(folder, "card.md"), "w") as handle:
        handle.write("\n\n".join(parts) + "\n")


def failures(report: dict, most: int = 12) -> str:
    """The sources with the largest share of wrong verdicts, without their names: kind, number, share."""
    rows = []
    for split in ("test", "test2"):
        for group in report["splits"].get(split, {}).get("sources", {}).values():
            wrong = (
                group["called_generated"]
                if group["label"] == "real"
                else group["n"] - group["called_generated"]
            )
            if group["n"] >= 5:
                rows.append(
                    (wrong / group["n"], wrong, group["n"], split, group["label"], group.get("what", ""))
                )
    rows.sort(reverse=True)
    lines = ["| split | label | kind or family | wrong |", "| --- | --- | --- | --- |"]
    lines += [
        f"| {split} | {'authentic' if label == 'real' else 'generated'} | {what} | {wrong} of {n} |"
        for _, wrong, n, split, label, what in rows[:most]
    ]
    return "\n".join(lines)
