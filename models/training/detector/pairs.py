"""Aligned pairs for training on the device: each authentic training crop beside reconstructions of it through home-made
generators (homemade.py), saved as the original was."""

import torch

from .homemade import reconstruct, train_generators, variants
from .on_device import Crops, Reconstructions, jpeg
from .records import Record

AT_ONCE = 64  # crops


def first_quality(record: Record) -> float:
    """The JPEG quality that a crop's original was saved at, read from the first entry of its luma table, 16 at quality
    50; 0 for other formats. libjpeg's scale, held to 30..98."""
    first = record.jpeg_q0.split("/")[0]
    if record.format != "JPEG" or not first.isdigit() or first == "0":
        return 0.0
    scale = int(first) * 100 / 16
    return float(min(98, max(30, round((200 - scale) / 2 if scale <= 100 else 5000 / scale))))


def aligned_pairs(
    records: list[Record], crops: Crops, seconds: float, seed: int, copies: int = 2, steps: int = 300
) -> Reconstructions:
    """Trains generators on the authentic ones of `records`, whose crops `crops` holds in the same order, for `seconds`, and
    makes `copies` reconstructions of each authentic crop."""
    on = crops.pixels.device
    authentic = torch.tensor([i for i, r in enumerate(records) if not r.generated], device=on)
    whole = authentic[(crops.valid[authentic] == crops.pixels.shape[2]).all(1)]
    generators = train_generators(variants(400, seed), crops.pixels[whole], seconds, steps)
    if not generators:
        raise RuntimeError(f"no generator was trained in {seconds} seconds: give them more")
    quality = torch.tensor([first_quality(r) for r in records], device=on)
    draw = torch.Generator(on).manual_seed(seed)
    of = authentic.repeat_interleave(copies)
    pixels = torch.empty((len(of), *crops.pixels.shape[1:]), dtype=torch.uint8, device=on)
    mask = torch.empty((len(of), 1, *crops.pixels.shape[2:]), dtype=torch.uint8, device=on)
    for start in range(0, len(of), AT_ONCE):
        whose = of[start : start + AT_ONCE]
        made, replaced = reconstruct(generators, crops.pixels[whose], draw)
        saved = (quality[whose] > 0).nonzero()[:, 0]
        if len(saved):
            sampled = torch.full((len(saved),), 2, device=on)
            made[saved] = jpeg(made[saved].float(), quality[whose[saved]], sampled).to(torch.uint8)
        pixels[start : start + AT_ONCE] = made
        mask[start : start + AT_ONCE] = torch.round(replaced * 255).to(torch.uint8)
    return Reconstructions(pixels, mask, of)
