import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { test } from 'tap';
import { holdsManifest } from '../../../src/provenance/c2pa/scan.js';
import { readEvidence } from '../../../src/provenance/evidence.js';
import { readMetadata } from '../../../src/provenance/metadata/metadata.js';
import { gifOf, jpegOf, scene, tiffOf, webpOf } from '../../support/images.js';
import {
  exifOf,
  exifSegment,
  iptcSegment,
  iTXt,
  jpegSegment,
  jpegWith,
  pngChunk,
  pngWith,
  TAG,
  tEXt,
  unicodeComment,
  webpWith,
  xmpOf,
  xmpSegment,
  zTXt,
} from '../../support/metadata-files.js';

const MB = 1_000_000;
const SETTINGS = 'a\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1';
const traces = (bytes: Uint8Array): string[] => readMetadata(bytes).map(({ trace }) => trace);

/** Everything that the readers look at, in one file of each kind. */
const camera = {
  first: { [TAG.Make]: 'Canon', [TAG.Model]: 'EOS', [TAG.Software]: 'GIMP' },
  second: { [TAG.Iso]: 100, [TAG.MakerNote]: Buffer.alloc(40), [TAG.UserComment]: unicodeComment(SETTINGS) },
};
const xmp = xmpOf({
  'photoshop:Credit': 'Made with Google AI',
  'TC260:AIGC': '{"Label":"1","ProduceID":"x"}',
});
const rich = {
  jpeg: await jpegWith(
    exifSegment(camera),
    xmpSegment(xmp),
    iptcSegment({ 110: 'Made with Google AI', 65: 'Photoshop' }),
    jpegSegment(0xfe, Buffer.from(SETTINGS)),
    jpegSegment(
      0xeb,
      Buffer.from(`JP\0\x01\0\0\0\x01\0\0\0\x40jumb\0\0\0\x20jumdc2pa${'\0'.repeat(40)}`, 'latin1'),
    ),
  ),
  png: await pngWith(
    tEXt('parameters', SETTINGS),
    zTXt('prompt', Buffer.from('{"1": {"class_type": "x"}}')),
    iTXt('XML:com.adobe.xmp', xmp),
    pngChunk('eXIf', exifOf(camera)),
    zTXt('Raw profile type exif', Buffer.from(`\nexif\n 9\n${exifOf(camera).toString('hex')}`)),
    pngChunk('caBX', Buffer.alloc(64)),
  ),
  webp: await webpWith(['EXIF', exifOf(camera)], ['XMP ', Buffer.from(xmp)], ['C2PA', Buffer.alloc(64)]),
  gif: new Uint8Array(await gifOf(scene(40, 30))),
  tiff: new Uint8Array(await tiffOf(scene(40, 30))),
  heif: heif(exifOf(camera), Buffer.from(xmp)),
};

/** Boxes of a HEIC without a picture: EXIF and XMP as items behind `iloc`. */
function heif(exif: Buffer, xmp: Buffer): Uint8Array {
  const box = (type: string, ...parts: Uint8Array[]): Buffer => {
    const body = Buffer.concat(parts);
    const head = Buffer.alloc(8);
    head.writeUInt32BE(body.length + 8, 0);
    head.write(type, 4, 'latin1');
    return Buffer.concat([head, body]);
  };
  const bytes = (hexadecimal: string): Buffer => Buffer.from(hexadecimal, 'hex');
  const infe = (id: number, type: string): Buffer =>
    box('infe', bytes(`02000000${id.toString(16).padStart(4, '0')}0000`), Buffer.from(type, 'latin1'));
  const iinf = box('iinf', bytes('000000000002'), infe(1, 'Exif\0'), infe(2, 'mime\0application/rdf+xml\0'));
  const ftyp = box('ftyp', Buffer.from('heic\0\0\0\0heic', 'latin1'));
  const exifItem = Buffer.concat([Buffer.alloc(4), exif]);
  const place = (id: number, at: number, length: number): Buffer => {
    const entry = Buffer.alloc(14);
    entry.writeUInt16BE(id, 0);
    entry.writeUInt16BE(1, 4);
    entry.writeUInt32BE(at, 6);
    entry.writeUInt32BE(length, 10);
    return entry;
  };
  const meta = (at: number): Buffer =>
    box(
      'meta',
      Buffer.alloc(4),
      iinf,
      box(
        'iloc',
        bytes('000000004400'),
        bytes('0002'),
        place(1, at, exifItem.length),
        place(2, at + exifItem.length, xmp.length),
      ),
    );
  const dataAt = ftyp.length + meta(0).length + 8;
  return new Uint8Array(Buffer.concat([ftyp, meta(dataAt), box('mdat', exifItem, xmp)]));
}

