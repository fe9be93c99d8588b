"""Trains the tile network: balanced batches, averaged weights, cosine schedule over wall-clock time, checkpoints.

The schedule goes by time, not by steps, because the machine's share is not known beforehand: `minutes` is what a run
may take, `resume` goes on where a checkpoint of the same run stopped, `warm` starts a new schedule from its weights.
"""

import json
import os
import time
import warnings
from dataclasses import asdict, dataclass, fields
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F

from .crops import Store
from .distil import Teacher
from .export import export_onnx
from .local import LocalNetwork
from .metrics import auc
from .inception import LargeTileNetwork, load_inception
from .network import FAST, PatchNetwork, TileNetwork, folded, half_precision
from .records import Record, family_counts
from .on_device import Crops, DeviceBatches, Reconstructions
from .pairs import aligned_pairs
from .sampling import IGNORED, Batches
from .scoring import OnnxNetwork, onnx_session, score_tiles, tiles
from .degrade import under

CHECKPOINT_SECONDS = 120
VALIDATION_MAX = 300  # images a split


@dataclass
class Settings:
    minutes: float = 60
    steps: int = 0  # 0: the schedule goes by time; else it ends after this many steps
    batch: int = 48
    side: int = 128
    rate: float = 1e-3
    trunk_rate: float = 0.5  # times `rate`, for what starts from pretrained weights
    decay: float = 0.02
    generator_weight: float = 0.3
    patch_weight: float = 0.0  # share of the loss that each patch carries on its own
    mixup: float = 0.0  # share of batches mixed pixel-wise
    smoothing: float = 0.02
    distil: float = 0.7  # share of the teacher in the loss, where there is one
    average: float = 0.998
    strength: float = 1.0  # of the augmentation
    cap: int = 400
    device_share: float = 0.0  # of each batch: histories drawn where the network trains (on_device.py)
    pairs: float = 0.0  # of the device's share: reconstructions of authentic pictures (pairs.py)
    pair_seconds: float = 90  # in which the generators are trained that make them
    pasted: float = 0.0  # of the device's share: authentic pictures with a region of a generated one
    network: str = "small"  # a name of NETWORKS
    residuals: bool = False
    frozen: int = 0  # stem and this many blocks keep weights and statistics: their pass costs a fifth then
    seed: int = 7
    threads: int = 2
    workers: int = 2
    validate_seconds: float = 600
    session_minutes: float = (
        0  # stop after this long, to go on with `resume` (and with data that came meanwhile); 0: never
    )


def device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def normalise(images: torch.Tensor, on: torch.device) -> torch.Tensor:
    return (images.to(on, non_blocking=True).float() / 127.5 - 1).contiguous(
        memory_format=torch.channels_last
    )


