/** One file through decoding and the forensics room, as a worker walks it, without server and pipeline around. */
import {
  DEFAULT_FORENSICS_OPTIONS,
  type ForensicsOptions,
  type ImageHeader,
  type RgbImage,
} from '../../src/domain/types.js';
import { analyse } from '../../src/forensics/analyse.js';
import type { Kernels } from '../../src/forensics/kernels.js';
import type { Forensics } from '../../src/forensics/types.js';
import { decode } from '../../src/imaging/decode.js';
import { probe } from '../../src/imaging/probe.js';

export interface Opened {
  bytes: Uint8Array;
  header: ImageHeader;
  image: RgbImage;
}

export async function open(bytes: Uint8Array): Promise<Opened> {
  const header = probe(bytes);
  return { bytes, header, image: await decode(bytes, header, { imagePixelsMax: 2 ** 28 }) };
}

export function examine(
  kernels: Kernels,
  { bytes, header, image }: Opened,
  options: Partial<ForensicsOptions> = {},
): Promise<Forensics> {
  const { rgb: _, ...size } = image;
  return analyse(kernels, {
    image,
    file: bytes,
    info: { sha256: '', format: header.format, ...size, bytes: bytes.length, pages: header.pages },
    orientation: header.orientation,
    evidence: Promise.resolve([]),
    options: { ...DEFAULT_FORENSICS_OPTIONS, maps: false, ...options },
    cancel: null,
  });
}
