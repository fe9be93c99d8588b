import { setMaxListeners } from 'node:events';
import { test } from 'tap';
import type { Priority } from '../../src/domain/types.js';
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

test('slots go by class in fixed shares, then by arrival: under lasting overload none starves and none is swamped', async (t) => {
  const admission = new Admission({ imagesMax: 1000, bytesMax: 1, slots: 1 }, counter());
  const order: string[] = [];
  const wait = async (priority: Priority, name: string): Promise<void> => {
    const done = await admission.enter(priority, never);
    order.push(name);
    done();
  };
  const leave = await admission.enter('interactive', never);
  const all = Array.from({ length: 90 }, (_, n) => [
    wait('async', `a${n}`),
    wait('batch', `b${n}`),
    wait('interactive', `i${n}`),
  ]).flat();
  leave();
  await Promise.all(all);
  t.equal(order[0], 'i0', 'the best class first');
  const among = (from: number, to: number, kind: string): number =>
    order.slice(from, to).filter((name) => name.startsWith(kind)).length;
  for (let from = 0; from < 90; from += 9)
    t.same(
      ['i', 'b', 'a'].map((kind) => among(from, from + 9, kind)),
      [6, 2, 1],
    );
  const longest = /b+/.exec(order.slice(0, 90).join('').replace(/\d/g, ''))?.[0].length;
  t.equal(longest, 1, 'a single image never waits for two of a batch');
  for (const kind of ['i', 'b', 'a']) {
    const own = order.filter((name) => name.startsWith(kind)).map((name) => Number(name.slice(1)));
    t.same(
      own,
      Array.from({ length: 90 }, (_, n) => n),
      'in order of arrival',
    );
  }
});

test('what a class does not use is not saved up', async (t) => {
  const admission = new Admission({ imagesMax: 1000, bytesMax: 1, slots: 1 }, counter());
  for (let i = 0; i < 50; i++) (await admission.enter('batch', never))();
  const leave = await admission.enter('batch', never);
  const order: Priority[] = [];
  const wait = async (priority: Priority): Promise<void> => {
    const done = await admission.enter(priority, never);
    order.push(priority);
    done();
  };
  const all = [...Array(6).fill('batch'), ...Array(12).fill('interactive')].map(wait);
  leave();
  await Promise.all(all);
  t.equal(order.slice(0, 8).filter((priority) => priority === 'interactive').length, 6);
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
