import { test } from 'tap';
import { Admission } from '../../src/pipeline/admission.js';

const never = new AbortController().signal;

test('the budget refuses exactly, and gives back once however often it is asked', async (t) => {
  const admission = new Admission({ imagesMax: 2, bytesMax: 100, slots: 1 });
  const a = admission.reserve(60);
  t.throws(() => admission.reserve(41), { code: 'service_unavailable', retryAfterS: 1 });
  const b = admission.reserve(40);
  t.throws(() => admission.reserve(0), { code: 'service_unavailable' });
  a();
  a();
  t.match(admission.load(), { images: 1, bytes: 40 });
  b();
  t.match(admission.load(), { images: 0, bytes: 0, queuedImages: 0 });
});

test('slots go by class, then by arrival; a worse class is not starved', async (t) => {
  const admission = new Admission({ imagesMax: 100, bytesMax: 1, slots: 1 });
  const leave = await admission.enter('interactive', never);
  const order: string[] = [];
  const wait = async (name: string, priority: 'interactive' | 'batch'): Promise<void> => {
    const done = await admission.enter(priority, never);
    order.push(name);
    done();
  };
  const all = [wait('b0', 'batch'), ...Array.from({ length: 12 }, (_, i) => wait(`i${i}`, 'interactive'))];
  leave();
  await Promise.all(all);
  t.same(order.slice(0, 8), ['i0', 'i1', 'i2', 'i3', 'i4', 'i5', 'i6', 'i7']);
  t.equal(order[8], 'b0');
});

test('who is aborted while waiting leaves the queue and takes no slot', async (t) => {
  const admission = new Admission({ imagesMax: 100, bytesMax: 1, slots: 1 });
  const leave = await admission.enter('interactive', never);
  const gone = new AbortController();
  const waiting = admission.enter('interactive', gone.signal);
  const next = admission.enter('interactive', never);
  gone.abort(new Error('went away'));
  await t.rejects(waiting, /went away/);
  t.equal(admission.load().queuedImages, 1);
  leave();
  (await next)();
  t.equal(admission.load().queuedImages, 0);
  await t.rejects(admission.enter('batch', gone.signal), /went away/);
  (await admission.enter('batch', never))();
});
