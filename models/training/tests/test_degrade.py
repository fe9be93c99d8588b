import io
import random
import types
import unittest

import numpy as np
from PIL import Image

from detector.degrade import CONDITIONS, centre, matched, matched_plan, reflect, training_crop, under


def picture(height: int, width: int) -> np.ndarray:
    rng = np.random.default_rng(height * 1000 + width)
    small = Image.fromarray(rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def record(width=1024, height=768, seed=7):
    return types.SimpleNamespace(width=width, height=height, seed=seed)


class Training(unittest.TestCase):
    def test_every_crop_has_one_size(self):
        draw = random.Random(1)
        for height, width in ((400, 400), (256, 256), (90, 300), (400, 120)):
            for _ in range(20):
                crop = training_crop(picture(height, width), 128, draw)
                self.assertEqual((crop.shape, crop.dtype), ((128, 128, 3), np.uint8))

    def test_same_seed_same_crop(self):
        source = picture(300, 300)
        first, second = (training_crop(source, 96, random.Random(9)) for _ in range(2))
        self.assertTrue((first == second).all())

    def test_no_strength_means_no_change(self):
        source = picture(256, 256)
        crop = training_crop(source, 128, random.Random(4), strength=0)
        windows = np.lib.stride_tricks.sliding_window_view(source, (128, 128, 3))[:, :, 0]
        same = [(windows == c).all((2, 3, 4)).any() for c in (crop, crop[:, ::-1])]
        self.assertTrue(any(same))

    def test_draws_leave_the_block_grid_of_most_crops(self):
        # A grid that always starts at 0 would be a trace of how training cuts, not of the picture.
        draw, grid = random.Random(3), []
        for _ in range(60):
            crop = training_crop(picture(256, 256), 128, draw).astype(int).sum(2)
            step = np.abs(np.diff(crop, axis=1)).sum(0)
            grid.append(int(np.argmax([step[k::8].mean() for k in range(8)])))
        self.assertGreater(len(set(grid)), 4)


class Conditions(unittest.TestCase):
    def test_all_start_from_the_centre(self):
        large, small = picture(400, 400), centre(picture(400, 400))
        for name in CONDITIONS:
            self.assertTrue((under(name, large, record()) == under(name, small, record())).all(), name)

    def test_sizes_follow_the_original(self):
        source = picture(256, 256)
        expected = {"native": 256, "half": 128, "double": 512, "web": 192, "hard": 128, "social": 256}
        for name, side in expected.items():
            self.assertEqual(under(name, source, record(1024, 768)).shape, (side, side, 3), name)

    def test_matched_draw_is_the_originals(self):
        image = Image.fromarray(picture(256, 256))
        self.assertEqual(np.asarray(matched(image, 12)).tobytes(), np.asarray(matched(image, 12)).tobytes())
        codecs = [matched_plan(seed).codec for seed in range(2000)]
        for codec, share in (("JPEG", 0.75), ("WEBP", 0.15), ("none", 0.1)):
            self.assertAlmostEqual(codecs.count(codec) / 2000, share, delta=0.04)

    def test_lossy_conditions_are_that_quality(self):
        image = Image.fromarray(picture(256, 256))
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=75, subsampling=2)
        expected = np.asarray(Image.open(buffer).convert("RGB"))
        self.assertTrue((under("jpeg75", np.asarray(image), record()) == expected).all())

    def test_reflection_is_numpys(self):
        source = picture(100, 256)
        self.assertTrue(
            (reflect(source, 256, 256) == np.pad(source, ((0, 156), (0, 0), (0, 0)), "reflect")).all()
        )


if __name__ == "__main__":
    unittest.main()
