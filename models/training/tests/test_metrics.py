import json
import os
import unittest

import numpy as np

from detector.calibration import default_threshold, operating_table, platt, sigmoid
from detector.metrics import (
    auc,
    expected_calibration_error,
    rates,
    reliability_bins,
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

    def test_figures_of_the_product_s_twin(self):
        path = os.path.join(os.path.dirname(__file__), "../../../test/fixtures/figures.json")
        with open(path) as handle:
            shared = json.load(handle)
        y, p = np.array(shared["generated"]), np.array(shared["probability"])
        self.assertAlmostEqual(auc(y, p), shared["auc"], 12)
        self.assertAlmostEqual(expected_calibration_error(y, p), shared["calibration_error"], 12)
        self.assertAlmostEqual(tpr_at_fpr(y, p, 0.05), shared["tpr_at_5_fpr"], 12)
        self.assertAlmostEqual(tpr_at_fpr(y, p, 0.01), shared["tpr_at_1_fpr"], 12)
        self.assertAlmostEqual(rates(y, p, 0.5)["balanced_accuracy"], shared["balanced_accuracy_at_half"], 12)

    def test_gaps_of_the_reliability_diagram_add_up_to_the_calibration_error(self):
        rng = np.random.default_rng(2)
        y, p = rng.integers(0, 2, 200), rng.random(200)
        bins = reliability_bins(y, p)
        self.assertAlmostEqual(sum(b["weight"] for b in bins), 1, 12)
        gap = sum(b["weight"] * abs(b["generated"] - b["probability"]) for b in bins)
        self.assertAlmostEqual(gap, expected_calibration_error(y, p), 12)

    def test_intervals_of_the_operating_table_hold_its_rates(self):
        rng = np.random.default_rng(5)
        y = np.repeat([0, 1], 60)
        p = np.clip(rng.normal(0.4 + 0.2 * y, 0.2), 0, 1)
        rows = operating_table(y, p, np.tile(np.arange(12), 10))
        for row in rows:
            for name in ("tpr", "fpr"):
                low, high = row[f"{name}_95"]
                self.assertLessEqual(low, row[name])
                self.assertLessEqual(row[name], high)
        middle = rows[9]
        self.assertLess(middle["fpr_95"][1] - middle["fpr_95"][0], 0.6)
        self.assertNotIn("tpr_95", operating_table(y, p)[0])

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
        source = np.arange(400) // 10
        threshold = default_threshold(authentic, source, 0.05)
        y = np.zeros(400)
        for probability in authentic.values():
            called = probability >= threshold
            self.assertLessEqual(source_interval(source, y, lambda draw: called[draw].mean())[1], 0.05)

    def test_default_threshold_minds_how_few_the_sources_are(self):
        probability = {"native": np.random.default_rng(2).random(400)}
        threshold = lambda source: default_threshold(probability, source, 0.05)
        self.assertGreater(threshold(np.arange(400) // 40), np.quantile(probability["native"], 0.95))
        # The same scores, alike within a source: ten of them say less than four hundred.
        probability["native"].sort()
        self.assertGreater(threshold(np.arange(400) // 40), threshold(np.arange(400)))


if __name__ == "__main__":
    unittest.main()
