export interface TiffPage {
  width: number;
  height: number;
  /** Samples of a pixel. */
  samples: number;
  bitsPerSample: number;
  /** 1 black is zero, 2 RGB, 5 CMYK, … */
  photometric: number;
  /** Uncompressed strip in the file's byte order. */
  data: Uint8Array;
  /** Further tags, or other values of those that are written anyway, as SHORT. */
  tags?: Record<number, number>;
}

export interface TiffForm {
  bigEndian?: boolean;
  bigTiff?: boolean;
  /** The last directory points back to the first. */
  loop?: boolean;
}

/** An uncompressed TIFF in any byte order, classic or big, with one directory a page. */
export function encodeTiff(
  pages: TiffPage[],
  { bigEndian = false, bigTiff = false, loop = false }: TiffForm = {},
): Uint8Array {
  const wordBytes = bigTiff ? 8 : 4;
  const headBytes = bigTiff ? 16 : 8;
  const directoryBytes = (page: TiffPage) =>
    (bigTiff ? 8 : 2) + entriesOf(page, 0).length * (4 + 2 * wordBytes) + wordBytes;
  const starts: { directory: number; data: number }[] = [];
  let end = headBytes;
  for (const page of pages) {
    starts.push({ directory: end, data: end + directoryBytes(page) });
    end += directoryBytes(page) + page.data.length + (page.data.length & 1);
  }
  const file = new Uint8Array(end);
  const view = new DataView(file.buffer);
  const little = !bigEndian;
  const word = (at: number, value: number) =>
    bigTiff ? view.setBigUint64(at, BigInt(value), little) : view.setUint32(at, value, little);
  file.set(Buffer.from(bigEndian ? 'MM' : 'II'));
  view.setUint16(2, bigTiff ? 43 : 42, little);
  if (bigTiff) view.setUint16(4, 8, little);
  word(headBytes - wordBytes, headBytes);
  pages.forEach((page, i) => {
    const { directory, data } = starts[i] as { directory: number; data: number };
    const entries = entriesOf(page, data);
    if (bigTiff) word(directory, entries.length);
    else view.setUint16(directory, entries.length, little);
    let at = directory + (bigTiff ? 8 : 2);
    for (const [tag, value, isLong] of entries) {
      view.setUint16(at, tag, little);
      view.setUint16(at + 2, isLong ? 4 : 3, little);
      word(at + 4, 1);
      if (isLong) view.setUint32(at + 4 + wordBytes, value, little);
      else view.setUint16(at + 4 + wordBytes, value, little);
      at += 4 + 2 * wordBytes;
    }
    word(at, starts[i + 1]?.directory ?? (loop ? headBytes : 0));
    file.set(page.data, data);
  });
  return file;
}

/** Tag, value, whether it is a LONG; ascending. One BitsPerSample entry stands for all samples, as readers allow. */
function entriesOf(page: TiffPage, dataAt: number): [number, number, boolean][] {
  const entries = new Map<number, [number, boolean]>([
    [256, [page.width, true]],
    [257, [page.height, true]],
    [258, [page.bitsPerSample, false]],
    [259, [1, false]],
    [262, [page.photometric, false]],
    [273, [dataAt, true]],
    [277, [page.samples, false]],
    [278, [page.height, true]],
    [279, [page.data.length, true]],
  ]);
  for (const [tag, value] of Object.entries(page.tags ?? {})) entries.set(Number(tag), [value, false]);
  return [...entries]
    .map(([tag, [value, isLong]]): [number, number, boolean] => [tag, value, isLong])
    .sort((a, b) => a[0] - b[0]);
}
