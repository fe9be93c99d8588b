"""What happens to pictures on their way: one distribution of histories for both classes, and the named conditions of
the evaluation. Pillow and numpy only; every draw comes from the `random.Random` that is handed in.

A detector learns whatever tells the classes apart, and formats, qualities and sizes tell them apart best (generated
pictures are mostly PNG, authentic ones JPEG). So nothing here knows the label.
"""

import io
import random
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageFilter

TILE = 256
KERNELS = (Image.Resampling.BILINEAR, Image.Resampling.BICUBIC, Image.Resampling.LANCZOS)
SHRINKING_KERNELS = (*KERNELS, Image.Resampling.BOX, Image.Resampling.HAMMING)


def jpeg(image: Image.Image, quality: int, subsampling: int = 2) -> Image.Image:
    """One round trip. `subsampling`: 0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0."""
    return _round_trip(image, "JPEG", quality=quality, subsampling=subsampling)


def webp(image: Image.Image, quality: int) -> Image.Image:
    return _round_trip(image, "WEBP", quality=quality, method=1)


def _round_trip(image: Image.Image, codec: str, **options) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, codec, **options)
    buffer.seek(0)
    return Image.open(buffer).convert("RGB")


def resize(image: Image.Image, factor: float, kernel=Image.Resampling.BICUBIC) -> Image.Image:
    if factor == 1:
        return image
    return image.resize((max(8, round(image.width * factor)), max(8, round(image.height * factor))), kernel)


def reflect(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Pads at right and bottom as the product does, until the picture is at least this large."""
    missing = (max(0, height - pixels.shape[0]), max(0, width - pixels.shape[1]))
    return np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), "reflect") if any(missing) else pixels


def centre(pixels: np.ndarray, side: int = TILE) -> np.ndarray:
    y, x = max(0, (pixels.shape[0] - side) // 2), max(0, (pixels.shape[1] - side) // 2)
    return pixels[y : y + side, x : x + side]


# --- training ---------------------------------------------------------------------------------------------------


def lossy(image: Image.Image, draw: random.Random, low: int = 40) -> Image.Image:
    if draw.random() < 0.75:
        return jpeg(image, draw.randint(low, 98), draw.choice((0, 1, 2, 2)))
    return webp(image, draw.randint(low, 96))


def history(image: Image.Image, factor: float, draw: random.Random, strength: float = 1.0) -> Image.Image:
    """A draw of what may have happened between camera or generator and the reader: a first save, light edits, a
    resize by `factor`, a second save. `strength` in 0..1 scales how often each of them happens."""
    often = lambda p: draw.random() < p * strength
    if often(0.35):
        image = lossy(image, draw, low=60)
    if often(0.08):
        image = image.filter(ImageFilter.GaussianBlur(draw.uniform(0.3, 1.2)))
    if factor != 1:
        image = resize(image, factor, draw.choice(SHRINKING_KERNELS if factor < 1 else KERNELS))
    if often(0.1):
        image = image.filter(ImageFilter.UnsharpMask(draw.uniform(0.5, 1.5), draw.randint(30, 120), 0))
    if often(0.2):
        image = _tone(image, draw)
    if often(0.08):
        image = _noise(image, draw)
    if often(0.85):
        image = lossy(image, draw)
    return image


def _tone(image: Image.Image, draw: random.Random) -> Image.Image:
    """Contrast, brightness and gamma of screens and editors, a little of each colour's own."""
    levels = np.arange(256) / 255
    curve = []
    gain, lift, gamma = draw.uniform(0.85, 1.15), draw.uniform(-0.06, 0.06), draw.uniform(0.85, 1.2)
    for _ in range(3):
        tint = draw.uniform(0.97, 1.03)
        curve += list(np.clip((levels**gamma - 0.5) * gain * tint + 0.5 + lift, 0, 1) * 255 + 0.5)
    return image.point([int(v) for v in curve])


def _noise(image: Image.Image, draw: random.Random) -> Image.Image:
    rng = np.random.default_rng(draw.getrandbits(32))
    noise = rng.normal(0, draw.uniform(0.5, 4), (image.height, image.width, 3)).astype(np.float32)
    return Image.fromarray(np.clip(np.asarray(image) + noise + 0.5, 0, 255).astype(np.uint8))


def training_factor(draw: random.Random) -> float:
    """Resize factor: none for half of the pictures, moderate ones for most others, thumbnails for the rest."""
    u = draw.random()
    if u < 0.45:
        return 1.0
    if u < 0.85:
        return draw.uniform(0.5, 1.3)
    return draw.uniform(0.25, 0.5)


def training_crop(pixels: np.ndarray, side: int, draw: random.Random, strength: float = 1.0) -> np.ndarray:
    """uint8 [side, side, 3] out of a stored crop. Both classes start from a 256x256 window, so that the size of what
    is stored tells nothing; a thumbnail smaller than `side` is reflected, as in the product."""
    pixels = _window(pixels, TILE, draw)
    factor = training_factor(draw) if draw.random() < strength else 1.0
    need = min(TILE, int(np.ceil((side + 12) / factor)))
    image = Image.fromarray(_window(pixels, need, draw))
    out = np.asarray(history(image, factor, draw, strength))
    out = _window(reflect(out, side, side), side, draw)
    return out[:, ::-1] if draw.random() < 0.5 else out


def _window(pixels: np.ndarray, side: int, draw: random.Random) -> np.ndarray:
    y = draw.randint(0, max(0, pixels.shape[0] - side))
    x = draw.randint(0, max(0, pixels.shape[1] - side))
    return pixels[y : y + side, x : x + side]


# --- evaluation -------------------------------------------------------------------------------------------------

MATCHED_FACTORS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.1, 1.25)


