"""The kernels' outputs made with OpenCV and NumPy in the straightforward quick way, one thread.

theirs.py RGB_FILE WIDTH HEIGHT ROUNDS: CPU milliseconds, the least of ROUNDS, on decoded pixels; one JSON object.
Debian: python3-opencv.
"""
import json
import os
import sys
import time

os.environ.update(OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
import cv2
import numpy as np

cv2.setNumThreads(1)
SIZE = 256
BINS = 64


def cpu_ms(work, rounds):
    best = float("inf")
    for _ in range(rounds):
        begun = time.process_time()
        work()
        best = min(best, time.process_time() - begun)
    return round(best * 1e3, 3)


def again(image, quality, flag):
    data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return cv2.imdecode(data, flag)


def ela(bgr):
    return cv2.absdiff(bgr, again(bgr, 90, cv2.IMREAD_COLOR))


def rings():
    f = np.fft.fftfreq(SIZE)
    radius = np.sqrt(f[:, None] ** 2 + f[None, :] ** 2) * (2 * BINS)
    return np.minimum(radius, BINS).astype(np.int32).ravel()


def spectrum(grey, window, ring, counts):
    """Mean |DFT|^2 of half-overlapping Hann blocks, and its radial profile."""
    h, w = grey.shape
    total = np.zeros((SIZE, SIZE), np.float32)
    n = 0
    centred = grey.astype(np.float32) - 128
    for y in range(0, h - SIZE + 1, SIZE // 2):
        for x in range(0, w - SIZE + 1, SIZE // 2):
            d = cv2.dft(centred[y:y + SIZE, x:x + SIZE] * window, flags=cv2.DFT_COMPLEX_OUTPUT)
            re, im = d[..., 0], d[..., 1]
            total += re * re + im * im
            n += 1
    power = total / n
    return power, np.bincount(ring, power.ravel(), BINS + 1)[:BINS] / counts


def block_mean(values):
    h, w = values.shape[0] // 16 * 16, values.shape[1] // 16 * 16
    return cv2.resize(values[:h, :w], (w // 16, h // 16), interpolation=cv2.INTER_AREA)


def noise(grey):
    """Median residual, mean and deviation of 16 x 16 blocks, and the moments of the whole."""
    residual = cv2.subtract(grey, cv2.medianBlur(grey, 3), dtype=cv2.CV_32F)
    square = cv2.multiply(residual, residual)
    mean = block_mean(residual)
    deviation = np.sqrt(np.maximum(block_mean(square) - mean * mean, 0))
    fourth = cv2.norm(square, cv2.NORM_L2SQR)
    return residual, deviation, block_mean(grey.astype(np.float32)), fourth


def ghosts(image, flag):
    """For ten qualities the mean squared difference to the re-encoded image in 16 x 16 blocks."""
    maps = []
    for quality in range(50, 100, 5):
        d = cv2.absdiff(image, again(image, quality, flag)).astype(np.float32)
        d = d * d
        maps.append(block_mean(d if d.ndim == 2 else d.mean(axis=2)))
    return maps


def main():
    width, height, rounds = (int(v) for v in sys.argv[2:5])
    rgb = np.fromfile(sys.argv[1], np.uint8).reshape(height, width, 3)
    bgr = np.ascontiguousarray(rgb[..., ::-1])
    grey = cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)).astype(np.float32)
    window = np.outer(hann, hann)
    ring = rings()
    counts = np.bincount(ring, minlength=BINS + 1)[:BINS]
    slow = max(1, rounds // 3)
    print(json.dumps({
        "opencv": cv2.__version__,
        "numpy": np.__version__,
        "ela": cpu_ms(lambda: ela(bgr), rounds),
        "spectrum": cpu_ms(lambda: spectrum(grey, window, ring, counts), rounds),
        "noise": cpu_ms(lambda: noise(grey), rounds),
        "ghosts": cpu_ms(lambda: ghosts(grey, cv2.IMREAD_GRAYSCALE), slow),
        "ghosts_colour": cpu_ms(lambda: ghosts(bgr, cv2.IMREAD_COLOR), slow),
        "curve": [float(m.mean()) for m in ghosts(grey, cv2.IMREAD_GRAYSCALE)],
    }))


main()
