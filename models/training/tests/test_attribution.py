import unittest
import xml.dom.minidom
from dataclasses import dataclass

import numpy as np

from detector import pictures
from detector.attribution import attribution_figures, confusion, unseen_generators
from detector.failures import sheet, worst

FAMILIES = ["flux", "sdxl", "other"]


@dataclass
class Picture:
    family: str
    source: str = "s"
    kind: str = ""

    @property
    def generated(self):
        return self.family != ""


def logits(*first):
    """One row a picture; the named family leads, the next one follows."""
    rows = np.zeros((len(first), 3))
    for row, name in zip(rows, first):
        row[FAMILIES.index(name)] = 3
        row[(FAMILIES.index(name) + 1) % 3] = 1
    return rows


PICTURES = [Picture(f) for f in ("flux", "flux", "sdxl", "kolors", "other", "unknown", "")]
NAMED = logits("flux", "sdxl", "sdxl", "flux", "other", "flux", "flux")


class Attribution(unittest.TestCase):
    def test_only_known_families_count_as_right_or_wrong(self):
        figures = attribution_figures(PICTURES, NAMED, FAMILIES)
        self.assertEqual((figures["n_known"], figures["n_unknown"]), (3, 2))
        self.assertAlmostEqual(figures["top1"], 2 / 3)
        self.assertEqual(figures["top3"], 1)
        self.assertEqual(figures["recall"], {"flux": [1, 2], "sdxl": [1, 1]})
        self.assertEqual(figures["unknown_as_other"], 0.5)

    def test_confusion_counts_each_named_picture_once_and_puts_the_unseen_last(self):
        matrix = confusion(PICTURES, NAMED, FAMILIES)
        self.assertEqual(matrix["rows"], ["flux", "sdxl", "kolors"])
        self.assertEqual(matrix["columns"], ["flux", "sdxl"])
        self.assertEqual(matrix["counts"], [[1, 1], [0, 1], [1, 0]])

    def test_unseen_generators_stand_beside_known_ones(self):
        probability = np.array([0.9, 0.2, 0.8, 0.7, 0.1, 0.9, 0.9])
        groups = unseen_generators(PICTURES, probability, NAMED, FAMILIES, 0.5)
        self.assertAlmostEqual(groups["known"]["called_generated"], 2 / 3)
        self.assertEqual(groups["unseen"]["images"], 2)
        self.assertEqual(groups["unseen"]["called_generated"], 0.5)
        self.assertEqual(groups["unseen"]["named"], {"flux": 1, "other": 1})


class Pictures(unittest.TestCase):
    def test_confusion_shows_every_count_that_is_not_zero(self):
        svg = pictures.confusion(["flux", "a<b"], ["flux", "sdxl"], [[7, 0], [2, 31]], "t & t")
        words = [t.firstChild.data for t in xml.dom.minidom.parseString(svg).getElementsByTagName("text")]
        self.assertIn("a<b (33)", words)
        self.assertEqual([w for w in words if w.isdigit()], ["7", "2", "31"])

    def test_reliability_draws_both_lines_where_they_belong(self):
        bins = lambda p, g: [{"probability": p, "generated": g, "weight": 1}]
        svg = pictures.reliability(bins(0, 0), bins(1, 1), "t")
        dots = xml.dom.minidom.parseString(svg).getElementsByTagName("circle")
        at = [(float(d.getAttribute("cx")), float(d.getAttribute("cy"))) for d in dots]
        self.assertEqual(at, [(54, 334), (354, 34)])

    def test_learning_curve_is_drawn_with_its_intervals(self):
        svg = pictures.learning_curve({"matched": [(10, 0.7, 0.05), (20, 0.8, 0.0)]}, "t", "sources")
        self.assertEqual(len(xml.dom.minidom.parseString(svg).getElementsByTagName("circle")), 2)


class Failures(unittest.TestCase):
    def test_the_most_certain_mistakes_first_and_few_of_one_source(self):
        records = [
            Picture("", "a"),
            Picture("", "a"),
            Picture("", "b"),
            Picture("flux", "c"),
            Picture("flux", "d"),
        ]
        probability = np.array([0.9, 0.8, 0.7, 0.4, 0.1])
        self.assertEqual(worst(records, probability, 4, per_source=1), [0, 4, 2, 3])

    def test_a_sheet_has_room_for_all(self):
        records = [Picture("flux")] * 7
        page = sheet(records, lambda r: np.zeros((40, 30, 3), np.uint8), np.ones(7))
        self.assertEqual(page.size, (6 * 192, 2 * 222))
        self.assertEqual(page.getpixel((1, 1)), (0, 0, 0))
        self.assertEqual(page.getpixel((5 * 192 + 1, 223)), (255, 255, 255))
