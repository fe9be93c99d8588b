import t from 'tap';
import type { LabelledImage } from '../../src/cli/eval-index.js';
import { type Answer, report } from '../../src/cli/eval-report.js';

const image = (generated: boolean, family: string, source: string): LabelledImage => ({
  ...{ path: source, generated, family, source, split: 'test', width: 0, height: 0, seed: 1 },
});
const answer = (probability: number, looks: Answer['looks'] = null): Answer => ({
  probability,
  families: ['flux', 'sdxl'],
  looks,
});

const flux = image(true, 'flux', 'a');
const sdxl = image(true, 'sdxl', 'b');
const real = image(false, '', 'c');
const answers = new Map([
  [flux, [answer(0.9), answer(0.4)]],
  [sdxl, [answer(0.45, { min: 0.45, max: 0.6 }), answer(0.3)]],
  [real, [answer(0.3, { min: 0.2, max: 0.3 }), answer(0.2)]],
]);
const found = report([flux, sdxl, real], answers, ['native', 'hard'], 0.5, new Set(['flux', 'sdxl']));

t.test('each generator and source under each condition', async (t) => {
  t.same(found.families, {
    flux: { label: 'ai', images: 1, calledGenerated: { native: 1, hard: 0 } },
    sdxl: { label: 'ai', images: 1, calledGenerated: { native: 0, hard: 0 } },
  });
  t.same(found.sources['c'], { label: 'real', images: 1, calledGenerated: { native: 0, hard: 0 } });
});

t.test('agreement over conditions, attribution within places', async (t) => {
  t.equal(found.agreement, 2 / 3);
  t.same(found.conditions['native']?.attribution, { known: 2, top1: 0.5, top3: 1 });
});

t.test('second looks: how many disagree, and how often verdicts are wrong then and else', async (t) => {
  t.same(found.secondLooks, { images: 2, disagree: 1, wrongWhereAgreed: 0, wrongWhereNot: 1 });
});
