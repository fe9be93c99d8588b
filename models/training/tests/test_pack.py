import os
import tarfile
import tempfile
import unittest

from detector.pack import in_turn, pack
from detector.records import read_manifest
from detector.smoke import write_data


class Packing(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        write_data(self.folder)
        self.records = [r for r in read_manifest(self.folder) if r.split in ("train", "val")]

    def unpacked(self, paths):
        found = []
        for i, path in enumerate(paths):
            into = os.path.join(self.folder, f"unpacked{i}")
            with tarfile.open(path) as archive:
                archive.extractall(into, filter="data")
            found.append(read_manifest(into))
        return found

    def test_pieces_hold_everything_and_stay_small(self):
        limit = 400_000
        paths = pack(self.records, os.path.join(self.folder, "out"), limit, 10**9)
        self.assertGreater(len(paths), 1)
        self.assertTrue(all(os.path.getsize(p) <= limit for p in paths))
        known = lambda r: (r.sha256, r.generated, r.family, r.source, r.split, r.width, r.kind)
        whole = [record for piece in self.unpacked(paths) for record in piece]
        self.assertEqual(sorted(map(known, whole)), sorted(map(known, self.records)))

    def test_sources_come_in_turn(self):
        ordered = in_turn(self.records)
        self.assertTrue(all(r.split == "val" for r in ordered[:24]))
        first = ordered[24:36]
        self.assertEqual(len({r.source for r in first}), 12)

    def test_no_more_than_wanted(self):
        paths = pack(self.records, os.path.join(self.folder, "out"), 1 << 20, 5)
        self.assertEqual(sum(map(len, self.unpacked(paths))), 5)


if __name__ == "__main__":
    unittest.main()
