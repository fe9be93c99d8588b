/** Plots as SVG text, written by hand: two kinds suffice, and no plotting library is needed for them. */

const WIDTH = 760;
const FONT = 'font-family="DejaVu Sans, Helvetica, Arial, sans-serif"';
/** Okabe and Ito's colours, told apart by colour-blind readers too. */
const COLOURS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7'];
const GREY = '#666666';

export interface Bar {
  value: number;
  /** Whisker ends. */
  min: number;
  max: number;
}

export interface BarChart {
  title: string;
  unit: string;
  /** Names of the bars of a group, for the legend. */
  series: string[];
  groups: { name: string; bars: Bar[] }[];
}

/** Grouped bars with whiskers from the least to the greatest, one panel under another, each with its own scale. */
export function barCharts(title: string, charts: BarChart[], footer: string): string {
  const panelHeight = 230;
  const parts: string[] = [];
  charts.forEach((chart, i) => {
    parts.push(
      `<g transform="translate(0 ${50 + i * panelHeight})">${barPanel(chart, panelHeight - 60)}</g>`,
    );
  });
  const series = charts[0]?.series ?? [];
  return page(title, series, parts, 60 + charts.length * panelHeight, footer);
}

function barPanel({ title, unit, groups }: BarChart, height: number): string {
  const left = 70;
  const top = Math.max(...groups.flatMap((g) => g.bars.map((b) => Math.max(b.value, b.max))));
  const scale = niceScale(top);
  const y = (value: number): number => 24 + height * (1 - value / scale.top);
  const groupWidth = (WIDTH - left - 20) / groups.length;
  const out = [text(left, 12, `${title} [${unit}]`, 'start', 13), gridLines(scale, y, left, WIDTH - 20)];
  groups.forEach((group, g) => {
    const barWidth = (groupWidth * 0.7) / group.bars.length;
    group.bars.forEach((bar, b) => {
      const x = left + g * groupWidth + groupWidth * 0.15 + b * barWidth;
      const middle = x + barWidth / 2;
      out.push(
        `<rect x="${n(x + 2)}" y="${n(y(bar.value))}" width="${n(barWidth - 4)}" height="${n(y(0) - y(bar.value))}" fill="${COLOURS[b % COLOURS.length]}"/>`,
        `<path d="M${n(middle)} ${n(y(bar.min))}V${n(y(bar.max))}M${n(middle - 4)} ${n(y(bar.min))}h8M${n(middle - 4)} ${n(y(bar.max))}h8" stroke="#222" fill="none"/>`,
        text(middle, y(Math.max(bar.value, bar.max)) - 4, label(bar.value), 'middle', 10),
      );
    });
    out.push(text(left + (g + 0.5) * groupWidth, 24 + height + 16, group.name, 'middle', 11));
  });
  return out.join('\n');
}

export interface LineChart {
  xTitle: string;
  yTitle: string;
  lines: { name: string; points: [number, number][] }[];
}

export function lineChart(title: string, { xTitle, yTitle, lines }: LineChart, footer: string): string {
  const [left, right, top, bottom] = [70, WIDTH - 20, 80, 360];
  const points = lines.flatMap((l) => l.points);
  const xScale = niceScale(Math.max(...points.map(([x]) => x)));
  const yScale = niceScale(Math.max(...points.map(([, y]) => y)));
  const x = (v: number): number => left + ((right - left) * v) / xScale.top;
  const y = (v: number): number => bottom - ((bottom - top) * v) / yScale.top;
  const parts = [text(left, top - 12, yTitle, 'start', 13), gridLines(yScale, y, left, right)];
  for (const tick of ticks(xScale)) parts.push(text(x(tick), bottom + 16, label(tick), 'middle', 11));
  parts.push(text((left + right) / 2, bottom + 36, xTitle, 'middle', 12));
  lines.forEach((line, i) => {
    const path = line.points.map(([px, py], at) => `${at === 0 ? 'M' : 'L'}${n(x(px))} ${n(y(py))}`).join('');
    parts.push(`<path d="${path}" stroke="${COLOURS[i % COLOURS.length]}" stroke-width="2" fill="none"/>`);
  });
  return page(
    title,
    lines.map((l) => l.name),
    parts,
    bottom + 60,
    footer,
  );
}

function page(title: string, series: string[], parts: string[], height: number, footer: string): string {
  const legend = series.map((name, i) => {
    const x = 70 + i * 200;
    return `<rect x="${x}" y="34" width="12" height="12" fill="${COLOURS[i % COLOURS.length]}"/>${text(x + 18, 44, name, 'start', 12)}`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height + 24}" viewBox="0 0 ${WIDTH} ${height + 24}" ${FONT}>`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(16, 22, title, 'start', 16),
    ...legend,
    ...parts,
    text(16, height + 12, footer, 'start', 10, GREY),
    '</svg>',
    '',
  ].join('\n');
}

interface Scale {
  top: number;
  step: number;
}

/** A scale from 0 whose top is at or over `max`, in steps of 1, 2 or 5 times a power of ten. */
export function niceScale(max: number): Scale {
  if (!(max > 0)) return { top: 1, step: 1 };
  const rough = max / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough * 0.999) as number;
  return { top: Math.ceil((max / step) * 0.999) * step, step };
}

function ticks({ top, step }: Scale): number[] {
  return Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
}

function gridLines(scale: Scale, y: (v: number) => number, left: number, right: number): string {
  return ticks(scale)
    .map(
      (tick) =>
        `<path d="M${left} ${n(y(tick))}H${right}" stroke="#ddd"/>${text(left - 6, y(tick) + 4, label(tick), 'end', 11)}`,
    )
    .join('\n');
}

function text(x: number, y: number, content: string, anchor: string, size: number, fill = '#222'): string {
  const safe = content.replace(/&/g, '&amp;').replace(/</g, '&lt;');
  return `<text x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" font-size="${size}" fill="${fill}">${safe}</text>`;
}

function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function label(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Math.round(value * 100) / 100);
}
