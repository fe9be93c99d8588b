import { readFileSync } from 'node:fs';
import { test } from 'tap';
import { decode } from '../../../src/imaging/decode.js';
import { probe } from '../../../src/imaging/probe.js';
import { readEvidence } from '../../../src/provenance/evidence.js';
import { sharedFolder } from '../../support/shared.js';

interface Expected {
  file: string;
  expected_kind: 'ai_trace' | 'camera' | 'edit' | 'decoy' | 'none';
  trace: string | null;
}

const { path, skip } = sharedFolder('testdata/provenance');

test('every file of other makers has the traces that are expected of it, and no others', {
  skip,
}, async (t) => {
  const cases = JSON.parse(readFileSync(`${path}/expected.json`, 'utf8')) as Expected[];
  for (const { file, expected_kind: kind, trace } of cases) {
    const bytes = new Uint8Array(readFileSync(`${path}/${file}`));
    // One sample holds nothing but the boxes of a HEIC.
    const image = await decode(bytes, probe(bytes), { imagePixelsMax: 1e8 }).catch(() => null);
    const evidence = await readEvidence(bytes, image ?? { rgb: new Uint8Array(3), width: 1, height: 1 });
    t.equal(image === null, file.endsWith('QuickTime.heic'), file);
    t.notOk(
      evidence.some(({ verified }) => verified),
      `${file}: text proves nothing`,
    );
    const traces = evidence.filter(({ kind }) => kind !== 'camera').map((piece) => piece.trace);
    const camera = evidence.find(({ kind }) => kind === 'camera');
    if (kind === 'ai_trace') t.ok(traces.includes(trace as string), `${file}: ${trace} among ${traces}`);
    else t.same(traces, [], file);
    if (kind === 'camera') t.notMatch(camera?.explanation ?? 'saved by', /saved by/, file);
    // Camera data may be left in what an editor saved; then the editor is named.
    else if (kind === 'edit') t.match(camera?.explanation ?? 'saved by', /saved by/, file);
    else t.equal(camera, undefined, file);
  }
});