class EarlyFeatures:
    """The frozen part in ONNX Runtime, one thread: several times faster than the training framework's forward pass, and
    run by the loader's processes beside the augmentation, so that training itself is the trained part alone."""

    def __init__(self, network: PatchNetwork, blocks: int, path: str):
        self.path, self._session = path, None

        class Early(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.network = network

            def forward(self, x):
                return self.network.early(x, blocks)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.onnx.export(
                Early().eval(),
                torch.rand(2, 3, 64, 64),
                path,
                opset_version=13,
                input_names=["image"],
                dynamo=False,
                dynamic_axes={"image": {0: "n", 2: "h", 3: "w"}},
            )

    def __call__(self, images: torch.Tensor) -> torch.Tensor:
        if self._session is None:  # a session does not survive the fork into a loader's process
            self._session = onnx_session(self.path)
        values = images.numpy().astype(np.float32) / 127.5 - 1
        return torch.from_numpy(self._session.run(None, {"image": values})[0]).to(torch.bfloat16)


class EarlyStream(torch.utils.data.IterableDataset):
    def __init__(self, stream: Batches, early: EarlyFeatures):
        self.stream, self.early = stream, early

    def __iter__(self):
        """The pixels come last: a teacher wants them."""
        for images, labels, families in self.stream:
            yield self.early(images), labels, families, images


def as_input(batch: torch.Tensor, on: torch.device) -> torch.Tensor:
    """Pixels (uint8) are normalised; early features come as they are."""
    if batch.dtype == torch.uint8:
        return normalise(batch, on)
    return batch.to(on).float().contiguous(memory_format=torch.channels_last)


def train(
    records: list[Record],
    store: Store,
    families: list[str],
    out: str,
    settings: Settings,
    pretrained: dict[str, np.ndarray] | None = None,
    warm: str | None = None,
    resume: bool = False,
    teacher_checkpoint: str | None = None,
    crops: Crops | None = None,
    reconstructions: Reconstructions | None = None,
    validation: "Validation | None" = None,
) -> str:
    """Returns the path of the checkpoint with the averaged weights that did best on the validation splits. Runs that
    follow each other may share `validation` and, by the order of the training records, `crops` and `reconstructions`."""
    os.makedirs(out, exist_ok=True)
    torch.set_num_threads(settings.threads)
    torch.manual_seed(settings.seed)
    on = device()
    network = build(settings, len(families)).to(on, memory_format=torch.channels_last)
    state = None
    if resume and os.path.exists(f"{out}/last.pt"):
        state = torch.load(f"{out}/last.pt", map_location=on)
    training = [r for r in records if r.split == "train" and r.path in store]
    pictures = family_counts(training)
    # A resumed stream must not repeat its draws from the start.
    seed = settings.seed + (state["step"] if state else 0)
    of_device = 2 * round(settings.batch * settings.device_share / 2)
    here = None
    if of_device:
        crops = crops or Crops.of([store[r.path] for r in training], on)
        if settings.pairs and reconstructions is None:
            reconstructions = aligned_pairs(training, crops, settings.pair_seconds, settings.seed)
        here = iter(
            DeviceBatches(
                training,
                crops,
                families,
                of_device,
                settings.side,
                seed,
                settings.strength,
                settings.cap,
                reconstructions,
                settings.pairs,
                settings.pasted,
            )
        )
    size = settings.batch - of_device
    stream = Batches(training, store, families, size, settings.side, seed, settings.strength, settings.cap)
    warmup = iter(stream)
    if state is None and warm:
        load_compatible(network, torch.load(warm, map_location=on)["weights"])
    elif state is None and pretrained is not None and settings.network == "large":
        load_inception(network, pretrained)
        refresh_statistics(network, warmup, on)
    elif state is None and pretrained is not None:
        from .init import pretrained_trunk

        sample = torch.cat([next(warmup)[0] for _ in range(3)])
        pretrained_trunk(
            network, pretrained, normalise(sample, on), lambda n: refresh_statistics(n, warmup, on)
        )

    teacher = Teacher(load(teacher_checkpoint)[0], network, on) if teacher_checkpoint else None
    heads = {id(p) for part in (network.neck, network.patch, network.generator) for p in part.parameters()}
    scale = settings.trunk_rate if pretrained is not None or warm else 1.0
    optimiser = torch.optim.AdamW(
        [
            {"params": [p for p in network.parameters() if id(p) not in heads], "scale": scale},
            {
                "params": [p for p in network.parameters() if id(p) in heads]
                + (list(teacher.projection.parameters()) if teacher else []),
                "scale": 1.0,
            },
        ],
        lr=settings.rate,
        weight_decay=settings.decay,
        fused=on.type == "cuda",
    )
    average = {k: v.detach().clone().float() for k, v in network.state_dict().items()}
    step, before, best, log = 0, 0.0, -1.0, []
    if state:
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        if teacher and state.get("projection"):
            teacher.projection.load_state_dict(state["projection"])
        average, step, before, best, log = (state[k] for k in ("average", "step", "seconds", "best", "log"))

    early = EarlyFeatures(folded(network), settings.frozen, f"{out}/early.onnx") if settings.frozen else None
    loader = iter(
        torch.utils.data.DataLoader(
            stream if early is None else EarlyStream(stream, early),
            batch_size=None,
            num_workers=settings.workers,
            prefetch_factor=4 if settings.workers else None,
        )
    )
    started = time.monotonic()
    validated = saved = before
    losses: list[torch.Tensor] = []
    validation = validation or Validation(records, store)
    # Sizes stay the same from step to step: looking for the fastest convolutions pays.
    torch.backends.cudnn.benchmark = True
    mix = np.random.default_rng(seed)
    while True:
        seconds = before + time.monotonic() - started
        progress = step / settings.steps if settings.steps else seconds / (settings.minutes * 60)
        over = progress >= 1
        if (over or seconds - validated >= settings.validate_seconds) and step:
            validated = seconds
            entry = {
                "step": step,
                "seconds": round(seconds),
                "loss": round(float(torch.stack(losses).mean()), 4) if losses else None,
                **validation.figures(average, families, settings, on, out),
            }
            losses.clear()
            log.append(entry)
            print(json.dumps(entry), flush=True)
            if entry["choice"] > best:
                best = entry["choice"]
                save(f"{out}/best.pt", average, families, settings, log, pictures)
        pause = 0 < settings.session_minutes * 60 <= seconds - before
        if over or pause or seconds - saved >= CHECKPOINT_SECONDS:
            saved = seconds
            torch.save(
                {
                    "network": network.state_dict(),
                    "optimiser": optimiser.state_dict(),
                    "average": average,
                    "projection": teacher and teacher.projection.state_dict(),
                    "step": step,
                    "seconds": seconds,
                    "best": best,
                    "log": log,
                },
                f"{out}/last.pt.part",
            )
            os.replace(f"{out}/last.pt.part", f"{out}/last.pt")
        if over:
            save(f"{out}/final.pt", average, families, settings, log, pictures)
            return f"{out}/best.pt"
        if pause:
            return f"{out}/last.pt"

        for group in optimiser.param_groups:
            ramp = min(1, (step + 1) / 100)
            # A plain float: a checkpoint with numpy's scalars can not be loaded safely.
            group["lr"] = float(
                settings.rate * group["scale"] * ramp * (0.5 + 0.5 * np.cos(np.pi * progress))
            )
        images, labels, generators, *pixels = next(loader)
        cells = None
        if here:
            made = next(here)
            images, labels, generators, cells = joined((images, labels, generators), made)
        taught = None
        if teacher:
            with half_precision(on):
                taught = teacher(as_input((pixels or [images])[0], on))
        images, labels, generators = (as_input(images, on), labels.to(on), generators.to(on))
        if settings.mixup and not teacher and mix.random() < settings.mixup:
            images, labels, generators = mix_pixels(images, labels, mix)
        network.train()
        with half_precision(on):
            maps = network.maps(images if early else network.early(images, 0), settings.frozen)
            logit, patches, generator, _ = network.read(maps)
        loss = objective(
            logit.float(), patches.float(), generator.float(), labels, generators, settings, cells
        )
        if teacher:
            taught = teacher.loss(
                taught, maps.float(), logit.float(), generator.float(), generators, settings.generator_weight
            )
            loss = (1 - settings.distil) * loss + settings.distil * taught
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
        optimiser.step()
        losses.append(loss.detach())
        step += 1
        blend(average, network.state_dict(), min(settings.average, (1 + step) / (10 + step)))


def joined(loaded, made) -> tuple[torch.Tensor, ...]:
    """A loader's batch and one of the device as one: images, labels, families, cells."""
    parts = [torch.cat([a.to(b.device, non_blocking=True), b]) for a, b in zip(loaded, made)]
    whole = parts[1][: len(loaded[1]), None, None, None].expand(-1, *made[3].shape[1:])
    return (*parts, torch.cat([whole, made[3]]))


def objective(logit, patches, generator, labels, families, settings: Settings, cells=None):
    """`cells` [N,1,h,w]: the generated share of each patch; without them a picture is all of one kind. The label of a
    picture that is not rests on its patches alone."""
    soft = lambda target: target * (1 - 2 * settings.smoothing) + settings.smoothing
    cells = labels[:, None, None, None].expand_as(patches) if cells is None else cells
    whole = (cells - labels[:, None, None, None]).abs().amax((1, 2, 3)) < 0.01
    each = F.binary_cross_entropy_with_logits(logit[:, 0], soft(labels), reduction="none")
    loss = (each * whole).sum() / whole.sum().clamp(min=1)
    if settings.patch_weight:
        patch = F.binary_cross_entropy_with_logits(patches, soft(cells))
        loss = (1 - settings.patch_weight) * loss + settings.patch_weight * patch
    if settings.generator_weight and (families != IGNORED).any():
        loss = loss + settings.generator_weight * F.cross_entropy(generator, families, ignore_index=IGNORED)
    return loss


def mix_pixels(images, labels, rng):
    """Blends each image with another (Zhang et al. 2018). Whose generator a blend shows is nobody's to say."""
    weight = float(rng.beta(0.4, 0.4))
    order = torch.from_numpy(rng.permutation(len(images)))
    families = torch.full((len(images),), IGNORED, device=labels.device)
    return (
        weight * images + (1 - weight) * images[order],
        weight * labels + (1 - weight) * labels[order],
        families,
    )


@torch.no_grad()
def blend(average: dict, weights: dict, keep: float) -> None:
    moving = [name for name, value in weights.items() if value.dtype.is_floating_point]
    torch._foreach_lerp_(
        [average[name] for name in moving], [weights[name].float() for name in moving], 1 - keep
    )
    for name, value in weights.items():
        if not value.dtype.is_floating_point:
            average[name].copy_(value)


@torch.no_grad()
def refresh_statistics(network, loader, on, batches: int = 12) -> None:
    """Estimates batch normalisation's running statistics anew."""
    norms = [m for m in network.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
    network.train()
    for _ in range(batches):
        network(normalise(next(loader)[0], on))
    for norm in norms:
        norm.momentum = 0.1


def load_compatible(network, weights: dict) -> None:
    """Loads what fits: a new list of families means a new generator head."""
    own = network.state_dict()
    network.load_state_dict(
        {k: weights[k] if k in weights and weights[k].shape == v.shape else v for k, v in own.items()}
    )


def save(
    path: str,
    average: dict,
    families: list[str],
    settings: Settings,
    log: list,
    pictures: dict[str, int] | None,
) -> None:
    """`pictures`: of each family, that the network was trained on."""
    state = {"weights": average, "families": families, "settings": asdict(settings), "log": log}
    torch.save(state | {"pictures": pictures}, path)


def trained_pictures(path: str) -> dict[str, int] | None:
    """Pictures of each family that the network of a checkpoint was trained on; None where an older one does not say."""
    return torch.load(path, map_location="cpu").get("pictures")


def merge(paths: list[str], out: str) -> None:
    """The mean of the weights of runs that share their beginning (Wortsman et al. 2022): on a machine whose share is
    counted in processes, twins learn twice as much as one."""
    states = [torch.load(path, map_location="cpu") for path in paths]
    merged = states[0]
    for name, value in merged["weights"].items():
        if value.dtype.is_floating_point:
            merged["weights"][name] = torch.stack([s["weights"][name] for s in states]).mean(0)
    torch.save(merged, out)


def narrowed(checkpoint: str, records: list[Record], store: Store, out: str, crops: int = 256) -> None:
    """Writes the checkpoint of a fast network that makes much the same as the small one of `checkpoint`."""
    from .init import narrow

    small, families = load(checkpoint)
    settings = Settings(network="fast")
    fast = build(settings, len(families))
    for name in ("neck", "patch", "generator"):
        getattr(fast, name).load_state_dict(getattr(small, name).state_dict())
    training = [r for r in records if r.split == "train" and r.path in store]
    images, _, _ = next(iter(Batches(training, store, families, crops, settings.side, settings.seed)))
    narrow(small, fast, normalise(images, torch.device("cpu")))
    save(out, fast.state_dict(), families, settings, [], trained_pictures(checkpoint))


NETWORKS = {
    "small": TileNetwork,
    "fast": partial(TileNetwork, hidden=FAST),
    "large": LargeTileNetwork,
    "local": LocalNetwork,
}


def build(settings: Settings, families: int) -> PatchNetwork:
    options = {"residuals": True} if settings.residuals else {}
    return NETWORKS[settings.network](families, **options)


def load(path: str, on: torch.device | None = None) -> tuple[PatchNetwork, list[str]]:
    """The network of a checkpoint, ready to score, and its families."""
    state = torch.load(path, map_location=on or "cpu")
    known = {f.name for f in fields(Settings)}
    settings = Settings(**{k: v for k, v in state["settings"].items() if k in known})
    network = build(settings, len(state["families"]))
    network.load_state_dict(state["weights"])
    return network.eval().to(memory_format=torch.channels_last), state["families"]


class Validation:
    """AUC on each validation split, native and matched; `choice` is the mean of the matched ones. The tiles are made
    once."""

    def __init__(self, records: list[Record], store: Store, most: int = VALIDATION_MAX):
        self.sets = {}
        for split in ("val", "val2"):
            chosen = sorted(
                (r for r in records if r.split == split and r.path in store), key=lambda r: r.sha256
            )[:most]
            labels = np.array([r.generated for r in chosen], int)
            if not labels.any() or labels.all():
                continue
            for condition in ("native", "matched"):
                made = [tiles(under(condition, store[r.path], r)) for r in chosen]
                self.sets[f"{split}_{condition}"] = (labels, made)

    def figures(self, average: dict, families, settings: Settings, on, out: str) -> dict[str, float]:
        network = build(settings, len(families))
        network.load_state_dict(average)
        if on.type == "cpu":
            export_onnx(network, f"{out}/validated.onnx")
            judge, chunk = OnnxNetwork(f"{out}/validated.onnx"), 32
        else:
            judge, chunk = folded(network).to(on, memory_format=torch.channels_last), 128
        with torch.backends.cudnn.flags(enabled=True, benchmark=False):
            figures = {
                name: round(auc(labels, score_tiles(judge, made, on, chunk).logit), 4)
                for name, (labels, made) in self.sets.items()
            }
        choice = [v for k, v in figures.items() if k.endswith("matched")] or [0]
        return {**figures, "choice": round(float(np.mean(choice)), 4)}