test('the rich files are read in full, so that the damage below reaches every reader', async (t) => {
  t.same(traces(rich.jpeg), ['a1111_parameters', 'google_ai_credit', 'tc260_aigc', 'camera_exif']);
  t.same(traces(rich.png), [
    'a1111_parameters',
    'comfyui_graph',
    'google_ai_credit',
    'tc260_aigc',
    'camera_exif',
  ]);
  t.same(traces(rich.webp), ['a1111_parameters', 'google_ai_credit', 'tc260_aigc', 'camera_exif']);
  t.same(traces(rich.heif), ['a1111_parameters', 'google_ai_credit', 'tc260_aigc', 'camera_exif']);
  t.ok([rich.jpeg, rich.png, rich.webp].every(holdsManifest));
});

test('random damage never throws: bytes changed, cut, doubled, of any kind', async () => {
  const image = scene(12, 12);
  const damage = fc.record({
    name: fc.constantFrom(...(Object.keys(rich) as (keyof typeof rich)[])),
    changes: fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 12 }),
    cut: fc.option(fc.nat()),
    repeat: fc.option(fc.tuple(fc.nat(), fc.nat(400))),
  });
  await fc.assert(
    fc.asyncProperty(damage, async ({ name, changes, cut, repeat }) => {
      let bytes = rich[name].slice();
      // Half of the changes go to the head, where the lengths are.
      for (const [i, [at, value]] of changes.entries())
        bytes[at % (i % 2 === 0 ? bytes.length : Math.min(bytes.length, 600))] = value;
      if (cut !== null) bytes = bytes.slice(0, cut % bytes.length);
      if (repeat !== null) {
        const at = repeat[0] % (bytes.length + 1);
        const part = bytes.subarray(at, at + repeat[1]);
        bytes = new Uint8Array(Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]));
      }
      await readEvidence(bytes, image);
      holdsManifest(bytes);
    }),
    { numRuns: 3000 },
  );
});

test('noise behind each signature never throws', async () => {
  const heads = [
    'ffd8ffe1',
    '89504e470d0a1a0a',
    '52494646ffffffff57454250',
    '474946383961',
    '49492a00',
    '4d4d002a',
    '0000001866747970686569630000000068656963',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 2000 }), (head, noise) => {
      const bytes = new Uint8Array(Buffer.concat([Buffer.from(head, 'hex'), noise]));
      readMetadata(bytes);
      holdsManifest(bytes);
    }),
    { numRuns: 2000 },
  );
});

const repeated = (count: number, part: Uint8Array): Buffer =>
  Buffer.concat(new Array<Uint8Array>(count).fill(part));

/** What a hostile file may hold at most beside itself while it is read. */
const HEAP_BYTES_MAX = 64 * MB;

