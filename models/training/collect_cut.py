"""Cuts crops that keep the original's pixels and, for JPEG, its coefficients."""

import hashlib
import io
import subprocess

import numpy as np
from PIL import Image, ImageFile

SIDE = 512
JPEGS = ('JPEG', 'MPO')
Image.MAX_IMAGE_PIXELS = 120_000_000
ImageFile.LOAD_TRUNCATED_IMAGES = False
_COSINES = np.cos(np.pi / 64 * np.outer(np.arange(8), 2 * np.arange(32) + 1))


def perceptual_hash(image):
    """64-bit DCT hash of the whole picture: equal up to a few bits after resizing and re-encoding."""
    small = np.asarray(image.convert('L').resize((32, 32), Image.Resampling.BOX), np.float64)
    low = (_COSINES @ small @ _COSINES.T).ravel()
    bits = low > np.median(low[1:])
    return int.from_bytes(np.packbits(bits).tobytes(), 'big')


def first_quantiser(image):
    """First entry / mean of the luma quantisation table, '' for what is no JPEG."""
    table = getattr(image, 'quantization', {}).get(0)
    return f'{table[0]}/{sum(table) / 64:.1f}' if table else ''


def places(key, width, height, count, grid=None):
    """One or two (x, y) of crops of SIDE, one in each half, drawn from `key`; corners on `grid` if given."""
    draw = np.random.default_rng(int(hashlib.sha256(key.encode()).hexdigest()[:16], 16))
    if grid:
        corners = [(x, y) for y in range(0, height - SIDE + 1, grid) for x in range(0, width - SIDE + 1, grid)]
        return [corners[n] for n in draw.permutation(len(corners))[:count]]
    halves_x, halves_y = 1, 1
    if count > 1 and width >= 2 * SIDE:
        halves_x = 2
    elif count > 1 and height >= 2 * SIDE:
        halves_y = 2
    found = []
    for part_x in range(halves_x):
        for part_y in range(halves_y):
            wide, high = width // halves_x, height // halves_y
            x, y = draw.integers(max(0, wide - SIDE) + 1), draw.integers(max(0, high - SIDE) + 1)
            found.append((int(x) + part_x * wide, int(y) + part_y * high))
    return found


def cut(data, image, x, y):
    """(ending, bytes) of the crop at x, y: the JPEG's own coefficients, or lossless WebP. None when it is flat.

    A JPEG's corner moves to its block grid. Metadata is dropped; nothing is resized or re-quantised.
    """
    width, height = image.size
    wide, high = min(SIDE, width - x), min(SIDE, height - y)
    if image.format in JPEGS:
        ending, piece = 'jpg', _cut_jpeg(data, wide, high, x, y)
    else:
        buffer = io.BytesIO()
        flat = image.convert('RGB').crop((x, y, x + wide, y + high))
        flat.save(buffer, 'WEBP', lossless=True, quality=10, method=0)
        ending, piece = 'webp', buffer.getvalue()
    if piece is None:
        return None
    grey = np.asarray(Image.open(io.BytesIO(piece)).convert('L'), np.float32)
    if grey.std() < 6 or (np.abs(np.diff(grey, axis=1)) < 1).mean() > 0.93:
        return None
    return ending, piece


def _cut_jpeg(data, wide, high, x, y):
    command = ['jpegtran', '-copy', 'none', '-crop', f'{wide}x{high}+{x // 16 * 16}+{y // 16 * 16}']
    done = subprocess.run(command, input=data, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 and done.stdout else None
