import { setMaxListeners } from 'node:events';
import { test } from 'tap';
import { Admission } from '../../src/pipeline/admission.js';

const never = new AbortController().signal;
// Everybody who waits in these tests listens to it.
setMaxListeners(0, never);
const counter = (): Int32Array<SharedArrayBuffer> => new Int32Array(new SharedArrayBuffer(4));

test('the budget refuses exactly, and what was held stays held', async (t) => {
  const admission = new Admission({ imagesMax: 2, bytesMax: 100, slots: 1 }, counter());
  const a = admission.reserve('interactive');
  a.set(1, 60);
  const b = admission.reserve('interactive');
  t.throws(() => b.set(1, 41), { code: 'service_unavailable', retryAfterS: 1, message: /bytes in flight/ });
  b.set(1, 40);
  t.throws(() => admission.reserve('interactive').set(1, 0), {
    code: 'service_unavailable',
    message: /images in flight/,
  });
  t.throws(() => a.set(1, 61), { code: 'service_unavailable' });
  t.match(admission.load(), { images: 2, bytes: 100 });
  a.set(0, 10);
  t.match(admission.load(), { images: 1, bytes: 50 });
  a.release();
  a.release();
  t.match(admission.load(), { images: 1, bytes: 40 });
  b.release();
  t.match(admission.load(), { images: 0, bytes: 0, queuedImages: 0 });
});

test('batches together hold half at most, and leave the rest to single images', async (t) => {
  const admission = new Admission({ imagesMax: 4, bytesMax: 100, slots: 1 }, counter());
  const a = admission.reserve('batch');
  const b = admission.reserve('batch');
  a.set(1, 30);
  t.throws(() => b.set(1, 21), { code: 'service_unavailable', message: /bytes in flight/ });
  b.set(1, 20);
  t.throws(() => b.set(2, 20), { code: 'service_unavailable', message: /images in flight/ });
  const single = admission.reserve('interactive');
  single.set(2, 50);
  t.throws(() => single.set(2, 51), { code: 'service_unavailable' });
  a.release();
  single.set(3, 80);
  t.throws(() => b.set(1, 21), { code: 'service_unavailable' }, 'a share is no promise');
  single.release();
  b.release();
  t.match(admission.load(), { images: 0, bytes: 0 });
});

test('slots go by class, then by arrival; a worse class is not starved', async (t) => {
  const admission = new Admission({ imagesMax: 100, bytesMax: 1, slots: 1 }, counter());
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
  const admission = new Admission({ imagesMax: 100, bytesMax: 1, slots: 1 }, counter());
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

test('workers see how many interactive images wait, and no others', async (t) => {
  const waiting = counter();
  const admission = new Admission({ imagesMax: 100, bytesMax: 1, slots: 1 }, waiting);
  const leave = await admission.enter('interactive', never);
  t.equal(waiting[0], 0, 'who got a slot at once never waited');
  const batch = admission.enter('batch', never);
  t.equal(waiting[0], 0);
  const gone = new AbortController();
  const given = admission.enter('interactive', gone.signal);
  const next = admission.enter('interactive', never);
  t.equal(waiting[0], 2);
  gone.abort(new Error('went away'));
  await t.rejects(given, /went away/);
  t.equal(waiting[0], 1);
  leave();
  const leaveNext = await next;
  t.equal(waiting[0], 0);
  leaveNext();
  (await batch)();
  t.equal(waiting[0], 0);
});
