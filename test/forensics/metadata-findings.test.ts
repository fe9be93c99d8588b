import { test } from 'tap';
import type { NativeJpeg } from '../../src/binding/types.js';
import { evidenceFindings, metadataFindings } from '../../src/forensics/metadata-findings.js';

const camera: NativeJpeg = {
  progressive: false,
  arithmetic: false,
  optimisedHuffman: false,
  restartInterval: 0,
  scans: 1,
  trailingBytes: 0,
  comment: '',
  sampling: '2x1,1x1,1x1',
  segments: 'exif',
  luma: { steps: new Uint16Array(64).fill(1), quality: 100, distance: 0 },
  chroma: null,
};
const codes = (jpeg: NativeJpeg | null) => metadataFindings(jpeg).map((f) => f.code);

test("a camera's file and other formats have nothing to tell", (t) => {
  t.same(codes(camera), []);
  t.same(codes(null), []);
  t.end();
});

test('each trace of software has its finding', (t) => {
  t.same(codes({ ...camera, segments: 'jfif,exif,photoshop,adobe' }), ['adobe_software']);
  t.same(codes({ ...camera, segments: 'jfif' }), ['no_exif']);
  t.same(codes({ ...camera, progressive: true }), ['progressive']);
  t.same(codes({ ...camera, luma: { steps: new Uint16Array(64), quality: 80, distance: 0.3 } }), [
    'own_tables',
  ]);
  t.same(codes({ ...camera, trailingBytes: 15 }), []);
  const [trailing] = metadataFindings({ ...camera, trailingBytes: 5000 });
  t.same([trailing?.code, trailing?.severity], ['trailing_data', 'low']);
  const [second] = metadataFindings({ ...camera, trailingBytes: 5000, segments: 'exif,mpf' });
  t.equal(second?.severity, 'info', 'phones store a second picture there');
  t.end();
});

test('a comment can not command a terminal', (t) => {
  const [comment] = metadataFindings({ ...camera, comment: 'a\u001b[31m\u0000b\u009b' });
  t.match(comment?.message, /"a \[31m b"/);
  t.end();
});

test('what the file says of its origin is told, a camera as information', (t) => {
  const evidence = {
    kind: 'metadata',
    source: 'EXIF Software',
    trace: 'x',
    generator: null,
    verified: false,
  } as const;
  const findings = evidenceFindings([
    { ...evidence, claim: 'camera', explanation: 'a' },
    { ...evidence, claim: 'ai_edited', explanation: 'b' },
  ]);
  t.same(
    findings.map((f) => f.severity),
    ['info', 'medium'],
  );
  t.end();
});
