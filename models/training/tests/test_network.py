import unittest

import numpy as np

try:
    import torch
except ImportError:
    torch = None


class Network:
    """What holds for every network; the classes below say for which."""

    def build(self):
        raise NotImplementedError

    def setUp(self):
        torch.manual_seed(1)
        self.network = self.build()
        self.network(torch.randn(4, 3, 64, 64))  # moves the running statistics away from their start
        self.network.eval()
        self.images = torch.randn(2, 3, 64, 96)

    def test_the_logit_is_the_mean_of_the_patch_logits(self):
        logit, patches, generator, embedding = self.network(self.images)
        self.assertEqual(patches.shape, (2, 1, 4, 6))
        self.assertEqual(generator.shape, (2, 5))
        self.assertTrue(torch.allclose(self.network.generator(embedding), generator))
        self.assertLess(float((patches.mean((2, 3)) - logit).abs().max()), 1e-6)

    def test_folding_changes_nothing(self):
        from detector.network import folded

        for given, made in zip(self.network(self.images), folded(self.network)(self.images)):
            self.assertLess(float((given - made).abs().max()), 1e-5)

    def test_early_and_late_are_the_whole(self):
        whole = self.network(self.images)
        halves = self.network.read(self.network.maps(self.network.early(self.images, 4), 4))
        self.assertTrue(all(torch.equal(a, b) for a, b in zip(whole, halves)))

    def test_kept_families_keep_their_logits(self):
        from detector.network import keep_families

        kept = keep_families(self.network, [3, 0]).eval()
        self.assertTrue(torch.allclose(kept(self.images)[2], self.network(self.images)[2][:, [3, 0]]))

    def test_refit_heads_read_the_mean_of_the_maps(self):
        from detector.refit import RefitNetwork

        wide = RefitNetwork(self.network, 3).eval()
        logit, patches, generator, embedding = wide(self.images)
        self.assertLess(float((patches.mean((2, 3)) - logit).abs().max()), 1e-5)
        self.assertTrue(torch.allclose(wide.generator(embedding), generator))


@unittest.skipUnless(torch, "torch is not installed")
class Small(Network, unittest.TestCase):
    def build(self):
        from detector.network import TileNetwork

        return TileNetwork(5)

    def test_a_narrowed_block_makes_what_the_full_one_made(self):
        from detector.init import _pixels, _solve
        from detector.network import InvertedResidual

        block = InvertedResidual(8, 24, 8, 1).eval()
        hidden = torch.randn(4, 24, 16, 16)
        target = torch.einsum("nchw,dc->ndhw", hidden, torch.randn(8, 24)) + 3
        with torch.no_grad():
            _solve(block.project, _pixels(hidden), _pixels(target))
            made = block.project(hidden)
        self.assertLess(float((made - target).std() / target.std()), 0.05)

    def test_a_narrower_network_makes_much_the_same_maps(self):
        from detector.init import narrow
        from detector.network import FAST, TileNetwork

        fast = TileNetwork(5, hidden=FAST)
        narrow(self.network, fast, torch.randn(4, 3, 128, 128))
        with torch.no_grad():
            wide, made = (network.trunk(network.entrance(self.images)) for network in (self.network, fast))
        self.assertLess(float(((made - wide) ** 2).mean() / wide.var()), 0.5)

    def test_channels_that_say_nothing_go_first(self):
        from detector.init import _best_channels

        given = torch.randn(2000, 6)
        given[:, 1] = 0
        given[:, 4] = given[:, 3] + 0.01 * given[:, 4]
        wanted = given @ torch.randn(6, 5)
        self.assertEqual(_best_channels(given, wanted, 5).tolist(), [0, 2, 3, 4, 5])
        self.assertIn(_best_channels(given, wanted, 4).tolist(), ([0, 2, 3, 5], [0, 2, 4, 5]))

    def test_a_teacher_that_is_the_student_leaves_nothing_to_explain(self):
        from detector.distil import Teacher

        teacher = Teacher(self.network, self.network, torch.device("cpu"))
        maps, logit, generator = teacher(self.images)
        with torch.no_grad():
            spread, mean = maps.std((0, 2, 3)) + 1e-3, maps.mean((0, 2, 3))
            teacher.projection.weight.copy_(torch.diag(1 / spread)[:, :, None, None])
            teacher.projection.bias.copy_(-mean / spread)
            families = torch.tensor([0, -100])
            own = teacher.loss((maps, logit, generator), maps, logit, generator, families, 0.3)
            other = maps + 2 * (maps.std((0, 2, 3), keepdim=True) + 1e-3)
            off = teacher.loss((maps, logit, generator), other, logit, generator, families, 0.3)
        p = logit[:, 0].sigmoid()
        entropy = -(p * p.log() + (1 - p) * (1 - p).log()).mean()
        q = generator[:1].softmax(1)
        entropy = entropy - 0.3 * (q * q.log()).sum()
        self.assertLess(float((own - entropy).abs()), 1e-4)
        self.assertAlmostEqual(float(off - own), 4, places=3)


@unittest.skipUnless(torch, "torch is not installed")
class Fast(Network, unittest.TestCase):
    def build(self):
        from detector.network import FAST, TileNetwork

        return TileNetwork(5, hidden=FAST)


@unittest.skipUnless(torch, "torch is not installed")
class Large(Network, unittest.TestCase):
    def build(self):
        from detector.inception import LargeTileNetwork

        return LargeTileNetwork(5)


@unittest.skipUnless(torch, "torch is not installed")
class Scoring(unittest.TestCase):
    def test_tiles_are_laid_as_the_product_lays_them(self):
        from detector.scoring import tile_origins, tiles

        self.assertEqual(tile_origins(200), [0])
        self.assertEqual(tile_origins(300), [0, 44])
        self.assertEqual(tile_origins(1000), [0, 248, 496, 744])
        self.assertEqual(tiles(np.zeros((300, 100, 3), np.uint8)).shape, (2, 3, 256, 256))


if __name__ == "__main__":
    unittest.main()
