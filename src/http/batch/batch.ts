/**
 * One batch from its first image to its results. Images are judged a few at a time, and so are never all decoded at once;
 * those of a large body are judged while the rest still comes, and the client is held back where it is too fast.
 */
import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Accounts, Charge } from '../../accounts/types.js';
import { AidetError } from '../../domain/errors.js';
import type { Fetcher } from '../../fetching/fetcher.js';
import type { Log } from '../../observability/log.js';
import type { Metrics } from '../../observability/metrics.js';
import type { Reservation } from '../../pipeline/admission.js';
import type { DetectResult, Pipeline } from '../../pipeline/types.js';
import type { Fields } from '../body/structured.js';
import { withinDeadline } from '../deadline.js';
import { publicError } from '../errors.js';
import type { Exchange } from '../exchange.js';
import type { ArtifactPlacer, DetectionUrls } from '../images/artifact-placer.js';
import { type DetectRequest, detectRequest } from '../images/options.js';
import { presentDetection, type WireDetection } from '../images/present.js';
import { blame } from '../images/source.js';
import { observeVerdict } from '../observe-verdict.js';
import { traceStages } from '../server-timing.js';
import { type BatchImage, IMAGES_MAX } from './image.js';

export interface BatchDeps {
  accounts: Pick<Accounts, 'charge'>;
  pipeline: Pick<Pipeline, 'detect' | 'reserve'>;
  fetcher: Pick<Fetcher, 'fetchImage'>;
  placer: ArtifactPlacer;
  metrics: Metrics;
  log: Log;
}

export interface BatchSettings {
  imageBytesMax: number;
}

/** What became of one image. */
type Result =
  | ({ index: number; id: string | null; status: 'ok' } & WireDetection)
  | { index: number; id: string | null; status: 'error'; error: AidetError };

/** What the look at one content gave; duplicates share it. */
interface Look {
  result: DetectResult;
  urls: DetectionUrls;
}

/** Images of one batch at work at once; beyond what the workers take they wait for a slot or for their download. */
const AT_ONCE = 16;
/** More bytes than these are not kept waiting: judging begins before the body has ended. */
const KEPT_BYTES_MAX = 64_000_000;
/** While images are judged, the client is held back from here on, and let go again at half. */
const AHEAD_BYTES_MAX = 32_000_000;
/** How long to wait for room that others hold. */
const ROOM_RETRY_MS = 20;

export class Batch {
  private readonly fields: Fields = {};
  private readonly images: BatchImage[] = [];
  private readonly results: Promise<Result>[] = [];
  private readonly looks = new Map<string, Promise<Look>>();
  /** Of images that got a verdict; they are paid when the answer stands. */
  private readonly charges: Charge[] = [];
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly place: Reservation;
  private readonly awaitingQuota: (() => void)[] = [];
  /** Images that hold a scan and have no result yet. */
  private undecided = 0;
  private asked: DetectRequest | undefined;
  private begun = 0;
  private active = 0;
  /** Bytes of images that have no result yet, and of the piece of the body that is being read. */
  private imageBytes = 0;
  private readingBytes = 0;
  private paused = false;
  private wake: (() => void) | undefined;
  private ended = false;
  private starting: Promise<void> | undefined;

  /** @param mayBeginEarly false where nothing may run before the whole request is known. */
  constructor(
    private readonly deps: BatchDeps,
    private readonly settings: BatchSettings,
    private readonly exchange: Exchange,
    private readonly mayBeginEarly: boolean,
  ) {
    this.signal = AbortSignal.any([exchange.signal, this.stop.signal]);
    // Every image at work listens to it, several times over.
    setMaxListeners(0, this.signal);
    this.place = deps.pipeline.reserve('batch');
    exchange.onFinished(() => this.cancel());
  }

  /** Throws `invalid_request` where the images before it are judged already. */
  option(name: string, value: unknown): void {
    if (this.asked !== undefined) {
      const message = `In a body of more than ${KEPT_BYTES_MAX / 1e6} MB the options stand before the images (${name.slice(0, 50)} did not)`;
      throw new AidetError('invalid_request', message, { param: name.slice(0, 50) });
    }
    this.fields[name] = value;
  }

