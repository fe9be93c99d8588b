"""Home-made image generators, and authentic images reconstructed by them.

What generated pictures have in common is their last stage: a decoder that enlarges a small grid with learned filters. So
many small decoders are trained here on authentic crops, each of another recipe (how it enlarges, how its latents are
bound, width, depth, loss, seed), and their reconstructions are set beside the originals: the same content with the same
later history, apart only by those traces. No path goes around the bottleneck, or the picture's own fine grain would
come through untouched.

The numbers of recipes matter more than their quality (Park and Owens 2024, Community Forensics); mixing with the
original and restoring what the decoder smoothed away keep blur alone from giving the answer (Chen et al. 2025, Dual Data
Alignment).
"""

import math
import random
import time
from dataclasses import astuple, dataclass

import torch
import torch.nn.functional as F
from torch import nn

from .network import half_precision

KINDS = ("auto_encoder", "super_resolver", "vq", "fsq", "gan", "diffusion")
UPSAMPLINGS = (
    "transposed",
    "transposed_overlap",
    "nearest",
    "bilinear",
    "pixel_shuffle",
    "pixel_shuffle_blur",
    "wavelet",
)
# Latent channels by factor: of 12, 48 and 192 values in a cell so few pass that the decoder has to invent the rest.
LATENTS = {2: (3, 4), 4: (4, 6, 8), 8: (12, 16, 24)}
WIDENING = (1, 2, 3, 4)  # channels at full, half, quarter and eighth resolution, in widths
LOSSES = ("l1", "l2", "gradient", "features", "spectrum")
ACTIVATIONS = {"relu": nn.ReLU, "leaky": lambda: nn.LeakyReLU(0.2), "silu": nn.SiLU, "gelu": nn.GELU}
NORMS = ("none", "batch", "group", "pixel")
MARGIN = 32  # pixels that a picture is extended by, so that no crop shows the decoder's borders


@dataclass(frozen=True)
class Variant:
    """One generator's recipe."""

    kind: str  # of KINDS
    upsampling: str  # of UPSAMPLINGS
    factor: int  # pixels of a latent cell's side: 2, 4 or 8
    stride: int  # of each upsampling layer; a power of it is the factor
    latent: int  # channels of the bottleneck
    width: int  # channels at full resolution
    depth: int  # residual blocks at each lower resolution
    tail: int  # residual blocks at full resolution; without one the last upsampling makes the colours
    kernel: int  # of the convolutions beside an upsampling
    norm: str  # of NORMS
    activation: str  # of ACTIVATIONS
    loss: str  # of LOSSES
    seed: int


def variants(count: int, seed: int) -> list[Variant]:
    """Every kind with every upsampling in some order, then random ones."""
    draw = random.Random(seed)
    pairs = [(kind, upsampling) for kind in KINDS for upsampling in UPSAMPLINGS]
    draw.shuffle(pairs)
    pairs += [(draw.choice(KINDS), draw.choice(UPSAMPLINGS)) for _ in range(count - len(pairs))]
    return [_variant(kind, upsampling, draw) for kind, upsampling in pairs[:count]]


def _variant(kind: str, upsampling: str, draw: random.Random) -> Variant:
    factor = draw.choice({"super_resolver": (2, 2, 4), "vq": (4, 4, 8)}.get(kind, (2, 2, 4, 4, 8)))
    interpolates = upsampling in ("nearest", "bilinear")
    # Enlarged at once without learning, a cell of more than 2x2 is beyond what small kernels can fill.
    strides = [s for s in ((2,) if interpolates else (2, 4, 8)) if math.log(factor, s).is_integer()]
    latent = 3 if kind == "super_resolver" else draw.choice(LATENTS[factor])
    if kind in ("vq", "fsq"):
        latent *= 2  # steps carry less than numbers
    return Variant(
        kind,
        upsampling,
        factor,
        draw.choice(strides),
        latent,
        draw.choice((8, 16, 16, 24)),
        draw.choice((1, 1, 2, 3)),
        draw.choice((1, 1, 2) if interpolates else (0, 0, 1, 2)),
        draw.choice((3, 3, 3, 5)),
        draw.choice(NORMS),
        draw.choice(list(ACTIVATIONS)),
        draw.choice(LOSSES),
        draw.getrandbits(31),
    )


