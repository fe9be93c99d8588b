/** RGB triples of 256 entries, 0 first: `length === 768`. */
export type ColourMap = Uint8Array;

type Triple = readonly [number, number, number];

/** Ends of the map in sRGB: blue and yellow are what every common form of colour blindness keeps apart. */
const LOW: Triple = [10, 30, 140];
const HIGH: Triple = [255, 235, 60];

/**
 * A straight line through OKLab from dark blue to light yellow: equal steps of the value look equally large, and
 * lightness alone rises steadily, so that it also reads in grey. It is computed, not copied; its neighbour among
 * the published maps is cividis (Nuñez, Anderton, Renslow 2018). Source of OKLab: B. Ottosson, 2020.
 */
export function perceptualMap(): ColourMap {
  const from = okLabOf(LOW);
  const to = okLabOf(HIGH);
  const map = new Uint8Array(768);
  for (let i = 0; i < 256; i++) {
    const t = i / 255;
    const mix = (k: 0 | 1 | 2) => from[k] + (to[k] - from[k]) * t;
    map.set(srgbOf([mix(0), mix(1), mix(2)]), 3 * i);
  }
  return map;
}

export function greyMap(): ColourMap {
  return Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));
}

/** @param rgb 0..255 each. @returns lightness 0..1, green-red, blue-yellow. */
export function okLabOf(rgb: Triple): Triple {
  const [r, g, b] = [linear(rgb[0]), linear(rgb[1]), linear(rgb[2])];
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function srgbOf([lightness, a, b]: Triple): [number, number, number] {
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    encoded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    encoded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    encoded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

/** The sRGB transfer function and its inverse. Source: IEC 61966-2-1. */
function linear(value: number): number {
  const v = value / 255;
  return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
}

function encoded(value: number): number {
  const v = value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
  return Math.max(0, Math.min(255, Math.round(v * 255)));
}
