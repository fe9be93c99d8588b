"""Decoded crops in one memory-mapped file, so that loading keeps up with training.

`Store(folder)` holds `pixels.bin` (uint8 RGB, one picture after another) and `index.json` ({path: [offset, height,
width]}). It only grows: pictures that a growing cache gained are appended at the next start.
"""

import fcntl
import json
import os

import numpy as np
from PIL import Image

Image.MAX_IMAGE_PIXELS = 64_000_000
SIDE_MAX = 2048  # larger files are cut to their centre


def decode(path: str) -> np.ndarray:
    """uint8 RGB [h, w, 3] of an image file, alpha dropped as the product drops it."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


class Store:
    def __init__(self, folder: str):
        self.folder = folder
        os.makedirs(folder, exist_ok=True)
        self._index_path = os.path.join(folder, "index.json")
        self._pixel_path = os.path.join(folder, "pixels.bin")
        self.index: dict[str, list[int]] = {}
        self._pixels: np.ndarray | None = None
        self._read_index()

    def _read_index(self) -> None:
        if os.path.exists(self._index_path):
            with open(self._index_path) as handle:
                self.index = json.load(handle)

    def add(self, paths: list[str]) -> list[str]:
        """Decodes what is missing; returns the paths that could not be read. Two processes may do this at once."""
        with open(os.path.join(self.folder, "lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self._read_index()
            failed = self._append([path for path in dict.fromkeys(paths) if path not in self.index])
        self._pixels = None
        return failed

    def _append(self, paths: list[str]) -> list[str]:
        failed, end = [], max((o + 3 * h * w for o, h, w in self.index.values()), default=0)
        with open(self._pixel_path, "ab") as handle:
            handle.truncate(end)  # what a process that was stopped left
            for path in paths:
                try:
                    pixels = decode(path)
                except (OSError, ValueError):
                    failed.append(path)
                    continue
                h, w = pixels.shape[:2]
                y, x = max(0, (h - SIDE_MAX) // 2), max(0, (w - SIDE_MAX) // 2)
                pixels = np.ascontiguousarray(pixels[y : y + SIDE_MAX, x : x + SIDE_MAX])
                handle.write(pixels.tobytes())
                self.index[path] = [end, *pixels.shape[:2]]
                end += pixels.nbytes
        with open(self._index_path + ".part", "w") as handle:
            json.dump(self.index, handle)
        os.replace(self._index_path + ".part", self._index_path)
        return failed

    def __contains__(self, path: str) -> bool:
        return path in self.index

    def __getitem__(self, path: str) -> np.ndarray:
        """uint8 [h, w, 3], a view of the file."""
        if self._pixels is None:
            self._pixels = np.memmap(self._pixel_path, np.uint8, "r")
        offset, h, w = self.index[path]
        return self._pixels[offset : offset + 3 * h * w].reshape(h, w, 3)
