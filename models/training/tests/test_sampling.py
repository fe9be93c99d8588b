import random
import types
import unittest

import numpy as np

from tests.test_degrade import picture

try:
    import torch

    from detector import sampling, train
except ImportError:
    torch = None


def record(path: str, generated: bool, owner: str):
    return types.SimpleNamespace(path=path, generated=generated, owner=owner, source=path, family="flux")


@unittest.skipIf(torch is None, "needs torch")
class BatchesOfTheLoader(unittest.TestCase):
    def setUp(self):
        # One owner of thirty sources, one of a single one, and the generated ones.
        records = [record(f"a{i}", False, "a") for i in range(30)]
        records += [record("b0", False, "b"), *(record(f"c{i}", True, "c") for i in range(5))]
        self.records = records
        levels = {"a": 10, "b": 70, "c": 200}
        self.store = {r.path: np.full((256, 256, 3), levels[r.owner], np.uint8) for r in records}

    def batch(self, size=200, **options):
        made = sampling.Batches(
            self.records, self.store, ["flux", "other"], size, 64, 3, strength=0, **options
        )
        return next(iter(made))

    def test_owners_count_not_sources(self):
        # The owner of one source has 1 / (1 + root of 30) of the chances, not one in 31.
        images, labels, families = self.batch(400)
        authentic = images[labels == 0][:, 0, 0, 0]
        self.assertEqual(len(authentic), 200)
        share = (authentic == 70).float().mean()
        self.assertGreater(share, 0.09)
        self.assertLess(share, 0.24)
        self.assertTrue((families[labels == 0] == sampling.IGNORED).all())

    def test_copies_stand_side_by_side(self):
        images, labels, _ = self.batch(copies=2)
        self.assertTrue(torch.equal(images[0::2], images[1::2]))
        self.assertTrue(torch.equal(labels[0::2], labels[1::2]))
        self.assertEqual(labels.sum(), 100)
        with self.assertRaisesRegex(ValueError, "copies|of each picture"):
            self.batch(202, copies=2)

    def test_shuffling_keeps_every_piece(self):
        crop = picture(150, 150)
        mixed = sampling.shuffled_pieces(crop, random.Random(4), 48)
        self.assertFalse((mixed == crop).all())
        self.assertTrue((mixed[144:] == crop[144:]).all() and (mixed[:, 144:] == crop[:, 144:]).all())
        pieces = lambda image: sorted(
            image[y : y + 48, x : x + 48].tobytes() for y in (0, 48, 96) for x in (0, 48, 96)
        )
        self.assertEqual(pieces(mixed), pieces(crop))


@unittest.skipIf(torch is None, "needs torch")
class Agreement(unittest.TestCase):
    def loss(self, first: float, second: float, weight: float, cells=None):
        logit = torch.tensor([[first], [second]])
        patches = logit[:, :, None, None].expand(2, 1, 4, 4)
        settings = train.Settings(agreement=weight, generator_weight=0)
        labels = torch.ones(2)
        return train.objective(logit, patches, None, labels, torch.full((2,), -100), settings, cells)

    def test_histories_that_disagree_cost(self):
        self.assertEqual(self.loss(1.0, 1.0, 0.1), self.loss(1.0, 1.0, 0.0))
        self.assertAlmostEqual(float(self.loss(2.0, -1.0, 0.1) - self.loss(2.0, -1.0, 0.0)), 0.9, places=4)

    def test_pictures_of_both_kinds_are_left_out(self):
        cells = torch.full((2, 1, 4, 4), 0.5)
        self.assertEqual(self.loss(2.0, -1.0, 0.1, cells), self.loss(2.0, -1.0, 0.0, cells))


if __name__ == "__main__":
    unittest.main()
