"""Training batches made where the network trains: the histories of degrade.py as tensor operations on whole batches.

A GPU trains ten times faster than sixteen cores can save and resize pictures, so crops lie in its memory and each step
draws its histories there. What Pillow does is done as Pillow does it: JPEG with the standard's integer tables, libjpeg's
box-averaged chroma and triangle upsampling, resizing with the same kernels (tests hold both against Pillow). WebP's
prediction has no such form: a share of every batch still comes from `Batches`, on the CPU.

Pixels are float32 [N,3,H,W] in 0..255 here, whole numbers wherever a file would hold them.
"""

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F

from .degrade import TILE
from .homemade import regions
from .network import PATCH
from .records import Record
from .sampling import IGNORED, class_groups, family_index

MARGIN = 16  # canvas beyond the crop's side, so that its window starts anywhere in the last save's block grid

# Annex K of ITU-T T.81, which libjpeg scales by quality.
LUMA = (
    "16 11 10 16 24 40 51 61 12 12 14 19 26 58 60 55 14 13 16 24 40 57 69 56 14 17 22 29 51 87 80 62 "
    "18 22 37 56 68 109 103 77 24 35 55 64 81 104 113 92 49 64 78 87 103 121 120 101 72 92 95 98 112 100 103 99"
)
CHROMA = (
    "17 18 24 47 99 99 99 99 18 21 26 66 99 99 99 99 24 26 56 99 99 99 99 99 47 66 99 99 99 99 99 99 "
    + " ".join(["99"] * 32)
)


def _constant(values, like: torch.Tensor) -> torch.Tensor:
    return torch.as_tensor(values, dtype=torch.float32, device=like.device)


def _dct() -> np.ndarray:
    """Orthonormal, [frequency, position]."""
    k, n = np.mgrid[0:8, 0:8]
    return np.sqrt(np.where(k == 0, 1 / 8, 1 / 4)) * np.cos((2 * n + 1) * k * np.pi / 16)


def quantisation(base: str, quality: torch.Tensor) -> torch.Tensor:
    """[N,8,8]: libjpeg's table at a quality of 1 to 100."""
    scale = torch.where(quality < 50, torch.floor(5000 / quality), 200 - 2 * quality)[:, None]
    table = torch.floor((_constant([float(v) for v in base.split()], quality) * scale + 50) / 100)
    return table.clamp(1, 255).reshape(-1, 8, 8)