class PixelNorm(nn.Module):
    """Each pixel's channels to unit power (Karras et al. 2018)."""

    def forward(self, x):
        return x * torch.rsqrt((x * x).mean(1, keepdim=True) + 1e-6)


def _norm(name: str, channels: int) -> nn.Module:
    if name == "batch":
        return nn.BatchNorm2d(channels)
    if name == "group":
        return nn.GroupNorm(channels // 8, channels)
    return PixelNorm() if name == "pixel" else nn.Identity()


class Residual(nn.Module):
    def __init__(self, channels: int, variant: Variant):
        super().__init__()
        self.body = nn.Sequential(
            _norm(variant.norm, channels),
            ACTIVATIONS[variant.activation](),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x):
        return x + self.body(x)


class InverseHaar(nn.Module):
    """[N,4C,H,W] to [N,C,2H,2W]: the four bands of an orthonormal Haar transform put together."""

    def forward(self, x):
        mean, across, down, both = x.chunk(4, 1)
        cells = (mean + across + down + both, mean - across + down - both)
        cells += (mean + across - down - both, mean - across - down + both)
        return F.pixel_shuffle(torch.stack(cells, 2).flatten(1, 2) / 2, 2)


class Blur(nn.Module):
    """The mean over a window as large as the stride, which evens out a grid of that period."""

    def __init__(self, size: int):
        super().__init__()
        self.size = size

    def forward(self, x):
        return F.avg_pool2d(x, self.size, 1, self.size // 2, count_include_pad=False)[..., :-1, :-1]


def upsampling(name: str, inputs: int, outputs: int, stride: int, kernel: int) -> nn.Module:
    """[N,inputs,H,W] to [N,outputs,H*stride,W*stride]."""
    if name.startswith("transposed"):
        # Kernels that the stride does not divide overlap unevenly: the checkerboard of Odena et al. 2016.
        size = stride * (2 if kernel > 3 else 1) + (name == "transposed_overlap")
        before = (size - stride + 1) // 2
        return nn.ConvTranspose2d(inputs, outputs, size, stride, before, stride + 2 * before - size)
    if name in ("nearest", "bilinear"):
        return nn.Sequential(
            nn.Upsample(scale_factor=stride, mode=name), nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2)
        )
    layers: list[nn.Module] = [nn.Conv2d(inputs, outputs * stride**2, kernel, padding=kernel // 2)]
    if name == "wavelet":
        layers += [InverseHaar() for _ in range(int(math.log2(stride)))]
    else:
        layers.append(nn.PixelShuffle(stride))
    if name == "pixel_shuffle_blur":  # Aitken et al. 2017
        layers.append(Blur(stride))
    return nn.Sequential(*layers)


class VectorQuantiser(nn.Module):
    """Pairs of channels, each replaced by the nearest of 256 codes (van den Oord et al. 2017). The latents come with unit
    variance, so a normal draw is a code book of which every entry is used from the start."""

    def __init__(self):
        super().__init__()
        self.codes = nn.Parameter(torch.randn(256, 2))

    def forward(self, z):
        n, channels, height, width = z.shape
        pairs = z.permute(0, 2, 3, 1).reshape(-1, 2)
        with torch.no_grad():
            nearest = (pairs @ self.codes.T - (self.codes**2).sum(1) / 2).argmax(1)
        chosen = self.codes[nearest]
        cost = F.mse_loss(chosen, pairs.detach()) + 0.25 * F.mse_loss(pairs, chosen.detach())
        passed = pairs + (chosen - pairs).detach()
        return passed.reshape(n, height, width, channels).permute(0, 3, 1, 2), cost


def _initialise(layer: nn.Module) -> None:
    """Outputs as strong as inputs; residual blocks start as nothing."""
    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
        fan = layer.in_channels * math.prod(layer.kernel_size)
        if isinstance(layer, nn.ConvTranspose2d):
            fan /= math.prod(layer.stride)
        nn.init.normal_(layer.weight, std=(1.5 / fan) ** 0.5)
        nn.init.zeros_(layer.bias)
    if isinstance(layer, Residual):
        nn.init.zeros_(layer.body[2].weight)


class HomemadeGenerator(nn.Module):
    """x [N,3,H,W] in -1..1, H and W multiples of 16, to its reconstruction of the same shape, in -1..1 where the network
    is in eval mode. The encoder is alike in all: what it does leaves no trace of its own."""

    def __init__(self, variant: Variant):
        super().__init__()
        self.variant = v = variant
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(v.seed)
            levels = [v.width * w for w in WIDENING]
            level = int(math.log2(v.factor))
            top = levels[level]
            if v.kind != "super_resolver":
                inputs = 3 * v.factor**2
                self.linear = nn.Conv2d(inputs, v.latent, 1)
                self.encoder = nn.Sequential(
                    nn.Conv2d(inputs, top, 3, padding=1),
                    Residual(top, v),
                    Residual(top, v),
                    nn.Conv2d(top, v.latent, 1),
                )
                self.thumbnail = nn.Conv2d(v.latent, 3, 1)
            if v.kind == "vq":
                self.quantiser = VectorQuantiser()
            layers: list[nn.Module] = [nn.Conv2d(v.latent, top, 3, padding=1)]
            layers += [Residual(top, v) for _ in range(v.depth)]
            step = int(math.log2(v.stride))
            while level:
                level -= step
                outputs = levels[level] if level or v.tail else 3
                layers += [
                    _norm(v.norm, levels[level + step]),
                    ACTIVATIONS[v.activation](),
                    upsampling(v.upsampling, levels[level + step], outputs, v.stride, v.kernel),
                ]
                layers += [Residual(outputs, v) for _ in range(v.depth if level else v.tail)]
            self.decoder = nn.Sequential(*layers)
            self.colours = nn.Conv2d(v.width, 3, v.kernel, padding=v.kernel // 2) if v.tail else nn.Identity()
            self.apply(_initialise)
            with torch.no_grad():
                for layer in [m for m in (self.decoder, self.colours) for m in m.modules()][::-1]:
                    if isinstance(layer, (nn.Conv2d, nn.ConvTranspose2d)):
                        layer.weight.zero_()
                        break

    @torch.no_grad()
    def start(self, images: torch.Tensor) -> None:
        """Begins with the principal components of cells of uint8 [N,3,H,W] as latents, and a thumbnail that is right."""
        factor, channels = self.variant.factor, self.variant.latent
        cells = F.pixel_unshuffle(images.float() / 127.5 - 1, factor).transpose(0, 1).flatten(1)
        mean = cells.mean(1)
        values, vectors = torch.linalg.eigh(torch.cov(cells))
        deviations = values[-channels:].clamp(min=1e-6).sqrt()
        scaled = (vectors[:, -channels:] / deviations).T
        self.linear.weight.copy_(scaled[:, :, None, None])
        self.linear.bias.copy_(-scaled @ mean)
        self.encoder[-1].weight.zero_()
        colours = (vectors[:, -channels:] * deviations).unflatten(0, (3, -1)).mean(1)
        self.thumbnail.weight.copy_(colours[:, :, None, None])
        self.thumbnail.bias.copy_(mean.unflatten(0, (3, -1)).mean(1))

    def bottleneck(self, x, draw: torch.Generator | None):
        """The latents that the decoder sees, and what quantising them costs. Always in float32."""
        v, cost = self.variant, x.new_zeros(())
        if v.kind == "super_resolver":
            return F.avg_pool2d(x, v.factor), cost
        cells = F.pixel_unshuffle(x, v.factor)
        encoded = self.encoder(cells)
        with torch.autocast(x.device.type, enabled=False):
            z = self.linear(cells) + encoded.float()
            if v.kind == "vq":
                z, cost = self.quantiser(z)
            elif v.kind == "fsq":  # Mentzer et al. 2024, with 17 to 33 steps
                half = 8 + v.seed % 9
                z = z.clamp(-4, 4) * half / 4
                z = (z + (z.round() - z).detach()) * 4 / half
            elif v.kind == "diffusion":
                # A latent that the last of a sampler's steps left a little noisy.
                noise = torch.randn(z.shape, generator=draw, device=z.device)
                cost = F.relu((z * z).mean((0, 2, 3)) - 1).mean()  # or they would outgrow the noise
                amount = torch.rand((len(z), 1, 1, 1), generator=draw, device=z.device) * 0.02
                z = (1 - amount).sqrt() * z + amount.sqrt() * noise
        return z, cost

    def reconstruction(self, x, draw: torch.Generator | None = None):
        """The reconstruction in float32, not clamped, and the bottleneck's cost. `draw`: of x's device, for the noise."""
        z, cost = self.bottleneck(x, draw)
        y = self.decoder(z)
        # Half precision would leave its own steps in the colours.
        with torch.autocast(x.device.type, enabled=False):
            y = self.colours(y.float())
            small = z if self.variant.kind == "super_resolver" else self.thumbnail(z)
        y = y + F.interpolate(small, scale_factor=float(self.variant.factor), mode="bilinear")
        return y, cost

    def forward(self, x, draw: torch.Generator | None = None):
        y, _ = self.reconstruction(x, draw)
        return y if self.training else y.clamp(-1, 1)


class RandomFeatures(nn.Module):
    """Three strided convolutions that are never trained: their responses weigh texture, not single pixels."""

    def __init__(self):
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.default_generator.manual_seed(1)
            self.layers = nn.ModuleList(
                nn.Conv2d(a, b, 5, 2, 2) for a, b in ((3, 16), (16, 32), (32, 64))
            ).requires_grad_(False)

    def forward(self, x):
        maps = []
        for layer in self.layers:
            x = F.leaky_relu(layer(x), 0.2)
            maps.append(x)
        return maps


def reconstruction_loss(name: str, made, wanted, features: RandomFeatures | None):
    difference = made - wanted
    if name == "l2":
        return 4 * (difference * difference).mean()
    loss = difference.abs().mean()
    if name == "gradient":
        loss = loss + difference.diff(dim=2).abs().mean() + difference.diff(dim=3).abs().mean()
    elif name == "spectrum":
        loss = loss + torch.view_as_real(torch.fft.rfft2(difference, norm="ortho")).abs().mean()
    elif name == "features":
        loss = loss + sum(F.l1_loss(a, b) for a, b in zip(features(made), features(wanted)))
    return loss


def discriminator(seed: int) -> nn.Sequential:
    """Judges patches of 22x22."""
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(seed)
        return nn.Sequential(
            nn.Conv2d(3, 32, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(32, 64, 4, 2, 1),
            nn.LeakyReLU(0.2),
            nn.Conv2d(64, 1, 4, 1, 1),
        )


def as_input(images: torch.Tensor) -> torch.Tensor:
    return (images.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)


def train_generator(
    variant: Variant,
    images: torch.Tensor,
    steps: int = 400,
    batch: int = 32,
    side: int = 128,
    rate: float = 3e-3,
) -> HomemadeGenerator:
    """Trains on crops of `side` (a multiple of 16) of `images` (uint8 [M,3,S,S], on the device where it trains). The same
    variant and images give the same network on a CPU. Nothing waits for the device before the end."""
    on, (count, _, height, width) = images.device, images.shape
    network = HomemadeGenerator(variant).to(on, memory_format=torch.channels_last).train()
    if variant.kind != "super_resolver":
        network.start(images[:: max(1, count // 64)][:64])
    features = RandomFeatures().to(on) if variant.loss == "features" else None
    judge = discriminator(variant.seed).to(on) if variant.kind == "gan" else None
    fused = on.type == "cuda"
    optimiser = torch.optim.AdamW(network.parameters(), rate, (0.9, 0.98), weight_decay=1e-4, fused=fused)
    if judge is not None:
        opponent = torch.optim.AdamW(judge.parameters(), 1e-3, (0.5, 0.9), fused=fused)
    draw = random.Random(variant.seed)
    noise = torch.Generator(on).manual_seed(variant.seed)
    order = torch.randint(count, (steps, batch), generator=torch.Generator().manual_seed(variant.seed)).to(on)
    for step in range(steps):
        y, x = draw.randint(0, height - side), draw.randint(0, width - side)
        wanted = images[:, :, y : y + side, x : x + side][order[step]]
        wanted = as_input(wanted.flip(3) if draw.random() < 0.5 else wanted)
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 30) * (0.5 + 0.5 * math.cos(math.pi * step / steps))
        judged = judge is not None and step >= steps // 3
        with half_precision(on):
            made, cost = network.reconstruction(wanted, noise)
            verdict = judge(made).float().mean() if judged else 0.0
        loss = reconstruction_loss(variant.loss, made, wanted, features) + 0.2 * cost - 0.02 * verdict
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        if judged:
            with half_precision(on):
                real, fake = judge(wanted).float(), judge(made.detach()).float()
            opponent.zero_grad(set_to_none=True)
            (F.relu(1 - real).mean() + F.relu(1 + fake).mean()).backward()
            opponent.step()
    return network.eval().requires_grad_(False)


@torch.no_grad()
def fidelity(network: HomemadeGenerator, images: torch.Tensor, seed: int = 1) -> float:
    """Mean PSNR in dB of reconstructions of uint8 [N,3,H,W]."""
    wanted = as_input(images)
    with half_precision(images.device):
        made = network(wanted, torch.Generator(images.device).manual_seed(seed))
    return float((10 * torch.log10(4 / ((made - wanted) ** 2).mean((1, 2, 3)).clamp(min=1e-8))).mean())


def train_generators(
    recipes: list[Variant],
    images: torch.Tensor,
    seconds: float,
    steps: int = 400,
    batch: int = 32,
    side: int = 128,
    least: float = 26.0,
) -> list[HomemadeGenerator]:
    """Trains one recipe after another until the seconds are spent (the one begun is ended). Those whose reconstructions
    stay below `least` dB are left out: a detector would learn what they look like, not their traces."""
    generators, begun = [], time.monotonic()
    for recipe in recipes:
        started = time.monotonic()
        if started - begun >= seconds:
            print(f"{len(recipes) - recipes.index(recipe)} recipes left untrained", flush=True)
            break
        network = train_generator(recipe, images, steps, batch, side)
        reached = fidelity(network, images[:: max(1, len(images) // 32)][:32])
        kept = reached >= least  # false for a network that diverged to NaN
        taken = time.monotonic() - started
        described = " ".join(map(str, astuple(recipe)))
        print(f"{described}: {reached:.1f} dB, {taken:.1f} s{'' if kept else ', left out'}", flush=True)
        if kept:
            generators.append(network)
    return generators


# --- pairs --------------------------------------------------------------------------------------------------------


def regions(count: int, height: int, width: int, draw: torch.Generator) -> torch.Tensor:
    """float [count,1,height,width] in 0..1: ellipses and blobs with soft outlines that cover 20 to 70 % of the area."""
    on = draw.device
    uniform = lambda low, high: low + (high - low) * torch.rand((count, 1, 1), generator=draw, device=on)
    y = torch.linspace(-1, 1, height, device=on)[None, :, None] - uniform(-0.5, 0.5)
    x = torch.linspace(-1, 1, width, device=on)[None, None] - uniform(-0.5, 0.5)
    angle, stretch = uniform(0, math.pi), uniform(0.5, 2)
    along, across = y * angle.cos() + x * angle.sin(), x * angle.cos() - y * angle.sin()
    ellipse = -(along**2 * stretch + across**2 / stretch).sqrt()
    coarse = torch.randn((count, 1, 6, 6), generator=draw, device=on)
    blob = F.interpolate(coarse, size=(height, width), mode="bicubic", align_corners=True)[:, 0]
    field = torch.where(uniform(0, 1) < 0.5, ellipse, blob)
    ordered = field.flatten(1)[:, ::7].sort(1, descending=True)[0]
    at = (uniform(0.2, 0.7)[:, :, 0] * (ordered.shape[1] - 1)).long()
    softness = uniform(0.01, 0.1) * field.flatten(1).std(1)[:, None, None]
    return ((field - ordered.gather(1, at)[:, :, None]) / softness + 0.5).clamp(0, 1)[:, None]


def restored_grain(
    made: torch.Tensor, images: torch.Tensor, own: torch.Tensor, draw: torch.Generator
) -> torch.Tensor:
    """The reconstructions with fine grain as strong as the originals' wherever it was lost, measured on 17x17 pixels: the
    share `own` [N,1,1,1] by strengthening what grain they have (and the traces in it), up to fourfold, the rest by white
    noise. float [N,3,H,W]."""
    mean = lambda x, size: F.avg_pool2d(x, size, 1, [n // 2 for n in size], count_include_pad=False)
    fine = lambda x: x - mean(x, [3, 3])
    energy = lambda x: mean(mean(fine(x) ** 2, [17, 1]), [1, 17])
    present = energy(made)
    lost = (energy(images) - present).clamp(min=0)
    gain = (1 + own * lost / present.clamp(min=1e-6)).sqrt().clamp(max=4)
    # White noise of variance 1 keeps 8/9 of it beside its mean of 3x3.
    noise = ((1 - own) * lost * 9 / 8).sqrt() * torch.randn(made.shape, generator=draw, device=made.device)
    return made + (gain - 1) * fine(made) + noise


@torch.no_grad()
def reconstruct(
    generators: list[HomemadeGenerator],
    images: torch.Tensor,
    draw: random.Random | torch.Generator,
    at_once: int = 8,
    grain: float = 0.5,
) -> tuple[torch.Tensor, torch.Tensor]:
    """Reconstructions uint8 [N,3,H,W] of authentic images uint8 [N,3,H,W] (H and W multiples of 16, 32 or more), and how
    much of each pixel is reconstruction, float [N,1,H,W] in 0..1.

    Each image goes through one of `at_once` generators drawn for this call. Half are left whole, a quarter is mixed with
    the original at a strength of 0.3 to 1, in a quarter a region is reconstructed and the rest is the original. `grain`:
    the share whose lost grain is restored before that. Generators and images lie on one device."""
    on, (count, _, height, width) = images.device, images.shape
    if isinstance(draw, torch.Generator):
        draw = random.Random(int(torch.randint(2**62, (1,), generator=draw, device=draw.device)))
    chance = torch.Generator(on).manual_seed(draw.getrandbits(62))
    chosen = draw.sample(generators, min(at_once, len(generators)))
    order = list(range(count))
    draw.shuffle(order)
    original = as_input(images)
    made = torch.empty_like(original)
    for i, network in enumerate(chosen):
        share = order[i :: len(chosen)]
        if not share:
            continue
        at = torch.tensor(share, device=on)
        # The grid of cells starts anywhere, as in a crop of a larger picture.
        top, left = draw.randint(8, MARGIN - 8), draw.randint(8, MARGIN - 8)
        padded = F.pad(original[at], (left, MARGIN - left, top, MARGIN - top), mode="reflect")
        with half_precision(on):
            whole = network(padded.contiguous(memory_format=torch.channels_last), chance)
        made[at] = whole[:, :, top : top + height, left : left + width]
    uniform = lambda: torch.rand((count, 1, 1, 1), generator=chance, device=on)
    made = torch.where(uniform() < grain, restored_grain(made, original, uniform(), chance), made)
    way, strength = uniform(), 0.3 + 0.7 * uniform()
    mask = torch.where(way < 0.5, 1.0, torch.where(way < 0.75, strength, regions(count, height, width, chance)))
    mixed = original + mask * (made - original)
    return ((mixed * 127.5 + 127.5).round().clamp(0, 255)).to(torch.uint8), mask
