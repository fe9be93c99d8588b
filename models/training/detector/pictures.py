"""The pictures of a card, as SVG written line by line: small, sharp, and the same bytes for the same figures."""

from html import escape

INK, FAINT, ACCENT, SECOND = "#222", "#bbb", "#1f5f99", "#c8641c"
FONT = 'font-family="system-ui, sans-serif" font-size="11"'


def _svg(width: float, height: float, title: str, parts: list[str]) -> str:
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" role="img" {FONT} fill="{INK}">'
    )
    ground = f'<rect width="{width:g}" height="{height:g}" fill="#fff"/>'
    return "\n".join([head, f"<title>{escape(title)}</title>", ground, *parts, "</svg>", ""])


def _text(x: float, y: float, text: str, anchor: str = "start", turned: bool = False, fill: str = INK) -> str:
    turn = f' transform="rotate(-90 {x:g} {y:g})"' if turned else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" fill="{fill}"{turn}>{escape(text)}</text>'


def _line(x0: float, y0: float, x1: float, y1: float, stroke: str = FAINT, dash: str = "") -> str:
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="M{x0:g} {y0:g}L{x1:g} {y1:g}" stroke="{stroke}" fill="none"{dashes}/>'


def confusion(rows: list[str], columns: list[str], counts: list[list[int]], title: str) -> str:
    """True families down, named ones across; the shade is a row's share, the figure the number of images."""
    cell, left, top = 22, 130, 110
    parts = [_text(8, 18, title)]
    for j, column in enumerate(columns):
        parts.append(_text(left + cell * j + 15, top - 6, column, turned=True))
    for i, row in enumerate(rows):
        total = sum(counts[i])
        y = top + cell * i
        parts.append(_text(left - 6, y + 15, f"{row} ({total})", "end"))
        for j, count in enumerate(counts[i]):
            if count == 0:
                continue
            share = count / total
            shade = "#%02x%02x%02x" % tuple(round(255 + (v - 255) * share) for v in (31, 95, 153))
            border = f' stroke="{SECOND}"' if columns[j] == row else ""
            x = left + cell * j
            parts.append(
                f'<rect x="{x}" y="{y}" width="{cell - 1}" height="{cell - 1}" fill="{shade}"{border}/>'
            )
            parts.append(_text(x + 10.5, y + 15, str(count), "middle", fill="#fff" if share > 0.5 else INK))
    width, height = left + cell * len(columns) + 12, top + cell * len(rows) + 12
    parts.append(
        f'<rect x="{left - 0.5}" y="{top - 0.5}" width="{cell * len(columns)}" height="{cell * len(rows)}" '
        f'fill="none" stroke="{FAINT}"/>'
    )
    return _svg(max(width, 60 + 6.2 * len(title)), height, title, parts)


class _Axes:
    """A square or oblong plot; `x` and `y` map values to pixels."""

    def __init__(self, x_range: tuple[float, float], y_range: tuple[float, float], width: int, height: int):
        self.x_range, self.y_range, self.width, self.height = x_range, y_range, width, height
        self.left, self.top = 54, 34

    def x(self, value: float) -> float:
        low, high = self.x_range
        return round(self.left + self.width * (value - low) / (high - low), 2)

    def y(self, value: float) -> float:
        low, high = self.y_range
        return round(self.top + self.height * (1 - (value - low) / (high - low)), 2)

    def frame(self, title: str, across: str, up: str, x_ticks: list, y_ticks: list) -> list[str]:
        bottom, right = self.top + self.height, self.left + self.width
        parts = [_text(8, 18, title)]
        for value, label in x_ticks:
            parts += [
                _line(self.x(value), self.top, self.x(value), bottom, "#eee"),
                _text(self.x(value), bottom + 15, label, "middle"),
            ]
        for value, label in y_ticks:
            parts += [
                _line(self.left, self.y(value), right, self.y(value), "#eee"),
                _text(self.left - 6, self.y(value) + 4, label, "end"),
            ]
        parts.append(_text((self.left + right) / 2, bottom + 32, across, "middle"))
        parts.append(_text(14, (self.top + bottom) / 2, up, "middle", turned=True))
        return parts

    def curve(self, points: list[tuple[float, float]], colour: str, label: str, nth: int) -> list[str]:
        if not points:
            return []
        path = "L".join(f"{self.x(x):g} {self.y(y):g}" for x, y in points)
        key = self.top + 14 + 16 * nth
        return [
            f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
            *(f'<circle cx="{self.x(x):g}" cy="{self.y(y):g}" r="3" fill="{colour}"/>' for x, y in points),
            f'<path d="M{self.left + 10} {key - 4}h18" stroke="{colour}" stroke-width="2"/>',
            _text(self.left + 34, key, label),
        ]


def reliability(before: list[dict], after: list[dict], title: str) -> str:
    """Share of generated images among those given a probability, before and after calibration; the diagonal is what a
    probability means."""
    axes = _Axes((0, 1), (0, 1), 300, 300)
    ticks = [(v / 5, f"{v / 5:.1f}") for v in range(6)]
    parts = axes.frame(
        title, "probability given", "share that is generated (classes weighed alike)", ticks, ticks
    )
    parts.append(_line(axes.x(0), axes.y(0), axes.x(1), axes.y(1), FAINT, "4 4"))
    for nth, (bins, colour, label) in enumerate(
        ((before, SECOND, "before calibration"), (after, ACCENT, "after"))
    ):
        parts += axes.curve([(b["probability"], b["generated"]) for b in bins], colour, label, nth)
    return _svg(axes.left + axes.width + 40, axes.top + axes.height + 44, title, parts)


def learning_curve(series: dict[str, list[tuple[int, float, float]]], title: str, across: str) -> str:
    """AUC against a count on a logarithmic axis: `(count, AUC, half the width of its interval)` a point."""
    from math import ceil, floor, log2

    points = [p for line in series.values() for p in line]
    low = min(y - e for _, y, e in points)
    high = max(y + e for _, y, e in points)
    first, last = floor(log2(min(x for x, _, _ in points))), ceil(log2(max(x for x, _, _ in points)))
    axes = _Axes((first, last), (low - 0.01, high + 0.03), 380, 240)
    ups = [v / 50 for v in range(0, 51) if low - 0.01 <= v / 50 <= high + 0.03]
    parts = axes.frame(
        title, across, "AUC", [(x, str(2**x)) for x in range(first, last + 1)], [(v, f"{v:.2f}") for v in ups]
    )
    for nth, ((label, line), colour) in enumerate(zip(series.items(), (ACCENT, SECOND, INK, "#2a7f3f"))):
        parts += [
            _line(axes.x(log2(x)), axes.y(y - e), axes.x(log2(x)), axes.y(y + e), colour)
            for x, y, e in line
            if e
        ]
        parts += axes.curve([(log2(x), y) for x, y, _ in line], colour, label, nth)
    return _svg(axes.left + axes.width + 40, axes.top + axes.height + 44, title, parts)
