"""Labelled images from tab-separated manifests.

A manifest is a folder with an `index.tsv`. Columns that are read, in any order; more columns are ignored:

| column    | meaning                                                                        | if absent   |
|-----------|--------------------------------------------------------------------------------|-------------|
| file      | path of the image, relative to the manifest's folder                           | required    |
| label     | `ai` or `real`                                                                 | required    |
| repo      | the source: images of one source are alike and never split or resampled apart; | required    |
|           | what stands before a slash is its owner, who is one for balanced sampling      |             |
| split     | `train`, `val`, `val2`, `calib`, `test` …                                      | `train`     |
| family    | generator family of an `ai` image                                              | `other`     |
| width, height | size of the whole original in pixels, when the file is a crop of it        | of the file |
| format    | codec of the original (`PNG`, `JPEG`, `WEBP` …)                                | of the name |
| bytes, jpeg_q0 | size of the original and `first/mean` of its luma quantisation table; zero line only | 0     |
| kind      | what it shows (photo, face, art, screenshot …); for reports only                | empty       |
| sha256    | identity of the original; seeds the draws of the `matched` condition           | of the path |

So a customer adds own images by writing such a table and naming its folder with one more `--data`.
"""

import csv
import hashlib
import os
from collections import Counter
from dataclasses import dataclass

UNKNOWN = "unknown"  # family of a generated image whose generator nobody named


@dataclass(frozen=True)
class Record:
    """One labelled image. `width` and `height` are the whole original's, which a crop does not tell."""

    path: str
    generated: bool
    family: str
    source: str
    split: str
    width: int
    height: int
    format: str
    bytes: int
    jpeg_q0: str
    sha256: str
    kind: str = ""

    @property
    def owner(self) -> str:
        """Whoever holds the source: repositories of one owner are prepared alike."""
        return self.source.split("/")[0]

    @property
    def seed(self) -> int:
        """A number that stays with the original through every machine and order of reading."""
        return int(self.sha256[:8], 16)


def read_manifest(folder: str) -> list[Record]:
    """All rows of `folder/index.tsv`. Raises ValueError on a label that is neither `ai` nor `real`."""
    with open(os.path.join(folder, "index.tsv"), newline="") as handle:
        return [_record(folder, row) for row in csv.DictReader(handle, delimiter="\t")]


def _record(folder: str, row: dict[str, str]) -> Record:
    if row["label"] not in ("ai", "real"):
        raise ValueError(f"{row['file']}: label {row['label']!r} is neither 'ai' nor 'real'")
    generated = row["label"] == "ai"
    return Record(
        path=os.path.join(folder, row["file"]),
        generated=generated,
        family=(row.get("family") or "other") if generated else "",
        source=row["repo"],
        split=row.get("split") or "train",
        width=int(row.get("width") or 0),
        height=int(row.get("height") or 0),
        format=(row.get("format") or os.path.splitext(row["file"])[1][1:]).upper(),
        bytes=int(row.get("bytes") or 0),
        jpeg_q0=row.get("jpeg_q0") or "",
        sha256=row.get("sha256") or hashlib.sha256(row["file"].encode()).hexdigest(),
        kind=row.get("kind") or "",
    )


def read_manifests(folders: list[str]) -> list[Record]:
    """Rows of several manifests. The first manifest that names an original keeps it: it may hold several crops of it,
    a later manifest adds none."""
    taken: set[str] = set()
    records = []
    for folder in folders:
        rows = [record for record in read_manifest(folder) if record.sha256 not in taken]
        taken.update(record.sha256 for record in rows)
        records += rows
    return records


def family_counts(records: list[Record]) -> dict[str, int]:
    """Training pictures (not crops) of each generator family."""
    pictures = {(r.family, r.sha256) for r in records if r.generated and r.split == "train"}
    return dict(Counter(family for family, _ in pictures))


def at_most(records: list[Record], most: int) -> list[Record]:
    """No more than `most` images of one source, class and split, the same ones each time: a source of a thousand images
    tells little more than its first hundred."""
    taken: Counter[tuple[str, bool, str]] = Counter()
    kept = []
    for record in sorted(records, key=lambda r: (r.sha256, r.path)):
        key = (record.source, record.generated, record.split)
        taken[key] += 1
        if taken[key] <= most:
            kept.append(record)
    return kept