  add(image: BatchImage): void {
    if (this.images.length === IMAGES_MAX)
      throw new AidetError('invalid_request', `A batch has at most ${IMAGES_MAX} images`, {
        param: 'images',
      });
    this.images.push(image);
    this.imageBytes += image.bytes;
    this.hold();
    if (this.asked === undefined && this.mayBeginEarly && this.imageBytes > KEPT_BYTES_MAX) this.begin();
    this.wake?.();
    this.regulate();
  }

  /** Bytes of the body that are held beside the images; throws `service_unavailable` where there is no room. */
  holds(readingBytes: number): void {
    this.readingBytes = readingBytes;
    this.hold();
  }

  /** The same for requests that are the same. Hashes every image. */
  fingerprint(): string {
    const hash = createHash('sha256').update(JSON.stringify(detectRequest(this.fields, 'BatchOptions')));
    for (const image of this.images)
      hash.update(JSON.stringify([image.content(), image.id, image.metadata ?? null]));
    return hash.digest('hex');
  }

  /** All results, in the order of the request. Throws `invalid_request` where the batch itself is none. */
  async finish(): Promise<Result[]> {
    if (this.images.length === 0)
      throw new AidetError('invalid_request', 'images must have at least 1 entry', { param: 'images' });
    this.begin();
    this.ended = true;
    this.wake?.();
    await this.starting;
    this.signal.throwIfAborted();
    const results = await Promise.all(this.results);
    this.settle(true);
    return results;
  }

  /** Ends everything; what was not finished costs nothing. */
  cancel(): void {
    this.stop.abort();
    this.settle(false);
    this.wake?.();
    this.place.release();
  }

  private begin(): void {
    if (this.asked !== undefined) return;
    this.asked = detectRequest(this.fields, 'BatchOptions');
    this.starting = this.startAll();
  }

