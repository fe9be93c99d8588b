import { test } from 'tap';
import { createArtifactUrls } from '../../src/storage/artifact-urls.js';

const ID = 'art_01M8CEMNGDC7HGSTNFKHGWYZTX';
const clock = { ms: 1_800_000_000_500 };
const urls = createArtifactUrls(Buffer.alloc(32, 1), () => clock.ms);

function partsOf(path: string): [string, string | null, string | null] {
  const url = new URL(path, 'http://host.test');
  return [
    url.pathname.replace('/v1/artifacts/', ''),
    url.searchParams.get('exp'),
    url.searchParams.get('sig'),
  ];
}

test('a signed URL is accepted until it expires', async (t) => {
  const path = urls.sign(ID, 'image/png', clock.ms + 60_000);
  t.match(path, /^\/v1\/artifacts\/art_01M8CEMNGDC7HGSTNFKHGWYZTX\.png\?exp=1800000060&sig=[\w-]{43}$/);
  const [file, exp, sig] = partsOf(path);
  t.equal(urls.verify(file, exp, sig), true);
  clock.ms = 1_800_000_059_999;
  t.equal(urls.verify(file, exp, sig), true);
  clock.ms = 1_800_000_060_000;
  t.equal(urls.verify(file, exp, sig), false);
  clock.ms = 1_800_000_000_500;
});

test('anything else is refused', async (t) => {
  const [file, exp, sig] = partsOf(urls.sign(ID, 'image/png', clock.ms + 60_000));
  const other = createArtifactUrls(Buffer.alloc(32, 2), () => clock.ms);
  t.equal(other.verify(file, exp, sig), false, 'signed by another server');
  t.equal(urls.verify(file.replace('TX.', 'TY.'), exp, sig), false, 'another artifact');
  t.equal(urls.verify(file.replace('.png', '.html'), exp, sig), false, 'another type');
  t.equal(urls.verify(file, String(Number(exp) + 1), sig), false, 'a later end');
  t.equal(urls.verify(file, ` ${exp}`, sig), false, 'another spelling');
  t.equal(urls.verify(file, null, sig), false);
  t.equal(urls.verify(file, exp, null), false);
  for (const wrong of ['', `${sig}=`, `${sig}A`, sig?.slice(1) ?? '', 'ä'.repeat(43), '\0'.repeat(43)])
    t.equal(urls.verify(file, exp, wrong), false, JSON.stringify(wrong));
  for (let at = 0; at < 43; at++) {
    const letter = sig?.[at] === 'A' ? 'g' : 'A';
    const changed = `${sig?.slice(0, at)}${letter}${sig?.slice(at + 1)}`;
    if (urls.verify(file, exp, changed)) t.fail(`accepted with another letter at ${at}`);
  }
});