def _quantised(plane: torch.Tensor, table: torch.Tensor) -> torch.Tensor:
    """[N,H,W] in 0..255 after the round trip through rounded coefficients; H and W multiples of 8."""
    n, height, width = plane.shape
    dct = _constant(_dct(), plane)
    blocks = (plane - 128).reshape(n, height // 8, 8, width // 8, 8).permute(0, 1, 3, 2, 4)
    table = table[:, None, None]
    coefficients = dct @ blocks @ dct.T / table
    # Halves, of which whole pixels make many, go away from zero.
    coefficients = torch.sign(coefficients) * torch.floor(coefficients.abs() + 0.5001) * table
    pixels = (dct.T @ coefficients @ dct).permute(0, 1, 3, 2, 4).reshape(n, height, width)
    return torch.round(pixels + 128).clamp(0, 255)


def jpeg(images: torch.Tensor, quality: torch.Tensor, subsampling: torch.Tensor) -> torch.Tensor:
    """One round trip each. `quality` float [N], `subsampling` int [N] (0 is 4:4:4, 1 is 4:2:2, 2 is 4:2:0), as in
    degrade.py. H and W multiples of 16."""
    r, g, b = images.unbind(1)
    luma = torch.round(0.299 * r + 0.587 * g + 0.114 * b)
    chroma = torch.stack(
        [
            torch.round(-0.168735892 * r - 0.331264108 * g + 0.5 * b + 128),
            torch.round(0.5 * r - 0.418687589 * g - 0.081312411 * b + 128),
        ],
        1,
    ).clamp(0, 255)
    luma = _quantised(luma, quantisation(LUMA, quality))
    table = quantisation(CHROMA, quality).repeat_interleave(2, 0)
    out = torch.empty_like(chroma)
    for kind, factor in enumerate(((1, 1), (1, 2), (2, 2))):
        chosen = (subsampling == kind).nonzero()[:, 0]
        if not len(chosen):
            continue
        planes = chroma[chosen]
        if kind:
            planes = torch.round(F.avg_pool2d(planes, factor))
        both = table.reshape(-1, 2, 8, 8)[chosen].reshape(-1, 8, 8)
        planes = _quantised(planes.flatten(0, 1), both).unflatten(0, (-1, 2))
        if kind:
            planes = torch.round(
                F.interpolate(planes, scale_factor=[float(f) for f in factor], mode="bilinear")
            )
        out[chosen] = planes
    cb, cr = (out - 128).unbind(1)
    colours = [luma + 1.402 * cr, luma - 0.344136286 * cb - 0.714136286 * cr, luma + 1.772 * cb]
    return torch.round(torch.stack(colours, 1)).clamp(0, 255)


def _box(x):
    return ((x > -0.5) & (x <= 0.5)).float()


def _bilinear(x):
    return (1 - x.abs()).clamp(min=0)


def _hamming(x):
    inside = x.abs() < 1
    return torch.where(inside, torch.sinc(x) * (0.54 + 0.46 * torch.cos(torch.pi * x)), 0.0)


def _bicubic(x):
    x = x.abs()
    near, far = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    return torch.where(x < 1, near, torch.where(x < 2, far, 0.0))


def _lanczos(x):
    return torch.where(x.abs() < 3, torch.sinc(x) * torch.sinc(x / 3), 0.0)


RESAMPLING = (_bilinear, _bicubic, _lanczos, _box, _hamming)  # the first three enlarge, too


def resampling(
    factor: torch.Tensor,
    kernel: torch.Tensor,
    origin: torch.Tensor,
    valid: torch.Tensor,
    inputs: int,
    outputs: int,
) -> torch.Tensor:
    """[N,outputs,inputs]: the matrix that resizes one axis by `factor` from the source's pixel `origin` on, where its
    first `valid` pixels are picture. Pillow's rule: kernels widen when they shrink, weights outside are dropped and the
    rest add up to one. Rows past the picture's end repeat its last."""
    where = torch.arange(outputs, device=factor.device)[None] + 0.5
    last = torch.floor((valid - origin) * factor + 0.5) - 0.5
    middle = torch.minimum(where, last.clamp(min=0.5)[:, None]) / factor[:, None] + origin[:, None]
    pixel = torch.arange(inputs, device=factor.device) + 0.5
    distance = (pixel - middle[..., None]) * factor.clamp(max=1)[:, None, None]
    weights = torch.zeros_like(distance)
    for i, shape in enumerate(RESAMPLING):
        chosen = (kernel == i).nonzero()[:, 0]
        if len(chosen):
            weights[chosen] = shape(distance[chosen])
    inside = (pixel >= origin[:, None]) & (pixel < valid[:, None])
    weights = weights * inside[:, None]
    return weights / weights.sum(2, keepdim=True)


def gaussian(sigma: torch.Tensor, size: int) -> torch.Tensor:
    """[N,size,size]: blurs one axis."""
    place = torch.arange(size, device=sigma.device).float()
    weights = torch.exp(-((place[:, None] - place) ** 2) / (2 * sigma[:, None, None] ** 2))
    return weights / weights.sum(2, keepdim=True)


def along_axes(rows: torch.Tensor, images: torch.Tensor, columns: torch.Tensor) -> torch.Tensor:
    return rows[:, None] @ images @ columns[:, None].transpose(2, 3)


@dataclass
class Crops:
    """Windows of stored crops in the device's memory. `pixels` uint8 [M,3,256,256], repeated at the edges where a crop is
    smaller; `valid` int [M,2]: height and width of what is picture."""

    pixels: torch.Tensor
    valid: torch.Tensor

    @staticmethod
    def of(arrays: list[np.ndarray], on: torch.device) -> "Crops":
        """The centre of each uint8 [h,w,3]."""
        # Filled in place: tens of thousands of crops must not lie in memory twice.
        pixels, valid = torch.empty((len(arrays), 3, TILE, TILE), dtype=torch.uint8), []
        for i, array in enumerate(arrays):
            height, width = (min(TILE, n) for n in array.shape[:2])
            y, x = ((n - TILE) // 2 if n > TILE else 0 for n in array.shape[:2])
            window = array[y : y + TILE, x : x + TILE]
            whole = np.pad(window, ((0, TILE - height), (0, TILE - width), (0, 0)), "edge")
            pixels[i] = torch.from_numpy(whole).permute(2, 0, 1)
            valid.append((height, width))
        return Crops(pixels.to(on), torch.tensor(valid, device=on))


class Draws:
    """Random numbers on the device from one seed."""

    def __init__(self, seed: int, on: torch.device):
        self.on, self.generator = on, torch.Generator(on).manual_seed(seed)

    def uniform(self, n: int, low: float = 0.0, high: float = 1.0) -> torch.Tensor:
        return low + (high - low) * torch.rand(n, generator=self.generator, device=self.on)

    def often(self, n: int, share: float) -> torch.Tensor:
        return self.uniform(n) < share

    def integers(self, n: int, low: int, high: int) -> torch.Tensor:
        """Of low..high, both of them included."""
        return torch.randint(low, high + 1, (n,), generator=self.generator, device=self.on)

    def below(self, limit: torch.Tensor) -> torch.Tensor:
        """A whole number of 0..limit for each."""
        return torch.floor(self.uniform(len(limit)) * (limit + 1)).clamp(max=limit)


def _saved(images: torch.Tensor, draws: Draws, chosen: torch.Tensor, low: int) -> torch.Tensor:
    """Saves the chosen ones as JPEG of quality `low` to 98."""
    at = chosen.nonzero()[:, 0]
    if len(at):
        kinds = torch.tensor([0, 1, 2, 2], device=images.device)[draws.integers(len(at), 0, 3)]
        images[at] = jpeg(images[at], draws.integers(len(at), low, 98).float(), kinds)
    return images


def histories(
    images: torch.Tensor,
    valid: torch.Tensor,
    cells: torch.Tensor,
    side: int,
    draws: Draws,
    strength: float = 1.0,
    twins: torch.Tensor | None = None,
) -> tuple[torch.Tensor, torch.Tensor]:
    """uint8 [N,3,side,side] and the share of each 16x16 patch that is generated, [N,1,side/16,side/16].

    `images` float [N,3,256,256], `valid` int [N,2], `cells` float [N,1,256,256]: where a picture is generated. The
    distribution is that of `degrade.training_crop`, with JPEG for every save. `twins` int [N]: whose draws a picture
    takes for all that moves pixels (resize and windows); itself where it has no twin."""
    n, canvas = len(images), -(-(side + MARGIN) // 16) * 16
    often = lambda share: draws.often(n, share * strength)
    shared = lambda values: values if twins is None else values[twins]

    images = _saved(images.clone(), draws, often(0.35), 60)
    u, moderate, small = draws.uniform(n), draws.uniform(n, 0.5, 1.3), draws.uniform(n, 0.25, 0.5)
    factor = torch.where(u < 0.45, 1.0, torch.where(u < 0.85, moderate, small))
    factor = shared(torch.where(draws.often(n, strength), factor, 1.0))
    # Where nothing is resized the box passes pixels through.
    kernel = torch.where(
        factor < 1, draws.integers(n, 0, 4), torch.where(factor > 1, draws.integers(n, 0, 2), 3)
    )
    kernel = shared(kernel)
    axes, ends = [], []
    for axis in range(2):
        length = valid[:, axis].float()
        origin = shared(draws.below(torch.floor((length - canvas / factor).clamp(min=0))))
        axes.append(resampling(factor, kernel, origin, length, TILE, canvas))
        ends.append(torch.floor((length - origin) * factor + 0.5).clamp(1, canvas).long())
    blurred = often(0.08).nonzero()[:, 0]
    if len(blurred):
        blur = gaussian(draws.uniform(len(blurred), 0.3, 1.2), TILE)
        images[blurred] = along_axes(blur, images[blurred], blur)
    images = torch.round(along_axes(axes[0], images, axes[1])).clamp(0, 255)
    cells = along_axes(axes[0], cells, axes[1]).clamp(0, 1)

    sharpened = often(0.1).nonzero()[:, 0]
    if len(sharpened):
        count = len(sharpened)
        blur, amount = gaussian(draws.uniform(count, 0.5, 1.5), canvas), draws.uniform(count, 0.3, 1.2)
        before = images[sharpened]
        images[sharpened] = before + amount[:, None, None, None] * (before - along_axes(blur, before, blur))
    toned = often(0.2).nonzero()[:, 0]
    if len(toned):
        count = len(toned)
        of = lambda low, high, size=count: draws.uniform(size, low, high)
        gain, lift, gamma = (of(*r)[:, None, None, None] for r in ((0.85, 1.15), (-0.06, 0.06), (0.85, 1.2)))
        tint = of(0.97, 1.03, count * 3).reshape(count, 3, 1, 1)
        level = (images[toned].clamp(0, 255) / 255) ** gamma
        images[toned] = ((level - 0.5) * gain * tint + 0.5 + lift) * 255
    noisy = often(0.08).nonzero()[:, 0]
    if len(noisy):
        sigma = draws.uniform(len(noisy), 0.5, 4)[:, None, None, None]
        noise = torch.randn(images[noisy].shape, generator=draws.generator, device=images.device)
        images[noisy] = images[noisy] + sigma * noise
    images = _saved(torch.round(images.clamp(0, 255)), draws, often(0.85), 40)

    # The window, mirrored at the end of a picture that is smaller, as the product does it.
    flipped = shared(draws.often(n, 0.5))
    index = []
    for axis, end in enumerate(ends):
        start = shared(draws.below((end - side).clamp(min=0).float())).long()
        place = start[:, None] + torch.arange(side, device=images.device)
        period = (2 * (end - 1)).clamp(min=1)[:, None]
        place = place % period
        place = torch.where(place > (end - 1)[:, None], period - place, place)
        index.append(torch.where(flipped[:, None], place.flip(1), place) if axis else place)
    every = torch.arange(n, device=images.device)[:, None, None]
    take = lambda planes: planes.permute(0, 2, 3, 1)[every, index[0][:, :, None], index[1][:, None]].permute(
        0, 3, 1, 2
    )
    return take(images).to(torch.uint8), F.avg_pool2d(take(cells), PATCH)


@dataclass
class Reconstructions:
    """Authentic crops after a round trip through image auto-encoders: `pixels` uint8 [K,3,256,256], `mask` uint8
    [K,1,256,256], 255 where the picture was replaced; `of` int [K]: whose crop each is."""

    pixels: torch.Tensor
    mask: torch.Tensor
    of: torch.Tensor


class DeviceBatches:
    """Endless (images uint8 [B,3,side,side], label float [B], family int [B], cells float [B,1,side/16,side/16]) on the
    device: half authentic, balanced by owner like `Batches`. `cells` is the generated share of each patch.

    `pairs` of the batch are reconstructions of authentic pictures of the same batch, with the same resize and window
    (aligned pairs, Rajan et al. 2025); `pasted` are authentic pictures with a region of a generated one. Both take the
    place of generated pictures and name no generator."""

    def __init__(
        self,
        records: list[Record],
        crops: Crops,
        families: list[str],
        batch: int,
        side: int,
        seed: int,
        strength: float = 1.0,
        cap: int = 400,
        reconstructions: Reconstructions | None = None,
        pairs: float = 0.0,
        pasted: float = 0.0,
    ):
        self.crops, self.batch, self.side, self.strength = crops, batch, side, strength
        on = crops.pixels.device
        self.draws = Draws(seed, on)
        number = {record.path: i for i, record in enumerate(records)}
        self.chances = []
        for sources, weights in class_groups(records, cap):
            chance = torch.zeros(len(records))
            for images, weight in zip(sources, np.diff(weights, prepend=0)):
                chance[[number[record.path] for record in images]] = float(weight) / len(images)
            self.chances.append((chance / chance.sum()).to(on))
        self.families = torch.tensor([family_index(r, families) for r in records], device=on)
        self.reconstructions = reconstructions
        self.pairs, self.pasted = round(batch * pairs), round(batch * pasted)
        if batch % 2 or self.pairs + self.pasted > batch // 2:
            raise ValueError(
                f"a batch of {batch} on the device has no {self.pairs} pairs and {self.pasted} pasted pictures: it must be"
                " even, and both replace its generated half"
            )
        if reconstructions is not None:
            # Reconstructions of one crop stand together, so a first one and a count name them all.
            counts = torch.bincount(reconstructions.of, minlength=len(records))
            self.first, self.copies = counts.cumsum(0) - counts, counts

    def __iter__(self):
        while True:
            yield self._batch()

    def _batch(self):
        half, draws = self.batch // 2, self.draws
        chosen = torch.cat(
            [torch.multinomial(c, half, replacement=True, generator=draws.generator) for c in self.chances]
        )
        images, valid = self.crops.pixels[chosen].float(), self.crops.valid[chosen]
        families = self.families[chosen].clone()
        labels = torch.arange(2 * half, device=draws.on).ge(half).float()
        cells = labels[:, None, None, None].expand(-1, 1, TILE, TILE).clone()
        twins = torch.arange(2 * half, device=draws.on)
        if self.pairs:
            at, whose = slice(half, half + self.pairs), chosen[: self.pairs]
            has = self.copies[whose] > 0
            which = self.first[whose] + draws.below((self.copies[whose] - 1).clamp(min=0).float()).long()
            which = torch.where(has, which, 0)
            blank = has[:, None, None, None]
            images[at] = torch.where(blank, self.reconstructions.pixels[which].float(), images[at])
            cells[at] = torch.where(blank, self.reconstructions.mask[which].float() / 255, cells[at])
            valid[at] = torch.where(has[:, None], valid[: self.pairs], valid[at])
            families[at] = torch.where(has, IGNORED, families[at])
            twins[at] = torch.where(has, twins[: self.pairs], twins[at])
        if self.pasted:
            at, under = slice(2 * half - self.pasted, 2 * half), slice(half - self.pasted, half)
            region = regions(self.pasted, TILE, TILE, draws.generator)
            images[at] = torch.round(region * images[at] + (1 - region) * images[under])
            cells[at], families[at] = region, IGNORED
            valid[at] = torch.minimum(valid[at], valid[under])
        images, cells = histories(images, valid, cells, self.side, draws, self.strength, twins)
        return images, labels, families, cells
