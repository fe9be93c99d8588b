"""A local contact sheet of what a network gets most wrong. The pictures are other people's: the sheet is for the eyes of
who has them, and is not passed on."""

import numpy as np
from PIL import Image, ImageDraw

from .records import Record

SIDE, CAPTION, COLUMNS = 192, 30, 6


def worst(records: list[Record], probability: np.ndarray, most: int, per_source: int = 3) -> list[int]:
    """Indices of the most certain mistakes, false alarms and misses by turns, no more than `per_source` of one source."""
    generated = np.array([r.generated for r in records])
    turns = []
    for label, order in ((False, np.argsort(-probability)), (True, np.argsort(probability))):
        taken: dict[str, int] = {}
        chosen = []
        for i in order[generated[order] == label]:
            taken[records[i].source] = taken.get(records[i].source, 0) + 1
            if taken[records[i].source] <= per_source:
                chosen.append(int(i))
        turns.append(chosen)
    mixed = [i for pair in zip(*turns) for i in pair]
    return mixed[:most]


def sheet(records: list[Record], pixels, probability: np.ndarray) -> Image.Image:
    """`pixels` yields a uint8 RGB array for a record. Captions: what it is, what it was given."""
    rows = -(-len(records) // COLUMNS)
    page = Image.new("RGB", (COLUMNS * SIDE, rows * (SIDE + CAPTION)), "white")
    draw = ImageDraw.Draw(page)
    for n, record in enumerate(records):
        x, y = n % COLUMNS * SIDE, n // COLUMNS * (SIDE + CAPTION)
        picture = Image.fromarray(np.asarray(pixels(record)))
        picture.thumbnail((SIDE - 4, SIDE - 4))
        page.paste(picture, (x, y))
        what = record.family if record.generated else f"authentic {record.kind}"
        draw.text((x + 2, y + SIDE), f"{what}: {probability[n]:.3f}", "black")
        draw.text((x + 2, y + SIDE + 13), record.source[-30:], "gray")
    return page
