import type { RgbImage } from '../../src/domain/types.js';

/**
 * One HEVC picture of 96 x 64, made once with x265 from `heicScene`: its decoder configuration and its data. The
 * container around it is written here, so that rotation, mirroring and lies about the size can be tested.
 */
const CONFIGURATION =
  'AQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbq' +
  'SSmubgQEDAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQA==';
const DATA =
  'AAAA4igBrwngaEpxMdSLIaXwT+/Y+xuoIKpIteo2Q6eC4bX0pxP9WTG96imb3ec2mc48xfmbLvZzJs0l4/+IQ0y31B0VCjgRWM8yqA4raLhb' +
  'n70MDzRb4sSnHpvChqkOKscTkZYe4mOQhQqz4bO0/P35PfW22wZ3jLxDwTDW/RK4XBNIXup0/3RXP36xwROLmz6nZw3wN7C6nMuC8vGznMb4' +
  'L4JubZfeG6WeaFq6nnUMv8aFSxKAaS9vPI85H1akUoPRElKJSvAY0ZNpnNLV0GQiYa983KWuTzIBt06wjGS/HwW+Tew=';

/** The picture before it was compressed: red grows to the right, green downwards, blue jumps in the middle. */
export function heicScene(): RgbImage {
  const [width, height] = [96, 64];
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rgb.set(
        [Math.round((255 * x) / 95), Math.round((255 * y) / 63), x < 48 ? 40 : 200],
        (y * width + x) * 3,
      );
    }
  }
  return { rgb, width, height };
}

export interface HeicForm {
  /** Quarter turns anticlockwise. */
  rotation?: number;
  /** 0: top and bottom change places, 1: left and right. */
  mirror?: 0 | 1;
  /** What `ispe` says instead of 96 x 64. */
  size?: readonly [number, number];
  /** Major and first compatible brand. */
  brand?: string;
  itemType?: string;
}

export function encodeHeic(form: HeicForm = {}): Uint8Array {
  const { rotation, mirror, size = [96, 64], brand = 'heic', itemType = 'hvc1' } = form;
  const data = Buffer.from(DATA, 'base64');
  const properties = [
    box('hvcC', Buffer.from(CONFIGURATION, 'base64')),
    fullBox('ispe', u32(size[0]), u32(size[1])),
    fullBox('pixi', Buffer.from([3, 8, 8, 8])),
    ...(rotation === undefined ? [] : [box('irot', Buffer.from([rotation]))]),
    ...(mirror === undefined ? [] : [box('imir', Buffer.from([mirror]))]),
  ];
  const associations = properties.map((_, i) => 0x80 | (i + 1));
  const build = (dataAt: number) =>
    Buffer.concat([
      box('ftyp', text(brand), u32(0), text('mif1'), text(brand)),
      fullBox(
        'meta',
        fullBox('hdlr', u32(0), text('pict'), Buffer.alloc(13)),
        fullBox('pitm', u16(1)),
        // One extent, offsets and lengths of four bytes, item 1 in this file.
        fullBox('iloc', u16(0x4400), u16(1), u16(1), u16(0), u16(1), u32(dataAt), u32(data.length)),
        fullBox('iinf', u16(1), versionedBox('infe', 2, u16(1), u16(0), text(itemType), Buffer.alloc(1))),
        box(
          'iprp',
          box('ipco', ...properties),
          fullBox('ipma', u32(1), u16(1), Buffer.from([associations.length, ...associations])),
        ),
      ),
      box('mdat', data),
    ]);
  const length = build(0).length;
  return build(length - data.length);
}

const text = (value: string) => Buffer.from(value, 'latin1');

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function box(type: string, ...content: Uint8Array[]): Buffer {
  const body = Buffer.concat(content);
  return Buffer.concat([u32(8 + body.length), text(type), body]);
}

function versionedBox(type: string, version: number, ...content: Uint8Array[]): Buffer {
  return box(type, Buffer.from([version, 0, 0, 0]), ...content);
}

function fullBox(type: string, ...content: Uint8Array[]): Buffer {
  return versionedBox(type, 0, ...content);
}
