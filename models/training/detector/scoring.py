"""Scores of whole crops: tiles as the product lays them, logits averaged over tiles."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import torch

from .crops import Store
from .degrade import TILE, reflect, under
from .records import Record


@dataclass
class Scores:
    """Per record: mean logit over tiles, mean generator logits [n,G], mean embedding [n,E]."""

    logit: np.ndarray
    generator: np.ndarray
    embedding: np.ndarray

    def take(self, chosen: np.ndarray) -> "Scores":
        return Scores(self.logit[chosen], self.generator[chosen], self.embedding[chosen])

    @staticmethod
    def joined(parts: "list[Scores]") -> "Scores":
        return Scores(
            *(
                np.concatenate([getattr(p, name) for p in parts])
                for name in ("logit", "generator", "embedding")
            )
        )


def tile_origins(length: int, tile: int = TILE) -> list[int]:
    """The product's plan along one axis (architecture, model package): one tile up to its own size, two at the edges
    up to twice that, beyond it an even grid whose outer tiles touch the edges."""
    if length <= tile:
        return [0]
    count = max(2, -(-length // tile))
    return [int(i * (length - tile) / (count - 1) + 0.5) for i in range(count)]


def tiles(pixels: np.ndarray) -> np.ndarray:
    """uint8 [n,3,256,256]."""
    pixels = reflect(pixels, TILE, TILE)
    return np.stack(
        [
            pixels[y : y + TILE, x : x + TILE].transpose(2, 0, 1)
            for y in tile_origins(pixels.shape[0])
            for x in tile_origins(pixels.shape[1])
        ]
    )


def onnx_session(path: str):
    """One thread, no busy waiting; quantised products that do not saturate on any processor, as the product asks for."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


class OnnxNetwork:
    """A model file as a callable like the network it came from: what is evaluated is what ships. `scale`, `mean` and
    `std` are the manifest's: a package may want its pixels otherwise than this one's network."""

    def __init__(self, path: str, scale: float = 1 / 255, mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5)):
        self._given = (path, scale, mean, std)
        self._session = None  # made at the first call
        # Tiles come as byte / 127.5 - 1.
        std = np.array(std, np.float32).reshape(3, 1, 1)
        self._factor = np.float32(127.5 * scale) / std
        self._offset = (np.float32(127.5 * scale) - np.array(mean, np.float32).reshape(3, 1, 1)) / std

    def renewed(self) -> "OnnxNetwork":
        """The same without a session: one does not survive the fork into another process."""
        return OnnxNetwork(*self._given)

    def __call__(self, images: torch.Tensor) -> list[torch.Tensor]:
        if self._session is None:
            self._session = onnx_session(self._given[0])
        values = images.cpu().contiguous().numpy() * self._factor + self._offset
        return [
            torch.from_numpy(v)
            for v in self._session.run(
                ["logit", "patch_logits", "generator_logits", "embedding"], {"image": values}
            )
        ]


def score(
    network, records: list[Record], store: Store, condition: str, on: torch.device, chunk: int = 32
) -> Scores:
    """`network` maps a normalised batch to the four outputs. Half precision is left to the caller's context."""
    return score_tiles(network, (tiles(under(condition, store[r.path], r)) for r in records), on, chunk)


@torch.no_grad()
def score_tiles(network, pictures: Iterable[np.ndarray], on: torch.device, chunk: int = 32) -> Scores:
    """`pictures`: the tiles of each, uint8 [n,3,256,256]."""
    counts, pending, parts = [], [], []

    def flush():
        if pending:
            batch = torch.from_numpy(np.concatenate(pending)).to(on).float() / 127.5 - 1
            logit, _, generator, embedding = network(batch.contiguous(memory_format=torch.channels_last))
            parts.append(tuple(v.float().cpu().numpy() for v in (logit[:, 0], generator, embedding)))
            pending.clear()

    for stack in pictures:
        counts.append(len(stack))
        pending.append(stack)
        if sum(map(len, pending)) >= chunk:
            flush()
    flush()
    starts = np.cumsum([0, *counts[:-1]])
    divisor = np.array(counts)
    means = [np.add.reduceat(np.concatenate(values), starts, axis=0) for values in zip(*parts)]
    return Scores(means[0] / divisor, means[1] / divisor[:, None], means[2] / divisor[:, None])
