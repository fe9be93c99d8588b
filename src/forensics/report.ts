/** The report that a person can print and hand on: one HTML file that loads nothing and runs nothing. */
import { EXPLANATIONS } from './explanations.js';
import type { ForensicFinding, Forensics } from './types.js';

/**
 * HTML in UTF-8. Pictures are within it as data URLs.
 * @param preview the picture as a JPEG
 */
export function writeReport(forensics: Forensics, preview: Uint8Array): Uint8Array {
  const { pictures, image: info } = forensics;
  const figures = [
    figure('The picture', 'image/jpeg', preview, marks(forensics.findings, info.width, info.height), null),
    ...(pictures === null
      ? []
      : [
          figure('Error level', 'image/png', pictures.ela, '', EXPLANATIONS.ela),
          figure('Noise', 'image/png', pictures.noise, '', EXPLANATIONS.noise),
          ...(pictures.spectrum === null
            ? []
            : [figure('Spectrum', 'image/png', pictures.spectrum, '', EXPLANATIONS.spectrum)]),
        ]),
  ];
  return new TextEncoder().encode(`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Forensic report ${info.sha256.slice(0, 12)}</title>
<style>${STYLE}</style></head><body>
<h1>Forensic report</h1>
<p>Manipulation score <b>${forensics.manipulationScore.toFixed(2)}</b> of 1. The score is the weight of the strongest
finding below. It is no probability, and no finding proves a falsification by itself; each says what else explains it.</p>
<h2>File</h2>
${table([
  ['SHA-256', info.sha256],
  ['Format', info.format],
  ['Size', `${info.width} × ${info.height} pixels, ${info.bytes} bytes`],
  ['Pages', `${info.pages}${info.pages > 1 ? ' (the first was looked at)' : ''}`],
])}
<h2>Findings</h2>
${findingList(forensics)}
<h2>Maps</h2>
${figures.join('\n')}
<h2>Measurements</h2>
${table(measurements(forensics))}
<h2>How this was made</h2>
${table([
  ['Software', `aidet ${forensics.version}`],
  ['Kernels', forensics.target],
  ['Error level analysis', `JPEG quality ${forensics.ela.quality}, ${forensics.ela.subsampling}`],
  ['Long side of maps', `${forensics.options.mapMaxPx} pixels; figures are of the full resolution`],
  ['Maps lie over', forensics.options.overlay ? 'the dimmed picture, but for the spectrum' : 'nothing'],
])}
<p>Every figure's definition, unit and source stands in docs/forensics.md of the software. The same file gives the same
figures.</p>
</body></html>
`);
}

const STYLE = `body{font:11pt/1.4 Georgia,serif;max-width:48em;margin:2em auto;padding:0 1em;color:#111}
h1{font-size:1.6em}h2{font-size:1.2em;border-bottom:1px solid #999;margin-top:1.6em}
table{border-collapse:collapse;width:100%}td{border-bottom:1px solid #ddd;padding:.2em .6em .2em 0;vertical-align:top}
td:first-child{width:14em;color:#444}td{overflow-wrap:anywhere}
figure{margin:1em 0;break-inside:avoid}figure img{max-width:100%;display:block}
.frame{position:relative;display:inline-block}.mark{position:absolute;border:3px solid #ffd500;outline:1px solid #000}
.high{font-weight:bold}li{margin:.5em 0}@media print{body{margin:0;max-width:none}h2{break-after:avoid}}`;

function findingList({ findings, metadataFindings, image }: Forensics): string {
  const items = [
    ...findings.map(({ severity, code, message, region }) => {
      const where = region
        ? ` At ${region.x}, ${region.y}, ${region.width} × ${region.height} pixels (of ${image.width} × ${image.height}).`
        : '';
      return `<li><span class="${severity}">${severity}</span> (${text(code)}): ${text(message)}${where}</li>`;
    }),
    ...metadataFindings.map(
      ({ severity, code, message, source }) =>
        `<li>${severity} (${text(code)}, ${text(source)}): ${text(message)}</li>`,
    ),
  ];
  return items.length === 0
    ? '<p>None. That does not prove that the picture is untouched: careful work leaves no trace of these kinds.</p>'
    : `<ol>${items.join('\n')}</ol>`;
}

function measurements({ ela, noise, frequency, jpeg }: Forensics): [string, string][] {
  const rows: [string, string][] = [
    ['Error level, mean', `${ela.mean.toFixed(3)} grey levels`],
    ['Error level, 95th percentile', `${ela.p95.toFixed(3)} grey levels`],
    ['Noise', `${noise.sigma.toFixed(3)} grey levels, excess kurtosis ${noise.kurtosis.toFixed(2)}`],
    ['Noise level inconsistency', percent(noise.inconsistency)],
  ];
  if (frequency !== null) {
    rows.push(
      ['Spectral slope', frequency.slope.toFixed(2)],
      [
        'Up-sampling, period 2, 4, 8',
        Object.values(frequency.upsampling)
          .map((v) => v.toFixed(2))
          .join(', '),
      ],
    );
  }
  if (jpeg !== null) {
    rows.push(
      ['JPEG quality of the file', jpeg.quality === null ? 'not a JPEG' : `${jpeg.quality}`],
      [
        'JPEG quality of the first saving',
        jpeg.firstQuality === null ? 'not seen' : `about ${jpeg.firstQuality}`,
      ],
      [
        'Block grid',
        `offset ${jpeg.grid.x}, ${jpeg.grid.y}, significance ${jpeg.grid.significance.toFixed(1)}`,
      ],
    );
  }
  return rows;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function table(rows: [string, string][]): string {
  return `<table>${rows.map(([name, value]) => `<tr><td>${text(name)}</td><td>${text(value)}</td></tr>`).join('')}</table>`;
}

function figure(
  title: string,
  type: string,
  bytes: Uint8Array,
  overlay: string,
  explanation: { shows: string; innocent: string } | null,
): string {
  const url = `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
  const caption = explanation === null ? '' : ` ${text(explanation.shows)} ${text(explanation.innocent)}`;
  return `<figure><div class="frame"><img alt="${text(title)}" src="${url}">${overlay}</div><figcaption><b>${text(title)}.</b>${caption}</figcaption></figure>`;
}

/** Frames around the regions, in shares of the picture, so that they fit at any size. */
function marks(findings: ForensicFinding[], width: number, height: number): string {
  const share = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(2)}%`;
  return findings
    .flatMap(({ region }) => (region ? [region] : []))
    .map(
      ({ x, y, width: w, height: h }) =>
        `<div class="mark" style="left:${share(x, width)};top:${share(y, height)};width:${share(w, width)};height:${share(h, height)}"></div>`,
    )
    .join('');
}

function text(value: string): string {
  const escapes: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return value.replace(/[&<>"']/g, (c) => escapes[c] as string);
}
