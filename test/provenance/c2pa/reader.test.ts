import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { test } from 'tap';
import { withMemoryLimit } from '../../../src/provenance/c2pa/memory-limit.js';
import { Reader } from '../../../src/provenance/c2pa/reader.js';
import { loadTrust } from '../../../src/provenance/c2pa/trust.js';
import { createProvenance } from '../../../src/provenance/provenance.js';
import { signPicture } from '../../support/c2pa-signer.js';
import { jpegOf, scene } from '../../support/images.js';
import { createAuthority, issueSigner } from '../../support/x509.js';

const MIB = 2 ** 20;
const { context } = loadTrust([], []);
const signer = issueSigner(createAuthority({ commonName: 'Root', organization: 'aidet tests' }), {
  commonName: 'Signer',
  organization: 'aidet tests',
});
const picture = await jpegOf(scene(80, 60));
const actions = [{ action: 'c2pa.created', source: 'trainedAlgorithmicMedia' }];
const small = await signPicture(picture, { signer, actions });
const big = await signPicture(picture, {
  signer,
  actions,
  assertions: [{ label: 'org.aidet.big', data: { text: 'x'.repeat(4_000_000) } }],
});
const task = (bytes: Uint8Array) => ({ bytes: bytes.slice(), mime: 'image/jpeg', context });
const patience = new AbortController().signal;

test('a manifest that needs too much memory fails alone: the next is read by a new engine', async (t) => {
  const reader = new Reader({ readMsMax: 60_000, waitMsMax: 60_000, memoryBytesMax: 16 * MIB });
  t.teardown(() => reader.close());
  await t.rejects(reader.read(task(big), patience), { code: 'aidet.engineFailed' });
  t.match(await reader.read(task(small), patience), { report: { validation_state: 'valid' } });
});

test('a manifest that takes too long fails alone, and the image is judged without it', async (t) => {
  const reader = new Reader({ readMsMax: 1, waitMsMax: 60_000, memoryBytesMax: 512 * MIB });
  const provenance = createProvenance({ trustAnchors: [], trustKeyUsages: [] }, reader);
  t.teardown(() => provenance.close());
  t.match(await provenance.inspect(small, patience), { present: true, evidence: [], unverified: /within/ });
  t.match(await provenance.verify(small.slice(), patience), {
    c2pa_manifest_present: true,
    validation_state: 'invalid',
    active_manifest: null,
    validation: [{ code: 'aidet.timeLimit', severity: 'failure' }],
  });
});

test('a file that waits too long for those before it is judged without its manifest', async (t) => {
  const reader = new Reader({ readMsMax: 60_000, waitMsMax: 1, memoryBytesMax: 512 * MIB });
  const provenance = createProvenance({ trustAnchors: [], trustKeyUsages: [] }, reader);
  t.teardown(() => provenance.close());
  const first = provenance.verify(big.slice(), patience);
  t.match(await provenance.inspect(small, patience), { present: true, evidence: [], unverified: /waiting/ });
  await t.rejects(provenance.verify(small.slice(), patience), { code: 'service_unavailable' });
  t.equal((await first).validation_state, 'valid');
});

test('files wait in order, and one whose client went away is not looked at', async (t) => {
  const reader = new Reader({ readMsMax: 60_000, waitMsMax: 60_000, memoryBytesMax: 512 * MIB });
  t.teardown(() => reader.close());
  const client = new AbortController();
  const order: string[] = [];
  const first = reader.read(task(big), patience).then(() => order.push('first'));
  const gone = reader.read(task(small), client.signal);
  const last = reader.read(task(small), patience).then(() => order.push('last'));
  client.abort(new Error('gone'));
  await t.rejects(gone, { message: 'gone' });
  await Promise.all([first, last]);
  t.same(order, ['first', 'last']);
});

test('closing waits for what is being read', async (t) => {
  const reader = new Reader();
  const answer = reader.read(task(small), patience);
  await reader.close();
  t.match(await answer, { trustListUri: null });
  await new Reader().close();
});

test('the limit is written into the module, and allocation stops there', async (t) => {
  // A module with a memory of one page, exported as "a", without a maximum.
  const tiny = Buffer.from('0061736d01000000050301000107050101610200', 'hex');
  const limited = withMemoryLimit(tiny, 2 * 65_536);
  t.equal(Buffer.from(limited).toString('hex'), '0061736d0100000005040101010207050101610200');
  const read = promisify(execFile);
  const script = `
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(process.argv[1], 'hex')));
    exports.a.grow(1);
    try { exports.a.grow(1); } catch (error) { console.log(error.name); }`;
  const { stdout } = await read(process.execPath, ['-e', script, Buffer.from(limited).toString('hex')]);
  t.equal(stdout.trim(), 'RangeError');
  t.throws(() => withMemoryLimit(tiny.subarray(0, 8), MIB), /no memory section/);
});
