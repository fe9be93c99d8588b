import type { UwsResponse } from './uws-library.js';

/** uWebSockets.js ends a connection that it hears nothing of for ten to twelve seconds, also one that we hold back. */
const MOUTHFUL_EVERY_MS = 6_000;

/**
 * Back-pressure on one request. A client that is held back for long gets a mouthful through now and then, what the socket's
 * buffers hold, so that the engine does not take it for dead.
 */
export class UwsFlow {
  private paused = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly res: Pick<UwsResponse, 'pause' | 'resume'>) {}

  pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.res.pause();
    this.timer = setInterval(() => this.res.resume(), MOUTHFUL_EVERY_MS);
  }

  /** After each piece of the body. */
  heard(): void {
    if (this.paused) this.res.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.over();
    this.res.resume();
  }

  /** The response must not be touched any more. */
  over(): void {
    this.paused = false;
    clearInterval(this.timer);
  }
}
