import unittest

import numpy as np

from detector.calibration import default_threshold, platt, sigmoid
from detector.metrics import (
    auc,
    expected_calibration_error,
    rates,
    source_interval,
    threshold_at_fpr,
    tpr_at_fpr,
)


class Metrics(unittest.TestCase):
    def test_auc_counts_pairs(self):
        rng = np.random.default_rng(3)
        y, score = rng.integers(0, 2, 80), rng.integers(0, 12, 80)
        pairs = [(a > b) + 0.5 * (a == b) for a in score[y == 1] for b in score[y == 0]]
        self.assertAlmostEqual(auc(y, score), float(np.mean(pairs)), 12)

    def test_auc_of_one_class_is_unknown(self):
        self.assertTrue(np.isnan(auc(np.ones(4), np.arange(4))))

    def test_rates(self):
        y, p = np.array([1, 1, 0, 0, 0]), np.array([0.9, 0.4, 0.5, 0.1, 0.2])
        self.assertEqual(rates(y, p, 0.5)["tpr"], 0.5)
        self.assertAlmostEqual(rates(y, p, 0.5)["fpr"], 1 / 3)

    def test_threshold_keeps_the_false_positive_rate(self):
        authentic = np.random.default_rng(1).normal(size=1000)
        for fpr in (0.01, 0.05):
            above = (authentic > threshold_at_fpr(authentic, fpr)).mean()
            self.assertLessEqual(above, fpr)
            self.assertGreater(above, fpr - 0.002)

    def test_tpr_at_fpr_of_a_perfect_detector(self):
        self.assertEqual(tpr_at_fpr(np.array([0, 0, 1, 1]), np.array([0.1, 0.2, 0.3, 0.4]), 0.01), 1.0)

    def test_interval_resamples_sources(self):
        # One source of a hundred equal images: the interval is as wide as with one image a source.
        y = np.repeat([0, 1], 100)
        hit = np.concatenate([np.zeros(100), np.repeat([0.0, 1.0], 50)])
        source = np.concatenate([np.repeat("r", 100), np.repeat(["a", "b"], 50)])
        low, high = source_interval(source, y, lambda i: hit[i][y[i] == 1].mean())
        self.assertEqual((low, high), (0.0, 1.0))


class Calibration(unittest.TestCase):
    def test_platt_finds_the_slope_it_was_made_with(self):
        rng = np.random.default_rng(5)
        logit = rng.normal(size=40_000) * 2
        y = rng.random(len(logit)) < sigmoid(1.5 * logit)
        a, b = platt(logit, y)
        self.assertAlmostEqual(a, 1.5, 1)
        self.assertAlmostEqual(b, 0, 1)
        self.assertLess(expected_calibration_error(y.astype(int), sigmoid(a * logit + b)), 0.02)

    def test_default_threshold_holds_in_every_condition(self):
        rng = np.random.default_rng(2)
        authentic = {"native": rng.random(400) * 0.5, "web": rng.random(400) * 0.9}
        threshold = default_threshold(authentic, 0.05)
        for probability in authentic.values():
            self.assertLessEqual((probability >= threshold).mean(), 0.05)


if __name__ == "__main__":
    unittest.main()
