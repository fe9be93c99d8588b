import types
import unittest

import numpy as np
from PIL import Image

from detector import degrade
from tests.test_degrade import picture

try:
    import torch

    from detector import on_device
except ImportError:
    torch = None


def as_batch(*pictures: np.ndarray):
    return torch.from_numpy(np.stack(pictures).transpose(0, 3, 1, 2).copy()).float()


def as_image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(pixels)


def record(path: str, generated: bool, source: str, family: str = "flux"):
    return types.SimpleNamespace(path=path, generated=generated, owner=source, source=source, family=family)


@unittest.skipIf(torch is None, "needs torch")
class AsPillowDoesIt(unittest.TestCase):
    def test_jpeg(self):
        pictures = [picture(256, 256), picture(256, 256)[::-1], picture(256, 256)[:, ::-1]]
        for quality in (30, 75, 95):
            for subsampling in (0, 1, 2):
                saved = on_device.jpeg(
                    as_batch(*pictures), torch.full((3,), float(quality)), torch.full((3,), subsampling)
                )
                expected = as_batch(
                    *(np.asarray(degrade.jpeg(as_image(p), quality, subsampling)) for p in pictures)
                )
                away = (saved - expected).abs().mean()
                # Roundings of colours and of sampled chroma differ a little; the save itself changes far more.
                self.assertLess(away, 0.9, (quality, subsampling))
                if quality < 90:
                    change = (expected - as_batch(*pictures)).abs().mean()
                    self.assertLess(away, 0.4 * change, (quality, subsampling))

    def test_each_picture_has_its_own_quality(self):
        pictures = as_batch(picture(256, 256), picture(256, 256))
        good, bad = on_device.jpeg(pictures, torch.tensor([95.0, 20.0]), torch.tensor([0, 2]))
        self.assertLess((good - pictures[0]).abs().mean() * 2, (bad - pictures[1]).abs().mean())

    def test_resize(self):
        source = picture(256, 256)
        kernels = ("BILINEAR", "BICUBIC", "LANCZOS", "BOX", "HAMMING")
        for i, name in enumerate(kernels):
            for size in (96, 180, 256, 320):
                matrix = on_device.resampling(
                    torch.tensor([size / 256]),
                    torch.tensor([i]),
                    torch.zeros(1),
                    torch.tensor([256.0]),
                    256,
                    size,
                )
                resized = torch.round(on_device.along_axes(matrix, as_batch(source), matrix)).clamp(0, 255)
                expected = as_image(source).resize((size, size), getattr(Image.Resampling, name))
                self.assertLess((resized - as_batch(np.asarray(expected))).abs().mean(), 0.3, (name, size))

    def test_the_end_of_a_smaller_picture(self):
        # 100 pixels of picture, the rest is noise that must not be seen; the rows past the end repeat the last.
        source = np.random.default_rng(3).integers(0, 256, (256, 256, 3), dtype=np.uint8)
        source[:100] = 90
        rows = on_device.resampling(
            torch.tensor([0.5]), torch.tensor([1]), torch.zeros(1), torch.tensor([100.0]), 256, 144
        )
        columns = torch.eye(256)[None]
        self.assertTrue((on_device.along_axes(rows, as_batch(source), columns) - 90).abs().max() < 0.01)


@unittest.skipIf(torch is None, "needs torch")
class Histories(unittest.TestCase):
    def run_on(self, pictures, valid=None, cells=None, side=128, strength=1.0, twins=None, seed=1):
        images = as_batch(*pictures)
        valid = torch.tensor(valid or [[256, 256]] * len(pictures))
        cells = torch.ones(len(pictures), 1, 256, 256) if cells is None else cells
        draws = on_device.Draws(seed, torch.device("cpu"))
        return on_device.histories(images, valid, cells, side, draws, strength, twins)

    def test_no_strength_means_no_change(self):
        source = picture(256, 256)
        crops, _ = self.run_on([source] * 6, strength=0)
        windows = np.lib.stride_tricks.sliding_window_view(source, (128, 128, 3))[:, :, 0]
        for crop in crops.permute(0, 2, 3, 1).numpy():
            same = [(windows == c).all((2, 3, 4)).any() for c in (crop, crop[:, ::-1])]
            self.assertTrue(any(same))

    def test_same_seed_same_crops(self):
        first, second = (self.run_on([picture(256, 256)] * 8, seed=5)[0] for _ in range(2))
        self.assertTrue(torch.equal(first, second))
        self.assertFalse(torch.equal(first, self.run_on([picture(256, 256)] * 8, seed=6)[0]))

    def test_the_input_stays_as_it_is(self):
        images = as_batch(*[picture(256, 256)] * 16)
        before = images.clone()
        draws = on_device.Draws(2, torch.device("cpu"))
        on_device.histories(images, torch.full((16, 2), 256), torch.ones(16, 1, 256, 256), 128, draws)
        self.assertTrue(torch.equal(images, before))

    def test_small_pictures_are_mirrored(self):
        source = np.full((256, 256, 3), 200, np.uint8)
        source[:60, :90] = picture(60, 90)
        for crop in self.run_on([source] * 20, [[60, 90]] * 20, strength=0)[0].numpy():
            self.assertTrue((crop[:, 60:119] == crop[:, :59][:, ::-1]).all())

    def test_cells_follow_the_pixels(self):
        # White where generated, black elsewhere: after any history the two must still agree.
        mask = torch.zeros(40, 1, 256, 256)
        mask[:, :, 40:200, 96:] = 1
        source = (mask[0].expand(3, -1, -1).permute(1, 2, 0).numpy() * 255).astype(np.uint8)
        crops, cells = self.run_on([source] * 40, cells=mask)
        bright = torch.nn.functional.avg_pool2d(crops.float().mean(1, keepdim=True), 16) / 255
        self.assertLess((bright - cells).abs().mean(), 0.06)
        self.assertGreater(cells.var(), 0.1)

    def test_twins_are_cut_alike(self):
        source = picture(256, 256)
        twins = torch.tensor([0, 1, 2, 3, 0, 1, 2, 3])
        crops, _ = self.run_on([source] * 8, twins=twins, seed=9)
        grey = crops.float().mean(1)
        away = lambda a, b: (grey[a] - grey[b]).abs().mean()
        for i in range(4):
            self.assertLess(away(i, i + 4), 0.6 * min(away(i, j + 4) for j in range(4) if j != i))


