import random
import unittest
from dataclasses import replace

try:
    import torch
except ImportError:
    torch = None


def pictures(count: int, side: int):
    """Smooth colours with edges: uint8 [count,3,side,side]."""
    draw = torch.Generator().manual_seed(3)
    coarse = torch.rand((count, 3, 7, 7), generator=draw)
    smooth = torch.nn.functional.interpolate(coarse, size=(side, side), mode="bicubic", align_corners=True)
    edges = (smooth[:, :1] > 0.6).float() * 0.2
    return ((smooth + edges).clamp(0, 1) * 255).to(torch.uint8)


@unittest.skipUnless(torch, "torch is not installed")
class Recipes(unittest.TestCase):
    def test_every_kind_comes_with_every_upsampling_before_any_comes_again(self):
        from detector.homemade import KINDS, UPSAMPLINGS, variants

        drawn = variants(60, 5)
        first = {(v.kind, v.upsampling) for v in drawn[: len(KINDS) * len(UPSAMPLINGS)]}
        self.assertEqual(len(first), len(KINDS) * len(UPSAMPLINGS))
        self.assertEqual(len(set(drawn)), 60)
        self.assertEqual(drawn, variants(60, 5))
        self.assertNotEqual(drawn, variants(60, 6))

    def test_every_recipe_builds_and_keeps_shape_and_range(self):
        from detector.homemade import HomemadeGenerator, variants

        x = torch.rand(1, 3, 32, 48) * 2 - 1
        for variant in variants(84, 1):
            network = HomemadeGenerator(variant).eval()
            with torch.no_grad():
                for p in network.parameters():  # far from the start, where outputs would leave the range
                    p.add_(torch.randn(p.shape, generator=torch.Generator().manual_seed(1)) * 0.3)
                made = network(x)
            self.assertEqual((made.shape, made.dtype), (x.shape, torch.float32), variant)
            self.assertLessEqual(float(made.abs().max()), 1, variant)


@unittest.skipUnless(torch, "torch is not installed")
class Upsamplings(unittest.TestCase):
    def test_a_flat_input_shows_the_grid_of_those_that_have_one(self):
        from detector.homemade import UPSAMPLINGS, upsampling

        flat = torch.ones(1, 8, 12, 12)
        for name in UPSAMPLINGS:
            for stride in (2, 4, 8):
                for kernel in (3, 5):
                    torch.manual_seed(2)
                    made = upsampling(name, 8, 4, stride, kernel)(flat).detach()
                    self.assertEqual(made.shape, (1, 4, 12 * stride, 12 * stride), name)
                    inner = made[..., 3 * stride : -3 * stride, 3 * stride : -3 * stride]
                    # Periodic with the stride, and flat within a period where the enlargement is not learned.
                    self.assertTrue(torch.allclose(inner[..., stride:], inner[..., :-stride], atol=1e-5), name)
                    within = float(inner.std((2, 3)).mean())
                    if name in ("nearest", "bilinear", "pixel_shuffle_blur"):
                        self.assertLess(within, 1e-5, name)
                    else:
                        self.assertGreater(within, 1e-2, name)

    def test_the_inverse_haar_transform_puts_four_bands_together(self):
        from detector.homemade import InverseHaar

        x = torch.rand(2, 3, 8, 8)
        a, b, c, d = x[..., ::2, ::2], x[..., ::2, 1::2], x[..., 1::2, ::2], x[..., 1::2, 1::2]
        bands = torch.cat([a + b + c + d, a - b + c - d, a + b - c - d, a - b - c + d], 1) / 2
        self.assertTrue(torch.allclose(InverseHaar()(bands), x, atol=1e-6))


@unittest.skipUnless(torch, "torch is not installed")
class Training(unittest.TestCase):
    def setUp(self):
        self.images = pictures(12, 48)

    def train(self, variant, steps):
        from detector.homemade import train_generator

        return train_generator(variant, self.images, steps, batch=4, side=32)

    def test_training_brings_every_kind_nearer_to_the_original(self):
        from detector.homemade import KINDS, fidelity, variants

        drawn = variants(42, 2)
        for kind in KINDS:
            for variant in [v for v in drawn if v.kind == kind][:2]:
                variant = replace(variant, width=8, depth=1)
                before, after = (fidelity(self.train(variant, n), self.images) for n in (1, 30))
                self.assertGreater(after, before + 0.3, variant)

    def test_the_same_seed_gives_the_same_network_and_leaves_the_global_draws_alone(self):
        from detector.homemade import variants

        gan = next(v for v in variants(42, 2) if v.kind == "gan")
        torch.manual_seed(7)
        expected = torch.rand(3)
        torch.manual_seed(7)
        first = self.train(gan, 4).state_dict()
        self.assertTrue(torch.equal(torch.rand(3), expected))
        states = [first, *(self.train(v, 4).state_dict() for v in (gan, replace(gan, seed=gan.seed + 1)))]
        same = [all(torch.equal(states[0][k], s[k]) for k in states[0]) for s in states[1:]]
        self.assertEqual(same, [True, False])

    def test_every_loss_is_zero_only_without_a_difference(self):
        from detector.homemade import LOSSES, RandomFeatures, reconstruction_loss

        x, features = torch.rand(2, 3, 32, 32), RandomFeatures()
        for name in LOSSES:
            self.assertEqual(float(reconstruction_loss(name, x, x, features)), 0, name)
            self.assertGreater(float(reconstruction_loss(name, x, x.flip(3), features)), 0.1, name)

    def test_generators_that_miss_the_bound_are_left_out(self):
        from detector.homemade import train_generators, variants

        recipes = [replace(v, width=8, depth=1) for v in variants(3, 4)]
        train = lambda seconds, least: train_generators(recipes, self.images, seconds, 2, 4, 32, least)
        self.assertEqual([g.variant for g in train(1e9, 0.0)], recipes)
        self.assertEqual(train(1e9, 99.0), [])
        self.assertEqual(train(0.0, 0.0), [])

    def test_quantised_latents_take_few_values(self):
        from detector.homemade import HomemadeGenerator, variants

        x = torch.rand(2, 3, 64, 64) * 2 - 1
        for kind in ("vq", "fsq"):
            variant = next(v for v in variants(42, 2) if v.kind == kind)
            z, _ = HomemadeGenerator(variant).bottleneck(x, None)
            values = (z * 1e4).round().permute(0, 2, 3, 1).reshape(-1, 2 if kind == "vq" else 1).unique(dim=0)
            self.assertLessEqual(len(values), 256 if kind == "vq" else 33)


