"""Data for a machine that takes small pieces: each a tar that unpacks to a folder with an `index.tsv`, to be named after
`--data` like any other.

Of each crop a 256x256 window travels, which is what training starts from, as JPEG 95 without chroma subsampling: 26 kB,
and less of a trace than most histories begin with. Pictures that validate come first and then one crop of every source in
turn, so that any number of pieces from the first on is a whole training set.
"""

import csv
import hashlib
import io
import os
import random
import tarfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from .crops import decode
from .degrade import TILE, centre
from .records import Record

COLUMNS = ("file", "label", "repo", "split", "family", "width", "height", "format", "sha256", "kind")
QUALITY = 95


def window(record: Record) -> bytes:
    """JPEG of the centre, or for training of a place on the grid of 16 pixels that the file's name draws. Raises
    OSError or ValueError where the file can not be read."""
    pixels = decode(record.path)
    if record.split == "train":
        draw = random.Random(record.path[-24:])
        y, x = (16 * draw.randint(0, max(0, (n - TILE) // 16)) for n in pixels.shape[:2])
        pixels = pixels[y : y + TILE, x : x + TILE]
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(centre(pixels)))
    image.save(buffer, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return buffer.getvalue()


def in_turn(records: list[Record]) -> list[Record]:
    """The first of each source and class, then the second of each, and so on; validation before training."""
    sources: dict[tuple, list[Record]] = {}
    for record in sorted(records, key=lambda r: (r.sha256, r.path)):
        sources.setdefault((record.split == "train", record.source, record.generated), []).append(record)
    turns = [(key[0], turn, record) for key, images in sources.items() for turn, record in enumerate(images)]
    return [record for _, _, record in sorted(turns, key=lambda t: (*t[:2], t[2].sha256, t[2].path))]


def pack(records: list[Record], out: str, piece_bytes: int, most: int) -> list[str]:
    """Writes `out/piece-000.tar` and so on, none above `piece_bytes`, of at most `most` records; returns their paths."""
    os.makedirs(out, exist_ok=True)
    paths: list[str] = []
    archive, rows, size = None, [], 0

    def close():
        table = io.StringIO()
        writer = csv.writer(table, delimiter="\t", lineterminator="\n")
        writer.writerows([COLUMNS, *rows])
        _add(archive, "index.tsv", table.getvalue().encode())
        archive.close()

    with ThreadPoolExecutor(2) as pool:
        chosen = in_turn(records)[:most]
        for start in range(0, len(chosen), 64):
            some = chosen[start : start + 64]
            for record, data in zip(some, pool.map(window, some)):
                # A tar rounds each file up to 512 bytes and puts as many before it; a row has about 400.
                needs = 512 * (2 + len(data) // 512) + 400
                if archive is None or size + needs > piece_bytes - 20_480:
                    if archive:
                        close()
                    paths.append(os.path.join(out, f"piece-{len(paths):03d}.tar"))
                    archive, rows, size = tarfile.open(paths[-1], "w"), [], 0
                name = hashlib.sha256(record.path.encode()).hexdigest()[:20] + ".jpg"
                _add(archive, name, data)
                rows.append(
                    (
                        name,
                        "ai" if record.generated else "real",
                        record.source,
                        record.split,
                        record.family,
                        record.width,
                        record.height,
                        record.format,
                        record.sha256,
                        record.kind,
                    )
                )
                size += needs
    if archive:
        close()
    return paths


def _add(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    archive.addfile(entry, io.BytesIO(data))
