import types
import unittest

import numpy as np

try:
    import torch

    from detector import sampling
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


if __name__ == "__main__":
    unittest.main()
