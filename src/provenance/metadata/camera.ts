import type { Evidence } from '../../domain/types.js';
import { viewOf } from '../blocks/types.js';
import type { Exif } from './exif.js';
import type { Field } from './fields.js';

/** Programs that change pictures, as they name themselves. */
const EDITORS =
  /photoshop|lightroom|adobe bridge|camera raw|gimp|paint\.net|affinity|pixelmator|photo ?mechanic|fotostation|fotoware|photopro|capture one|dxo|darktable|rawtherapee|luminar|snapseed|picasa|acdsee|irfanview|xnview|photoscape|silkypix|aperture|corel|facetune|vsco|canva/i;

/** What a program writes its own name into. */
const NAMED_IN = ['exif:Software', 'xmp:xmp:CreatorTool', 'iptc:OriginatingProgram', 'png:Software'];

/** The editing program that the file names, or null. */
export function editorOf(texts: readonly Field[]): string | null {
  const name = texts.find(({ key, text }) => NAMED_IN.includes(key) && EDITORS.test(text))?.text;
  return name?.slice(0, 100) ?? null;
}

/**
 * A camera's EXIF: who made it and how the picture was taken. Everything here can be copied from another file, so it
 * is told and decides nothing. Null where a mark of a camera is missing.
 */
export function cameraEvidence(exif: Exif | null, editor: string | null): Evidence | null {
  const make = exif?.texts.get('Make') ?? '';
  if (exif === null || make === '') return null;
  const model = exif.texts.get('Model') ?? '';
  if (!exif.exposure && !exif.makerNote && !exif.takenAt) return null;
  const marks = [
    exif.exposure ? 'exposure data' : null,
    exif.makerNote ? 'a maker note' : null,
    exif.takenAt ? 'a time of capture' : null,
    thumbnailMark(exif),
  ].filter((mark) => mark !== null);
  const since = editor === null ? '' : ` It was saved by ${editor} since.`;
  return {
    kind: 'camera',
    source: 'EXIF Make, Model',
    trace: 'camera_exif',
    generator: null,
    claim: 'camera',
    verified: false,
    explanation: `EXIF of ${[make, model].join(' ').trim().slice(0, 100)} with ${marks.join(', ')}.${since} EXIF is easily forged and decides nothing.`,
  };
}

/** A thumbnail keeps the shape of the picture as it was taken; cameras put wide ones between bars of 4:3. */
function thumbnailMark({ thumbnail, size }: Exif): string | null {
  const small = thumbnail === null ? null : jpegSize(thumbnail);
  if (small === null) return null;
  if (size === null) return 'a thumbnail';
  const shape = (a: number, b: number): number => Math.max(a, b) / Math.min(a, b);
  const isSame = (expected: number): boolean => Math.abs(shape(small.width, small.height) - expected) < 0.03;
  return isSame(shape(size.width, size.height)) || isSame(4 / 3)
    ? 'a thumbnail of the same shape'
    : 'a thumbnail of another shape';
}

/** Size in the first frame header, or null. */
function jpegSize(jpeg: Uint8Array): { width: number; height: number } | null {
  const view = viewOf(jpeg);
  for (let at = 2; at + 9 <= jpeg.length && jpeg[at] === 0xff; at += 2 + view.getUint16(at + 2)) {
    const marker = jpeg[at + 1] as number;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (!isFrame) continue;
    const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
    return height > 0 && width > 0 ? { width, height } : null;
  }
  return null;
}