@unittest.skipIf(torch is None, "needs torch")
class BatchesOnTheDevice(unittest.TestCase):
    def setUp(self):
        self.records = [
            record(f"{s}{i}", s in "cd", s) for s, n in zip("abcd", (1, 30, 2, 9)) for i in range(n)
        ]
        levels = {s: i * 60 + 10 for i, s in enumerate("abcd")}
        self.crops = on_device.Crops.of(
            [np.full((256, 256, 3), levels[r.source], np.uint8) for r in self.records], torch.device("cpu")
        )

    def batch(self, **options):
        made = on_device.DeviceBatches(
            self.records, self.crops, ["flux", "other"], 40, 64, 3, strength=0, **options
        )
        return next(iter(made))

    def test_half_is_authentic_and_sources_are_balanced(self):
        images, labels, families, cells = self.batch()
        self.assertEqual((images.shape, images.dtype), ((40, 3, 64, 64), torch.uint8))
        self.assertEqual(labels.tolist(), [0.0] * 20 + [1.0] * 20)
        self.assertTrue((images[:20] <= 70).all() and (images[20:] >= 130).all())
        self.assertTrue((families[:20] == -100).all() and (families[20:] == 0).all())
        self.assertTrue(torch.equal(cells.mean((1, 2, 3)), labels))

    def test_sources_count_not_pictures(self):
        # The source of one picture has 1 / (1 + root of 30) of the chances, not one in 31.
        made = iter(
            on_device.DeviceBatches(self.records, self.crops, ["flux", "other"], 400, 64, 3, strength=0)
        )
        seen = (next(made)[0][:200, 0, 0, 0] == 10).float().mean()
        self.assertGreater(seen, 0.09)
        self.assertLess(seen, 0.23)

    def test_pasted_regions(self):
        images, labels, families, cells = self.batch(pasted=0.25)
        pasted = slice(30, 40)
        share = cells[pasted].mean((1, 2, 3))
        self.assertTrue(((share > 0) & (share < 1)).any())
        self.assertTrue((families[pasted] == -100).all())
        self.assertTrue(
            (images[pasted].flatten(1).max(1)[0].int() - images[pasted].flatten(1).min(1)[0].int() > 30).any()
        )
        self.assertEqual(labels.sum(), 20)

    def test_pairs(self):
        of = torch.arange(31).repeat_interleave(2)  # two of each authentic picture
        made = on_device.Reconstructions(
            torch.full((62, 3, 256, 256), 255, dtype=torch.uint8),
            torch.full((62, 1, 256, 256), 128, dtype=torch.uint8),
            of,
        )
        images, labels, families, cells = self.batch(reconstructions=made, pairs=0.25)
        self.assertTrue((images[20:30] == 255).all())
        self.assertTrue((families[20:30] == -100).all() and (families[30:] == 0).all())
        self.assertTrue(((cells[20:30] - 128 / 255).abs() < 1e-5).all())
        self.assertTrue((images[:20] <= 70).all())

    def test_more_pairs_than_half_a_batch_are_refused(self):
        with self.assertRaisesRegex(ValueError, "generated half"):
            self.batch(pasted=0.6)


@unittest.skipIf(torch is None, "needs torch")
class AlignedPairs(unittest.TestCase):
    def test_the_quality_of_the_original(self):
        from detector.pairs import first_quality

        of = lambda format, table: first_quality(types.SimpleNamespace(format=format, jpeg_q0=table))
        self.assertEqual(of("JPEG", "16/57.6"), 50)
        self.assertEqual(of("JPEG", "3/11.7"), 91)
        self.assertEqual(of("JPEG", "1/1.0"), 97)
        self.assertEqual(of("JPEG", "32/90"), 30)
        self.assertEqual((of("PNG", ""), of("JPEG", "")), (0, 0))

    def test_every_authentic_crop_has_its_copies(self):
        from detector.pairs import aligned_pairs

        records = [
            types.SimpleNamespace(generated=i == 1, format="JPEG", jpeg_q0="8/20" if i == 2 else "")
            for i in range(4)
        ]
        pictures = [picture(256, 256)[:, :: 1 if i % 2 else -1] for i in range(4)]
        crops = on_device.Crops.of(pictures, torch.device("cpu"))
        made = aligned_pairs(records, crops, seconds=0.1, seed=4, steps=1)
        self.assertEqual(made.of.tolist(), [0, 0, 2, 2, 3, 3])
        away = (made.pixels.float() - crops.pixels[made.of].float()).abs().mean((1, 2, 3))
        self.assertTrue(((away > 0.1) & (away < 60)).all(), away)
        self.assertEqual(made.mask.shape, (6, 1, 256, 256))
        self.assertTrue((made.mask.flatten(1).max(1)[0] > 0).all())


if __name__ == "__main__":
    unittest.main()
