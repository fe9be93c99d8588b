import t from 'tap';
import { addText } from '../../src/http/images/fields.js';
import { detectRequest } from '../../src/http/images/options.js';
import { checkFields, fieldTypes } from '../../src/http/validation.js';

t.test('[errors.param] the field, what is asked of it, and what was there', async (t) => {
  const cases: [Record<string, unknown>, string, string][] = [
    [{ include_heatmap: 'yes' }, 'include_heatmap', 'include_heatmap must be a boolean (got a string)'],
    [{ include_heatmap: 1 }, 'include_heatmap', 'include_heatmap must be a boolean (got a number)'],
    [{ model_threshold: 1.5 }, 'model_threshold', 'model_threshold must be at most 1 (got 1.5)'],
    [{ model_threshold: -0.1 }, 'model_threshold', 'model_threshold must be at least 0 (got -0.1)'],
    [{ model_threshold: '0.5' }, 'model_threshold', 'model_threshold must be a number (got a string)'],
    [{ model_threshold: Number.NaN }, 'model_threshold', 'model_threshold must be at most 1 (got NaN)'],
    [{ metadata: [] }, 'metadata', 'metadata must be an object (got an array)'],
    [{ metadata: 'a' }, 'metadata', 'metadata must be an object (got a string)'],
    [{ model: '' }, 'model', 'model must not be empty'],
    [{ model: 'x'.repeat(101) }, 'model', 'model may have at most 100 characters (got 101)'],
    [{ include_heatmaps: true }, 'include_heatmaps', "There is no field 'include_heatmaps' here"],
  ];
  for (const [fields, param, message] of cases)
    t.throws(() => detectRequest(fields), { code: 'invalid_request', param, message });
  t.throws(() => checkFields('CreateKeyRequest', { scopes: ['a', 5] }), {
    code: 'invalid_request',
    param: 'scopes[1]',
  });
  t.throws(() => checkFields('BatchImageFields', { id: 5 }, 'images[3].'), {
    code: 'invalid_request',
    param: 'images[3].id',
  });
});

t.test('[detect.metadata] 4 KB and 50 keys at most', async (t) => {
  const keys = (n: number) => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, i]));
  t.same(detectRequest({ metadata: keys(50) }).metadata, keys(50));
  t.throws(() => detectRequest({ metadata: keys(51) }), {
    param: 'metadata',
    message: 'metadata may have at most 50 keys (got 51)',
  });
  const sized = (bytes: number) => ({ a: 'ü'.repeat((bytes - '{"a":""}'.length) / 2) });
  t.same(detectRequest({ metadata: sized(4096) }).metadata, sized(4096));
  t.throws(() => detectRequest({ metadata: sized(4098) }), {
    message: 'metadata may have at most 4096 bytes as JSON (got 4098)',
  });
  let deep: unknown = 1;
  for (let i = 0; i < 200_000; i++) deep = [deep];
  t.throws(() => detectRequest({ metadata: { deep } }), { message: /nested too deeply/ });
});

t.test('null stands for "not given"', async (t) => {
  const empty = detectRequest({});
  t.same(detectRequest({ include_heatmap: null, model_threshold: null, metadata: null, model: null }), empty);
  t.same(empty.metadata, {});
  t.equal(empty.options.modelThreshold, null);
});

t.test('[inputs.text] text is read by the type of its field', async (t) => {
  const read = (entries: [string, string][]): Record<string, unknown> => {
    const fields = {};
    for (const [name, text] of entries) addText(fields, fieldTypes('DetectOptions'), name, text);
    return fields;
  };
  t.same(
    read([
      ['include_heatmap', 'true'],
      ['model_threshold', '0.25'],
      ['metadata', '{"a":[1]}'],
      ['model', '1'],
    ]),
    {
      include_heatmap: true,
      model_threshold: 0.25,
      metadata: { a: [1] },
      model: '1',
    },
  );
  t.throws(() => read([['include_heatmap', '1']]), { param: 'include_heatmap', message: /true or false/ });
  for (const text of ['', ' 1', '0x1', 'Infinity', '1,5', '1e', '--1'])
    t.throws(() => read([['model_threshold', text]]), {
      param: 'model_threshold',
      message: /must be a number/,
    });
  t.throws(() => read([['metadata', '{a:1}']]), { param: 'metadata', message: /must be JSON/ });
  t.throws(
    () =>
      read([
        ['model', 'a'],
        ['model', 'b'],
      ]),
    { param: 'model', message: /given twice/ },
  );
  t.throws(() => read([['__proto__', 'a']]), { message: /There is no field '__proto__'/ });
});