@unittest.skipUnless(torch, "torch is not installed")
class Pairs(unittest.TestCase):
    def setUp(self):
        from detector.homemade import train_generator, variants

        self.images = pictures(40, 48)
        recipes = [replace(v, width=8, depth=1) for v in variants(3, 9)]
        self.generators = [train_generator(v, self.images, 2, 4, 32) for v in recipes]

    def reconstruct(self, seed, **options):
        from detector.homemade import reconstruct

        return reconstruct(self.generators, self.images, random.Random(seed), **options)

    def test_shapes_types_and_one_result_for_one_seed(self):
        made, mask = self.reconstruct(1)
        self.assertEqual((made.shape, made.dtype), (self.images.shape, torch.uint8))
        self.assertEqual((mask.shape, mask.dtype), ((40, 1, 48, 48), torch.float32))
        again = self.reconstruct(1)
        self.assertTrue(torch.equal(made, again[0]) and torch.equal(mask, again[1]))
        self.assertFalse(torch.equal(made, self.reconstruct(2)[0]))

    def test_a_generator_of_torch_draws_too(self):
        from detector.homemade import reconstruct

        seeded = lambda: torch.Generator().manual_seed(5)
        one, two = (reconstruct(self.generators, self.images, seeded()) for _ in range(2))
        self.assertTrue(torch.equal(one[0], two[0]))

    def test_pixels_differ_where_the_mask_says(self):
        made, mask = self.reconstruct(3)
        changed = (made != self.images).float()
        outside = (mask == 0).expand_as(changed)
        self.assertGreater(int(outside.sum()), 0)
        self.assertEqual(float(changed[outside].sum()), 0)
        self.assertGreater(float(changed[(mask == 1).expand_as(changed)].mean()), 0.5)

    def test_reconstructions_lie_where_the_original_lies(self):
        made = self.reconstruct(4, grain=0)[0][:, :, 4:-4, 4:-4].float()
        error = lambda y, x: float(
            (made - self.images[:, :, 4 + y : 44 + y, 4 + x : 44 + x].float()).abs().mean()
        )
        there = error(0, 0)
        for y, x in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            self.assertLess(there, error(y, x), (y, x))

    def test_the_three_ways_come_in_their_shares(self):
        flat = torch.cat([self.reconstruct(seed)[1] for seed in range(10)]).flatten(1)
        constant = flat.min(1)[0] == flat.max(1)[0]
        whole = (constant & (flat[:, 0] == 1)).float().mean()
        self.assertAlmostEqual(float(whole), 0.5, delta=0.1)
        self.assertAlmostEqual(float((~constant).float().mean()), 0.25, delta=0.1)
        mixed = flat[constant & (flat[:, 0] < 1), 0]
        self.assertGreaterEqual(float(mixed.min()), 0.3)

    def test_regions_cover_a_fifth_to_seven_tenths(self):
        from detector.homemade import regions

        area = regions(120, 64, 96, torch.Generator().manual_seed(1)).mean((1, 2, 3))
        self.assertGreater(float(area.min()), 0.15)
        self.assertLess(float(area.max()), 0.75)
        self.assertGreater(float(area.std()), 0.08)

    def test_restored_grain_is_as_strong_as_what_was_lost(self):
        from detector.homemade import restored_grain

        draw = torch.Generator().manual_seed(1)
        strong = 0.1 * torch.randn((1, 3, 128, 128), generator=draw)
        for own in (0.0, 0.5, 1.0):
            restored = restored_grain(strong / 3, strong, torch.full((1, 1, 1, 1), own), draw)
            self.assertAlmostEqual(float(restored.std()), 0.1, delta=0.015, msg=str(own))
            like = float(torch.corrcoef(torch.stack([restored.flatten(), strong.flatten()]))[0, 1])
            self.assertGreater(like, (0.2, 0.7, 0.95)[int(own * 2)], own)
        self.assertTrue(torch.equal(restored_grain(strong, strong / 3, torch.ones(1, 1, 1, 1), draw), strong))


if __name__ == "__main__":
    unittest.main()
