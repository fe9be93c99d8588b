"""Which second looks say most: cheap re-encodings of a picture in doubt, and whether a verdict that turns under them is one
that turns under what the web does, or is wrong. src/pipeline/second-looks.ts takes the pair that this chose."""

import numpy as np
from PIL import Image

from .calibration import Calibrated
from .crops import Store
from .degrade import CONDITIONS, centre, jpeg, resize, webp
from .records import Record
from .scoring import tiles

# Doubt begins and ends here, as in src/domain/second-looks.ts.
DOUBT = (0.25, 0.85)
LOOKS = {
    "jpeg75": lambda image: jpeg(image, 75),
    "jpeg60": lambda image: jpeg(image, 60),
    "jpeg50": lambda image: jpeg(image, 50),
    "webp80": lambda image: webp(image, 80),
    "half": lambda image: resize(image, 0.5),
    "half, jpeg75": lambda image: jpeg(resize(image, 0.5), 75),
    "three quarters": lambda image: resize(image, 0.75),
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}
PAIRS = (("jpeg75", "half"), ("jpeg60", "half"), ("jpeg50", "half"), ("jpeg75", "three quarters"))
TURNING = ("jpeg90", "jpeg75", "webp80", "half", "double", "web", "hard", "social", "screenshot", "matched")


def second_looks(network, records: list[Record], store: Store, calibrated: Calibrated) -> str:
    """Markdown: for each look and pair, over the pictures in doubt, the share that disagrees, and of those that disagree and
    those that agree the share of wrong verdicts and the share of ten conditions under which the verdict turns."""
    import torch

    def probability(change) -> np.ndarray:
        logits = []
        for record in records:
            image = Image.fromarray(centre(np.asarray(store[record.path])))
            stack = torch.from_numpy(tiles(np.asarray(change(image, record)))[:4]).float() / 127.5 - 1
            logits.append(network(stack)[0].numpy().mean())
        return calibrated.probability(np.array(logits))

    called = lambda change: probability(change) >= calibrated.threshold
    first = probability(lambda image, record: image)
    doubt = (first >= DOUBT[0]) & (first <= DOUBT[1])
    verdict = first >= calibrated.threshold
    wrong = verdict != np.array([r.generated for r in records])
    turns = np.mean([called(CONDITIONS[c]) != verdict for c in TURNING], 0)
    other = {name: called(lambda image, _, look=look: look(image)) != verdict for name, look in LOOKS.items()}
    other |= {" and ".join(pair): other[pair[0]] | other[pair[1]] for pair in PAIRS}
    lines = [
        f"{len(records)} pictures, {doubt.mean():.0%} in doubt; verdicts wrong in doubt {wrong[doubt].mean():.2f}, "
        f"else {wrong[~doubt].mean():.2f}\n",
        "| look | disagrees | wrong where it disagrees / agrees | conditions that turn the verdict |",
        "| --- | --- | --- | --- |",
    ]
    for name, differs in other.items():
        against, along = doubt & differs, doubt & ~differs
        share = lambda values, group: f"{values[group].mean():.2f}" if group.any() else "–"
        lines.append(
            f"| {name} | {against.sum() / max(1, doubt.sum()):.2f} | {share(wrong, against)} / {share(wrong, along)} | "
            f"{share(turns, against)} / {share(turns, along)} |"
        )
    return "\n".join(lines)
