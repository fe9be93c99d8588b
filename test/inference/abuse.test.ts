/** The addon's own door, with arguments that the typed face would never pass: errors, never a crash. */
import fc from 'fast-check';
import t from 'tap';
import { openAddon } from '../../src/binding/addon.js';
import type { NativeRuntime } from '../../src/binding/types.js';
import { openRuntime } from '../../src/inference/runtime.js';
import { MODEL, picture, runtimeSettings, TILE } from '../support/inference.js';

const { Runtime } = openAddon();
/** Any settings will do: the runtime that `keeper` opened is shared. */
const keeper = await openRuntime(runtimeSettings());
t.teardown(() => keeper.close());

// biome-ignore lint/suspicious/noExplicitAny: abuse knows no types.
type Any = any;
async function infer(runtime: NativeRuntime, ...args: Any[]): Promise<Any> {
  return (runtime.infer as Any)(...args);
}

/** The settings that the typed face makes, caught on their way. */
function nativeSettings(): Any {
  const floats = (n: number): Float32Array => new Float32Array(n).fill(1);
  return {
    ortLibrary: runtimeSettings().ortLibrary,
    providers: ['cpu'],
    lanes: 1,
    tilesMax: 100,
    delayMaxMs: 0,
    models: [
      {
        ...{ id: MODEL, version: '1', path: runtimeSettings().models[0]?.path },
        ...{
          input: 'image',
          channelsLast: false,
          tile: TILE,
          scale: 1 / 255,
          mean: [0, 0, 0],
          std: [1, 1, 1],
        },
        ...{ logit: 'logit', patchLogits: 'patch_logits', generatorLogits: 'generator_logits' },
        ...{ embedding: 'embedding', generators: 24, batchSizes: [] },
        selfTest: {
          ...{ rgb: new Uint8Array(3 * TILE * TILE), tolerance: 0.5 },
          ...{
            tileLogits: floats(1),
            patchLogits: floats(256),
            generatorLogits: floats(24),
            embedding: floats(8),
          },
        },
      },
    ],
  };
}

const runtime = new Runtime(nativeSettings());
t.teardown(() => runtime.close());
const SIDE = TILE + 10;
const good = (): Any[] => [MODEL, picture(SIDE, SIDE), SIDE, SIDE, Int32Array.of(0, 0), 0, 60_000, undefined];

function detached(array: Uint8Array | Int32Array): Uint8Array | Int32Array {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}

const anything = fc.oneof(
  fc.anything({ withBigInt: true, withTypedArray: true, withSparseArray: true, withNullPrototype: true }),
  fc.constantFrom(Symbol('s'), () => 0, new Proxy({}, {}), new Date(), new DataView(new ArrayBuffer(8))),
  fc.constantFrom(-1, 0, 2 ** 31, 2 ** 32, 2 ** 53, 1e308, Number.NaN, Number.POSITIVE_INFINITY, 0.5, -0),
);

t.test('the good request is answered', async (t) => {
  t.equal((await infer(runtime, ...good())).tileLogits.length, 1);
});

t.test('one bad argument', async (t) => {
  const bad: Record<string, [number, unknown[]]> = {
    model: [0, ['', 'no such', 7, null]],
    rgb: [
      1,
      [new Uint8Array(0), new Uint8Array(3 * SIDE * SIDE - 1), new Uint8ClampedArray(3 * SIDE * SIDE), []],
    ],
    'detached rgb': [1, [detached(picture(SIDE, SIDE))]],
    width: [
      2,
      [0, -1, SIDE + 1, 1.5, 2 ** 30, 2 ** 31, 2 ** 53, Number.NaN, '266', Number.POSITIVE_INFINITY],
    ],
    height: [3, [0, -1, SIDE + 1, 2 ** 30, 2 ** 62, undefined]],
    tiles: [
      4,
      [
        ...[new Int32Array(0), Int32Array.of(0), Int32Array.of(0, 0, 1), [0, 0], new Float32Array(2)],
        ...[Int32Array.of(11, 0), Int32Array.of(0, 11), Int32Array.of(-1, 0), Int32Array.of(0, -1)],
        ...[Int32Array.of(0, 0, 2 ** 31 - 1, 0), Int32Array.of(-(2 ** 31), 0), detached(Int32Array.of(0, 0))],
      ],
    ],
    priority: [5, [3, -1, 0.5, Number.NaN, '0', undefined]],
    timeout: [6, [Number.NaN, '1', undefined, null]],
    cancel: [7, [null, new Int32Array(0), new Uint8Array(4), 0, detached(new Int32Array(1))]],
  };
  for (const [name, [index, values]] of Object.entries(bad)) {
    for (const value of values) {
      const args = good();
      args[index] = value;
      await t.rejects(infer(runtime, ...args), { code: 'INVALID' }, name);
    }
  }
  await t.rejects(infer(runtime), { code: 'INVALID' });
});

