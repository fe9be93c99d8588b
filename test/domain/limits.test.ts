import { test } from 'tap';
import { bytesOverLimit, pixelsOverLimit } from '../../src/domain/limits.js';

test('both sizes stand in one unit, and never look equal', async (t) => {
  t.equal(bytesOverLimit(24_300_000, 20_000_000).message, 'Image exceeds 20 MB limit (got 24.3 MB)');
  t.equal(bytesOverLimit(20_000_001, 20_000_000).message, 'Image exceeds 20 MB limit (got 20.000001 MB)');
  t.equal(bytesOverLimit(null, 1500, 'image_url').message, 'Image exceeds 1.5 kB limit (got more)');
  t.match(bytesOverLimit(11, 10, 'image'), { code: 'image_too_large', status: 400, param: 'image' });
  t.equal(
    pixelsOverLimit(30_000, 30_000, 1e8).message,
    'Image exceeds 100 megapixel limit (got 900 megapixels, 30000 x 30000)',
  );
});