class MatchedPlan(NamedTuple):
    factor: float
    kernel: Image.Resampling
    codec: str  # JPEG, WEBP or none
    quality: int
    subsampling: int


def matched_plan(seed: int) -> MatchedPlan:
    """The baseline's draw of resize and codec, seeded by the original, so that figures compare across networks."""
    draw = random.Random(seed)
    factor = draw.choice(MATCHED_FACTORS) if draw.random() < 0.6 else 1.0
    kernel = draw.choice(KERNELS) if factor != 1 else Image.Resampling.BICUBIC
    u = draw.random()
    if u < 0.75:
        return MatchedPlan(factor, kernel, "JPEG", draw.randint(45, 97), draw.choice((0, 2)))
    return (
        MatchedPlan(factor, kernel, "WEBP", draw.randint(50, 95), 2)
        if u < 0.9
        else MatchedPlan(factor, kernel, "none", 100, 0)
    )


def matched(image: Image.Image, seed: int) -> Image.Image:
    plan = matched_plan(seed)
    image = resize(image, plan.factor, plan.kernel)
    if plan.codec == "JPEG":
        return jpeg(image, plan.quality, plan.subsampling)
    return webp(image, plan.quality) if plan.codec == "WEBP" else image


def _shrunk(image: Image.Image, record, long_side: int) -> Image.Image:
    """Resized as the whole original would be to fit `long_side`."""
    return resize(image, min(1.0, long_side / max(record.width, record.height, 1)), Image.Resampling.LANCZOS)


CONDITIONS = {
    "native": lambda image, record: image,
    "jpeg90": lambda image, record: jpeg(image, 90),
    "jpeg75": lambda image, record: jpeg(image, 75),
    "webp80": lambda image, record: webp(image, 80),
    "half": lambda image, record: resize(image, 0.5),
    "double": lambda image, record: resize(image, 2),
    "web": lambda image, record: jpeg(_shrunk(image, record, 768), 60),
    "hard": lambda image, record: jpeg(_shrunk(image, record, 512), 40),
    "social": lambda image, record: jpeg(_shrunk(image, record, 1080), 80),
    # Shown on a screen 900 pixels high, grabbed without loss, shared as JPEG.
    "screenshot": lambda image, record: jpeg(
        resize(image, min(1.0, 900 / max(record.height, 1)), Image.Resampling.BILINEAR), 92, 0
    ),
    "matched": lambda image, record: matched(image, record.seed),
}


def under(condition: str, pixels: np.ndarray, record) -> np.ndarray:
    """uint8 RGB of a stored crop under a condition. `whole` is the crop as it is; all others start from its centre
    256x256, so that the crop's size tells nothing."""
    if condition == "whole":
        return pixels
    return np.asarray(CONDITIONS[condition](Image.fromarray(centre(pixels)), record))
