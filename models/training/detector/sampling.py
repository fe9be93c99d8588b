"""Endless stream of training batches, balanced by class, then by the sources' owner: one of a thousand images, or of sixty
repositories, must not drown one of ten, since what shall be learned is what holds for sources never seen."""

import random

import numpy as np
import torch

from .crops import Store
from .degrade import training_crop
from .records import UNKNOWN, Record

IGNORED = -100  # cross entropy leaves these out


def class_groups(records: list[Record], cap: int) -> list[tuple[list[list[Record]], list[float]]]:
    """For the authentic, then the generated: the records of each owner and the owners' cumulative weights. An owner's
    share grows with the root of its number of images, up to `cap` images."""
    groups = []
    for generated in (False, True):
        owners: dict[str, list[Record]] = {}
        for record in records:
            if record.generated == generated:
                owners.setdefault(record.owner, []).append(record)
        weights = [min(len(images), cap) ** 0.5 for images in owners.values()]
        groups.append((list(owners.values()), np.cumsum(weights).tolist()))
    return groups


def family_index(record: Record, families: list[str]) -> int:
    """A generator that nobody named teaches nothing; one that is named but has no logit is `other`."""
    if not record.generated or record.family == UNKNOWN:
        return IGNORED
    return families.index(record.family if record.family in families else "other")


class Batches(torch.utils.data.IterableDataset):
    """Yields (images uint8 [B,3,side,side], label float [B], family int [B]). Half of each batch is authentic."""

    def __init__(
        self,
        records: list[Record],
        store: Store,
        families: list[str],
        batch: int,
        side: int,
        seed: int,
        strength: float = 1.0,
        cap: int = 400,
    ):
        self.store, self.batch, self.side, self.seed, self.strength = store, batch, side, seed, strength
        self.families = families
        self.groups = class_groups([record for record in records if record.path in store], cap)

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        draw = random.Random(self.seed * 1009 + (worker.id if worker else 0))
        while True:
            images, labels, families = [], [], []
            for i in range(self.batch):
                owners, weights = self.groups[i % 2]
                record = draw.choice(draw.choices(owners, cum_weights=weights)[0])
                crop = training_crop(self.store[record.path], self.side, draw, self.strength)
                images.append(crop.transpose(2, 0, 1))
                labels.append(float(record.generated))
                families.append(family_index(record, self.families))
            yield torch.from_numpy(np.stack(images)), torch.tensor(labels), torch.tensor(families)