/** Files that are built to be dear, and the traces that are to be found in spite of it. */
const BOMBS: [name: string, file: () => Promise<Uint8Array>, traces: string[]][] = [
  [
    '100 MB of text',
    () => pngWith(tEXt('parameters', SETTINGS + ' '.repeat(100 * MB))),
    ['a1111_parameters'],
  ],
  ['20 MB of text that is nothing', () => pngWith(tEXt('parameters', 'x'.repeat(20 * MB))), []],
  ['a deflate bomb', () => pngWith(zTXt('parameters', Buffer.alloc(50 * MB))), []],
  [
    'deflate bombs by the hundred',
    () => pngWith(repeated(300, zTXt('parameters', Buffer.alloc(10 * MB)))),
    [],
  ],
  [
    'a deflate bomb behind settings',
    () => pngWith(zTXt('parameters', Buffer.concat([Buffer.from(SETTINGS), Buffer.alloc(50 * MB)]))),
    ['a1111_parameters'],
  ],
  ['a deflate bomb of XMP', () => pngWith(deflatedXmp(Buffer.alloc(50 * MB, '<a>'))), []],
  ['damaged deflate', () => pngWith(pngChunk('zTXt', Buffer.from('parameters\0\0not zlib at all'))), []],
  ['half a million chunks', () => pngWith(repeated(500_000, tEXt('a', 'b'))), []],
  ['half a million wanted chunks', () => pngWith(repeated(500_000, tEXt('prompt', '{'))), []],
  [
    'an XML bomb',
    () =>
      jpegWith(
        xmpSegment(
          `<!DOCTYPE x [<!ENTITY a "${'b'.repeat(100)}">${Array.from({ length: 30 }, (_, i) => `<!ENTITY a${i} "${'&a;'.repeat(10)}">`).join('')}]><x photoshop:Credit="&a29;"/>`,
        ),
      ),
    [],
  ],
  ['deeply nested XML', () => pngWith(iTXt('XML:com.adobe.xmp', '<photoshop:Credit>'.repeat(300_000))), []],
  [
    'XML of names without values',
    () => pngWith(iTXt('XML:com.adobe.xmp', 'photoshop:Credit TC260:AIGC '.repeat(100_000))),
    [],
  ],
  ['deeply nested JSON', () => pngWith(tEXt('prompt', '{"a":'.repeat(5 * MB))), []],
  [
    'extended XMP without end',
    () =>
      jpegWith(
        ...new Array<Buffer>(300).fill(
          jpegSegment(0xe1, Buffer.from(`http://ns.adobe.com/xmp/extension/\0${'x'.repeat(60_000)}`)),
        ),
      ),
    [],
  ],
  [
    'text that is not UTF-8',
    () => jpegWith(exifSegment({ first: { [TAG.Make]: Buffer.alloc(300, 0xff) }, second: { [TAG.Iso]: 1 } })),
    ['camera_exif'],
  ],
  [
    'half surrogates',
    () =>
      jpegWith(
        exifSegment({
          second: { [TAG.UserComment]: Buffer.concat([Buffer.from('UNICODE\0'), Buffer.alloc(999, 0xd8)]) },
        }),
      ),
    [],
  ],
  [
    'a directory that names itself',
    () =>
      jpegWith(
        jpegSegment(
          0xe1,
          Buffer.from(
            '457869660000' + '49492a0008000000' + '0100' + '698704000100000008000000' + '08000000',
            'hex',
          ),
        ),
      ),
    [],
  ],
  ['a chunk longer than the file', () => pngWith(Buffer.from('7fffffff74455874', 'hex')), []],
  ['GIF blocks of one byte', async () => gifOfBytes(), []],
  ['HEIF items of no size without number', async () => heifOfNothing(), []],
  ['a TIFF of long tags', async () => longTags(), []],
];

const deflatedXmp = (text: Buffer): Buffer =>
  pngChunk(
    'iTXt',
    Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0', 'latin1'), deflateSync(text)]),
  );

/** An extension that goes on in the smallest steps to the end of the file. */
function gifOfBytes(): Uint8Array {
  const head = Buffer.from('4749463839610a000a000000002101', 'hex');
  return new Uint8Array(Buffer.concat([head, Buffer.alloc(20 * MB, 1)]));
}

/** Items whose extents take no bytes, as many as can be told. */
function heifOfNothing(): Uint8Array {
  const head = Buffer.from('0000001466747970686569630000000068656963', 'hex');
  const iloc = Buffer.alloc(16 + 6 * 65_535, 0xff);
  Buffer.from('00000000696c6f63000000000000ffff', 'hex').copy(iloc);
  iloc.writeUInt32BE(iloc.length, 0);
  const iinf = Buffer.from('0000000e69696e66000000000000', 'hex');
  const meta = Buffer.from('000000006d65746100000000', 'hex');
  meta.writeUInt32BE(meta.length + iinf.length + iloc.length, 0);
  return new Uint8Array(Buffer.concat([head, meta, iinf, iloc]));
}

/** 512 entries that each claim the rest of the file. */
function longTags(): Uint8Array {
  const tiff = Buffer.alloc(2 * MB, 'a');
  Buffer.from('49492a0008000000', 'hex').copy(tiff);
  tiff.writeUInt16LE(512, 8);
  for (let i = 0; i < 512; i++) {
    const at = 10 + 12 * i;
    tiff.writeUInt16LE(0x010e + (i % 4), at);
    tiff.writeUInt16LE(2, at + 2);
    tiff.writeUInt32LE(2 * MB, at + 4);
    tiff.writeUInt32LE(8, at + 8);
  }
  return new Uint8Array(tiff);
}

test('bombs are read within bounds, and what stands before them is still found', async (t) => {
  for (const [name, file, expected] of BOMBS) {
    const bytes = await file();
    const before = process.memoryUsage();
    t.same(traces(bytes), expected, name);
    const after = process.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    t.ok(grown < HEAP_BYTES_MAX, `${name}: ${Math.round(grown / MB)} MB`);
  }
});

test('files without metadata say nothing', async (t) => {
  for (const bytes of [await jpegOf(scene(30, 20)), await webpOf(scene(30, 20)), rich.gif, rich.tiff])
    t.same(readMetadata(bytes), []);
});
