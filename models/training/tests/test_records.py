import os
import tempfile
import unittest

import numpy as np
from PIL import Image

from detector.crops import Store
from detector.records import family_counts, read_manifests

HEADER = "file\tlabel\trepo\tsplit\tfamily\tsha256\n"


class Manifests(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name: str, rows: list[str]) -> str:
        path = os.path.join(self.folder.name, name)
        os.makedirs(path)
        with open(os.path.join(path, "index.tsv"), "w") as handle:
            handle.write(HEADER + "".join(row + "\n" for row in rows))
        return path

    def test_an_original_counts_in_the_first_manifest_only(self):
        one = self.write(
            "one", ["a-0.png\tai\to/r\ttrain\tflux\taaaaaaaa", "a-1.png\tai\to/r\ttrain\tflux\taaaaaaaa"]
        )
        two = self.write(
            "two", ["b.png\tai\to/s\ttrain\tflux\taaaaaaaa", "c.png\treal\to/t\tval\t\tcccccccc"]
        )
        records = read_manifests([one, two])
        self.assertEqual([os.path.basename(r.path) for r in records], ["a-0.png", "a-1.png", "c.png"])
        self.assertEqual(family_counts(records), {"flux": 1})

    def test_a_label_must_be_known(self):
        with self.assertRaises(ValueError):
            read_manifests([self.write("bad", ["a.png\tfake\to/r\ttrain\tflux\taa"])])

    def test_the_store_grows_and_keeps_pixels(self):
        rng = np.random.default_rng(1)
        paths = []
        for i, shape in enumerate([(20, 30, 3), (40, 10, 3)]):
            paths.append(os.path.join(self.folder.name, f"{i}.png"))
            Image.fromarray(rng.integers(0, 256, shape, dtype=np.uint8)).save(paths[-1])
        store = Store(os.path.join(self.folder.name, "store"))
        self.assertEqual(store.add(paths[:1]), [])
        missing = os.path.join(self.folder.name, "missing.png")
        self.assertEqual(store.add([*paths, missing]), [missing])
        again = Store(os.path.join(self.folder.name, "store"))
        for path in paths:
            self.assertTrue((again[path] == np.asarray(Image.open(path))).all())


if __name__ == "__main__":
    unittest.main()
