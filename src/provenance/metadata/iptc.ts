import { latin1, viewOf } from '../blocks/types.js';
import { utf8 } from './text.js';

/** Photoshop resource that holds IPTC-IIM. Source: Adobe Photoshop File Formats, image resource ids. */
const IIM = 0x0404;
const RESOURCES_MAX = 256;
const DATASETS_MAX = 512;

/** Datasets of record 2. Source: IPTC-IIM 4.2. */
const NAMES: Record<number, string> = { 65: 'OriginatingProgram', 110: 'Credit', 115: 'Source' };

/** The datasets that are looked at, by name. Never throws. */
export function readIptc(resources: Uint8Array): Map<string, string> {
  const found = new Map<string, string>();
  const view = viewOf(resources);
  for (let at = 0, seen = 0; at + 12 <= resources.length && seen < RESOURCES_MAX; seen++) {
    if (latin1(resources, at, 4) !== '8BIM') break;
    const id = view.getUint16(at + 4);
    const nameBytes = (resources[at + 6] as number) + 1;
    const sizeAt = at + 6 + nameBytes + (nameBytes & 1);
    if (sizeAt + 4 > resources.length) break;
    const size = view.getUint32(sizeAt);
    const body = resources.subarray(sizeAt + 4, sizeAt + 4 + size);
    if (id === IIM) readDatasets(body, found);
    at = sizeAt + 4 + size + (size & 1);
  }
  return found;
}

function readDatasets(iim: Uint8Array, found: Map<string, string>): void {
  const view = viewOf(iim);
  for (let at = 0, seen = 0; at + 5 <= iim.length && seen < DATASETS_MAX; seen++) {
    if (iim[at] !== 0x1c) return;
    const name = iim[at + 1] === 2 ? NAMES[iim[at + 2] as number] : undefined;
    const size = view.getUint16(at + 3);
    if (name !== undefined) found.set(name, utf8(iim.subarray(at + 5, at + 5 + size)).trim());
    at += 5 + size;
  }
}
