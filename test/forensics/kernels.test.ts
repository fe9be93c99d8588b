/** The border of the kernels: what it refuses, what it does when nobody waits any more. Also run under sanitizers. */
import { Worker } from 'node:worker_threads';
import { test } from 'tap';
import { checkTarget, openKernels, UnknownTarget } from '../../src/forensics/kernels.js';

const kernels = openKernels(null);

function noise(width: number, height: number): Uint8Array {
  let state = width * 31 + height;
  return Uint8Array.from({ length: width * height * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
}

function request(width: number, height: number) {
  return {
    rgb: noise(width, height),
    width,
    height,
    file: null,
    fileGridX: 0,
    fileGridY: 0,
    elaQuality: 90,
    qualities: Uint8Array.of(60, 70, 80),
    curveQualities: Uint8Array.of(70),
    mapSide: 64,
    target: null,
    cancel: null,
  };
}

test('arguments that are not what they should be are refused by name', async (t) => {
  const good = request(64, 48);
  const wrong: [object, RegExp][] = [
    [{ width: 65 }, /rgb/],
    [{ width: 0 }, /width/],
    [{ height: 1.5 }, /height/],
    [{ width: Number.NaN }, /width/],
    [{ rgb: new Int8Array(64 * 48 * 3) }, /rgb/],
    [{ rgb: null }, /rgb/],
    [{ file: 'a.jpg' }, /file/],
    [{ file: Uint8Array.of(1), fileGridX: 8 }, /fileGridX/],
    [{ elaQuality: 0 }, /elaQuality/],
    [{ qualities: new Uint8Array(0) }, /qualities/],
    [{ qualities: new Uint8Array(65).fill(50) }, /qualities/],
    [{ curveQualities: Uint8Array.of(101) }, /quality/],
    [{ mapSide: -1 }, /mapSide/],
    [{ target: 'pentium' }, /target/],
    [{ target: 7 }, /target/],
    [{ cancel: new Int32Array(0) }, /cancel/],
  ];
  for (const [change, message] of wrong) {
    await t.rejects(kernels.measure({ ...good, ...change } as never), { code: 'internal_error', message });
  }
});

test('a cancelled request is an AbortError', async (t) => {
  const cancel = new Int32Array(new SharedArrayBuffer(4)).fill(1);
  await t.rejects(kernels.measure({ ...request(300, 300), cancel }), { name: 'AbortError' });
});

test('every target gives the same integers, at sizes that fit no vector', async (t) => {
  for (const [width, height] of [
    [1, 1],
    [7, 3],
    [8, 8],
    [37, 65],
    [333, 257],
  ] as const) {
    const asked = request(width, height);
    const scalar = await kernels.measure({ ...asked, target: 'scalar' });
    const best = await kernels.measure(asked);
    for (const name of [
      'elaSums',
      'elaMap',
      'noiseDeviation',
      'residualSums',
      'ghostEnergy',
      'ghostCurve',
    ] as const) {
      t.same(best[name], scalar[name], `${width} x ${height} ${name}`);
    }
    t.same(best.columnDifferences, scalar.columnDifferences);
    t.same(best.histograms, scalar.histograms);
  }
});

test('a worker may end while its image is measured', async (t) => {
  const code = `
    import { checkTarget, openKernels, UnknownTarget } from ${JSON.stringify(new URL('../../src/forensics/kernels.js', import.meta.url).href)};
    import { parentPort } from 'node:worker_threads';
    const kernels = openKernels(null);
    const rgb = new Uint8Array(900 * 900 * 3).fill(77);
    const ask = () => kernels.measure({ rgb, width: 900, height: 900, file: null, fileGridX: 0, fileGridY: 0,
      elaQuality: 90, qualities: Uint8Array.of(70), curveQualities: Uint8Array.of(70), mapSide: 512, target: null,
      cancel: null });
    for (let i = 0; i < 4; i++) ask();
    parentPort.postMessage('begun');
  `;
  for (let i = 0; i < 3; i++) {
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
    t.type(await worker.terminate(), 'number');
  }
  const { target } = await kernels.measure(request(32, 32));
  t.ok(target, 'and the others go on');
});

test('an instruction set of another machine is refused at once, by a sentence that names those that run here', async (t) => {
  await checkTarget('scalar');
  const foreign = process.arch === 'arm64' ? 'avx2' : 'neon';
  const refusal: Error = await checkTarget(foreign).then(
    () => t.fail('was taken'),
    (error) => error,
  );
  t.type(refusal, UnknownTarget);
  t.match(refusal.message, new RegExp(`AIDET_FORENSICS_TARGET is '${foreign}'.* this machine runs scalar`));
  t.notMatch(refusal.message, new RegExp(`machine runs .*${foreign}`));
});

test('without the library for CUDA, or a device, that target is refused by a sentence that says which', async (t) => {
  const refusal: Error | null = await checkTarget('cuda').then(
    () => null,
    (error) => error,
  );
  if (refusal === null) return t.pass('a device answers here');
  t.type(refusal, UnknownTarget);
  t.match(
    refusal.message,
    /AIDET_FORENSICS_TARGET is 'cuda', but (the CUDA kernels do not load|no CUDA device)/,
  );
  t.match(refusal.message, /AIDET_CUDA=1 npm rebuild.*this machine runs scalar/);
});
