"""The whole road on pictures made here: seconds of training, then calibration, evaluation and export.

Authentic stand-ins are smooth scenes with sensor-like noise; generated ones are the same scenes upsampled twofold
without it, as decoders do. A network that learns at all tells them apart, so the smoke run fails if it does not.
"""

import os
import random
from dataclasses import replace

import numpy as np
from PIL import Image, ImageFilter

SOURCES = {"train": 6, "val": 3, "calib": 2, "test": 3}
PICTURES = 4


def scene(draw: random.Random, generated: bool) -> Image.Image:
    """256x256 of overlapping shapes."""
    side = 128 if generated else 256
    rng = np.random.default_rng(draw.getrandbits(32))
    y, x = np.mgrid[0:side, 0:side] / side
    picture = np.zeros((side, side, 3))
    for _ in range(draw.randint(8, 20)):
        cx, cy, radius = draw.random(), draw.random(), draw.uniform(0.05, 0.4)
        colour = rng.uniform(0, 255, 3)
        inside = (x - cx) ** 2 + (y - cy) ** 2 * draw.uniform(0.5, 2) < radius**2
        picture[inside] = colour + 40 * np.sin(draw.uniform(5, 40) * x[inside])[:, None]
    image = Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(0.7))
    if generated:
        return image.resize((256, 256), Image.Resampling.NEAREST).filter(ImageFilter.GaussianBlur(0.6))
    noisy = np.asarray(image) + rng.normal(0, 6, (256, 256, 3))
    return Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8))


def write_data(folder: str, seed: int = 1) -> None:
    """A manifest with images of both classes in four splits."""
    draw = random.Random(seed)
    rows = ["file\tlabel\trepo\tsplit\tfamily\twidth\theight\tformat"]
    os.makedirs(os.path.join(folder, "images"), exist_ok=True)
    for split, count in SOURCES.items():
        for label in ("ai", "real"):
            for source in range(count):
                for i in range(PICTURES):
                    name = f"images/{split}-{label}-{source}-{i}.png"
                    scene(draw, label == "ai").save(os.path.join(folder, name))
                    family = ("flux", "sdxl")[source % 2] if label == "ai" else ""
                    rows.append(
                        f"{name}\t{label}\t{split}-{label}-{source}\t{split}\t{family}\t256\t256\tPNG"
                    )
    with open(os.path.join(folder, "index.tsv"), "w") as handle:
        handle.write("\n".join(rows) + "\n")


def smoke(folder: str, steps: int = 70) -> None:
    import torch

    from .crops import Store
    from .finish import finish
    from .generators import FAMILIES
    from .records import read_manifests
    from .train import Settings, load, train

    write_data(folder)
    records = read_manifests([folder])
    store = Store(os.path.join(folder, "store"))
    if store.add([r.path for r in records]):
        raise RuntimeError("the smoke pictures can not be read")
    settings = Settings(
        steps=steps // 2,
        batch=16,
        side=64,
        rate=3e-3,
        average=0.9,
        strength=0.2,
        workers=0,
        threads=1,
        validate_seconds=1e9,
    )
    run = os.path.join(folder, "run")
    train(records, store, FAMILIES, run, settings)
    best = train(records, store, FAMILIES, run, replace(settings, steps=steps), resume=True)
    report = finish(best, records, store, os.path.join(folder, "model"), "smoke", "0.0.0")
    reached = report["splits"]["test"]["conditions"]["native"]["auc"]
    network, families = load(best)
    with torch.no_grad():
        logit, patches, generator, _ = network(torch.zeros(1, 3, 256, 256))
    if abs(float(patches.mean() - logit)) > 1e-4 or generator.shape[1] != len(families):
        raise RuntimeError("the tile's logit is not the mean of its patch logits")
    if reached < 0.8:
        raise RuntimeError(f"AUC {reached:.3f} on pictures that are easy to tell apart")
    print(f"smoke run passed: AUC {reached:.3f}")
