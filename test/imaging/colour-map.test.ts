import t from 'tap';
import { greyMap, okLabOf, perceptualMap } from '../../src/imaging/colour-map.js';

type Triple = [number, number, number];
const map = perceptualMap();
const entry = (i: number) => [...map.subarray(3 * i, 3 * i + 3)] as Triple;

t.test('equal steps look equal', (t) => {
  const at = [0, 51, 102, 153, 204, 255].map((i) => okLabOf(entry(i)));
  const steps = at.slice(1).map((lab, i) => Math.hypot(...lab.map((v, k) => v - (at[i] as Triple)[k as 0])));
  const mean = steps.reduce((a, b) => a + b) / steps.length;
  t.ok(
    steps.every((step) => Math.abs(step - mean) < 0.02 * mean),
    steps.map((s) => s.toFixed(4)).join(),
  );
  t.end();
});

t.test('lightness rises without a break', (t) => {
  const lightness = Array.from({ length: 256 }, (_, i) => okLabOf(entry(i))[0]);
  t.ok(lightness.every((value, i) => i === 0 || value >= (lightness[i - 1] as number) - 1e-3));
  t.ok((lightness[255] as number) - (lightness[0] as number) > 0.5);
  t.end();
});

/** Complete colour blindness of each kind, in linear RGB. Source: Machado, Oliveira, Fernandes 2009, severity 1.0. */
const BLINDNESS = {
  protan: [0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116, 1.051998],
  deutan: [0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.01182, 0.04294, 0.968881],
  tritan: [1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367, 0.3039],
};

t.test('colour-blind readers keep the order and most of the distance', (t) => {
  const linear = (v: number) => (v <= 0.04045 * 255 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
  const encoded = (v: number) => 255 * (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
  for (const [kind, m] of Object.entries(BLINDNESS)) {
    const seen = Array.from({ length: 256 }, (_, i) => {
      const rgb = entry(i).map(linear);
      const dot = (row: number) => rgb.reduce((sum, v, k) => sum + v * (m[3 * row + k] as number), 0);
      return okLabOf([0, 1, 2].map((row) => encoded(Math.max(0, Math.min(1, dot(row))))) as Triple);
    });
    t.ok(
      seen.every(([l], i) => i < 8 || l > (seen[i - 8] as Triple)[0]),
      `${kind}: order`,
    );
    const span = Math.hypot(
      ...[0, 1, 2].map((k) => (seen[255] as Triple)[k as 0] - (seen[0] as Triple)[k as 0]),
    );
    t.ok(span > 0.5, `${kind}: span ${span.toFixed(2)}`);
  }
  t.end();
});

t.test('the grey map is grey', (t) => {
  t.ok(greyMap().every((value, i) => value === Math.floor(i / 3)));
  t.end();
});