  /** Starts one image after the other, as there is room; done when there are no more to come. */
  private async startAll(): Promise<void> {
    while (!this.signal.aborted) {
      const image = this.images[this.begun];
      if (image === undefined && this.ended) return;
      if (image === undefined || this.active >= AT_ONCE) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
      } else if (this.takePlace()) {
        this.results.push(this.run(image, this.begun++));
      } else {
        await sleep(ROOM_RETRY_MS);
      }
    }
  }

  private takePlace(): boolean {
    if (this.exchange.remainingMs() <= 1) return true;
    try {
      this.place.set(this.active + 1, this.imageBytes + this.readingBytes);
      return true;
    } catch {
      return false;
    }
  }

  private async run(image: BatchImage, index: number): Promise<Result> {
    this.active++;
    const startMs = performance.now();
    try {
      const { result, urls } = await this.look(image, index);
      const asked = this.asked as DetectRequest;
      const detection = presentDetection(result, {
        metadata: image.metadata ?? asked.metadata,
        urls,
        requestId: this.exchange.requestId,
        latencyMs: Math.round(performance.now() - startMs),
        livemode: this.exchange.principal.livemode,
      });
      return { index, id: image.id, status: 'ok', ...detection };
    } catch (error) {
      const shown = publicError(ofImage(error, index));
      if (shown.code === 'internal_error' && !this.signal.aborted)
        this.deps.log.error({ request_id: this.exchange.requestId, index, err: shown.cause });
      return { index, id: image.id, status: 'error', error: shown };
    } finally {
      this.active--;
      this.imageBytes -= image.bytes;
      image.drop();
      this.hold();
      this.wake?.();
      this.regulate();
    }
  }

  /** The same content is looked at once, and paid once. */
  private async look(image: BatchImage, index: number): Promise<Look> {
    const content = image.content();
    let look = this.looks.get(content);
    if (look === undefined) {
      look = this.judge(image, index);
      look.catch(() => {});
      this.looks.set(content, look);
    }
    return await look;
  }

  private async judge(image: BatchImage, index: number): Promise<Look> {
    const { pipeline, placer, metrics } = this.deps;
    const { options, heatmapInline } = this.asked as DetectRequest;
    const { principal } = this.exchange;
    const source = image.source();
    this.signal.throwIfAborted();
    const charge = await this.charge();
    try {
      const bytes = 'bytes' in source ? source.bytes : await this.fetch(source.url, image, index);
      const begunMs = performance.now();
      const result = await pipeline.detect({ bytes }, options, {
        signal: this.signal,
        priority: 'batch',
        timeoutMs: this.exchange.remainingMs(),
        cache: { scope: principal.projectId, ttlS: principal.retention.resultsS },
      });
      traceStages(this.exchange, begunMs, result, { 'aidet.image': index });
      const urls = await placer.placeDetection(result, principal, heatmapInline);
      this.signal.throwIfAborted();
      observeVerdict(metrics, result);
      this.charges.push(charge);
      return { result: withoutPictures(result), urls };
    } catch (error) {
      charge.settle(0);
      throw blame(error, source);
    } finally {
      this.undecided--;
      for (const wake of this.awaitingQuota.splice(0)) wake();
    }
  }

  /** One scan. What other images of this batch hold may come back, where they get no verdict: they are waited for. */
  private async charge(): Promise<Charge> {
    for (;;) {
      try {
        const charge = this.deps.accounts.charge(this.exchange.principal, 1);
        this.undecided++;
        return charge;
      } catch (error) {
        if (this.undecided === 0) throw error;
        await new Promise<void>((resolve) => this.awaitingQuota.push(resolve));
      }
    }
  }

  private async fetch(url: string, image: BatchImage, index: number): Promise<Uint8Array> {
    const hold = (held: number): void => {
      this.imageBytes += held - image.bytes;
      image.bytes = held;
      this.hold();
    };
    const limits = { signal: this.signal, remainingMs: () => this.exchange.remainingMs() };
    const begunMs = performance.now();
    const { bytes } = await withinDeadline(limits, 'The image was not fetched', (signal) =>
      this.deps.fetcher.fetchImage(url, { signal, bytesMax: this.settings.imageBytesMax, hold }),
    );
    this.exchange.stage('fetch', begunMs, performance.now(), { 'aidet.image': index });
    return bytes;
  }

  /** Throws `service_unavailable`; less than before always fits. */
  private hold(): void {
    if (!this.signal.aborted) this.place.set(this.active, this.imageBytes + this.readingBytes);
  }

  private regulate(): void {
    const { flow } = this.exchange;
    if (!this.paused && this.asked !== undefined && this.imageBytes > AHEAD_BYTES_MAX) {
      this.paused = true;
      flow.pause();
    } else if (this.paused && this.imageBytes < AHEAD_BYTES_MAX / 2) {
      this.paused = false;
      flow.resume();
    }
  }

  private settle(kept: boolean): void {
    for (const charge of this.charges.splice(0)) charge.settle(kept ? 1 : 0);
  }
}

/** Pictures were stored; a hundred of them must not be held until the batch ends. */
function withoutPictures(result: DetectResult): DetectResult {
  const { forensics } = result;
  return {
    ...result,
    heatmapPng: null,
    forensics: forensics && { ...forensics, pictures: null, sheet: null, report: null },
  };
}

/** An error's field, as a path from the batch. */
function ofImage(error: unknown, index: number): unknown {
  if (!(error instanceof AidetError)) return error;
  const { code, message, param, retryAfterS, cause } = error;
  const isOfTheRequest = code === 'invalid_request' || code.startsWith('image_');
  const place = `images[${index}]`;
  const path =
    param === 'model'
      ? param
      : param !== undefined
        ? `${place}.${param}`
        : isOfTheRequest
          ? place
          : undefined;
  return new AidetError(code, message, {
    ...(path === undefined ? {} : { param: path }),
    ...(retryAfterS === undefined ? {} : { retryAfterS }),
    cause: cause ?? error,
  });
}