t.test('tiles that overlap an edge', async (t) => {
  const ask = (width: number, height: number, ...tiles: number[]): Promise<Any> =>
    infer(
      runtime,
      MODEL,
      picture(width, height),
      width,
      height,
      Int32Array.from(tiles),
      0,
      60_000,
      undefined,
    );
  t.equal((await ask(5, SIDE, 0, 10)).tileLogits.length, 1);
  await t.rejects(ask(5, SIDE, 1, 10), { code: 'INVALID' }, 'a short axis begins at 0');
  await t.rejects(ask(5, SIDE, 0, 11), { code: 'INVALID' });
});

t.test('more tiles than the queue can ever hold', async (t) => {
  const args = good();
  args[4] = new Int32Array(2_000_000);
  await t.rejects(infer(runtime, ...args), { code: 'QUEUE_FULL' });
});

t.test('random arguments', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.nat(7), anything, fc.nat(7), anything, async (i, a, j, b) => {
      const args = good();
      args[i] = a;
      args[j] = b;
      try {
        await infer(runtime, ...args);
      } catch (error) {
        return (error as { code?: string }).code !== undefined;
      }
      return true;
    }),
    { numRuns: 300 },
  );
  t.equal((await infer(runtime, ...good())).tileLogits.length, 1, 'still there');
});

t.test('random settings', (t) => {
  const fields: string[][] = [];
  const walk = (value: Any, path: string[]): void => {
    if (path.length > 0) fields.push(path);
    if (ArrayBuffer.isView(value) || typeof value !== 'object') return;
    for (const key of Object.keys(value)) walk(value[key], [...path, key]);
  };
  walk(nativeSettings(), []);
  const open = (settings: unknown): void => new (Runtime as Any)(settings).close();
  fc.assert(
    fc.property(fc.constantFrom(...fields), anything, (path, value) => {
      const settings = nativeSettings();
      const owner = path.slice(0, -1).reduce((v, key) => v[key], settings);
      owner[path.at(-1) as string] = value;
      try {
        open(settings);
      } catch (error) {
        return error instanceof Error;
      }
      return true;
    }),
    { numRuns: 300 },
  );
  for (const settings of [undefined, null, 7, 'x', [], {}])
    t.throws(() => open(settings), { code: 'INVALID' });
  const throwing = nativeSettings();
  Object.defineProperty(throwing, 'lanes', {
    get() {
      throw new RangeError('mine');
    },
  });
  t.throws(() => open(throwing), /mine/, 'a getter`s own error passes');
  t.end();
});

t.test('wrong receivers and forms of call', async (t) => {
  const { infer: bare, stats, close } = runtime as Any;
  for (const receiver of [undefined, null, {}, [], Runtime, new Map()]) {
    t.throws(() => bare.call(receiver, ...good()));
    t.throws(() => stats.call(receiver));
    t.throws(() => close.call(receiver));
  }
  t.throws(() => (Runtime as Any)(nativeSettings()), 'without new');
  const closed = new Runtime(nativeSettings());
  closed.close();
  closed.close();
  await t.rejects(infer(closed, ...good()), { code: 'CLOSED' });
  t.throws(() => closed.info(), { code: 'CLOSED' });
});
