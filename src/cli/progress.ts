import type { Io } from './io.js';

const BAR_WIDTH = 24;
const REDRAW_MS = 100;

/** One line on the terminal's error stream, redrawn in place; nothing where that is not a terminal. */
export class Progress {
  private done = 0;
  private failed = 0;
  private drawnAt = 0;
  private readonly startedAt = performance.now();
  private readonly visible: boolean;

  constructor(
    private readonly total: number,
    private readonly io: Io,
  ) {
    this.visible = io.stderr.isTTY === true && total > 1;
  }

  step(ok: boolean): void {
    this.done++;
    if (!ok) this.failed++;
    if (this.visible && (performance.now() - this.drawnAt > REDRAW_MS || this.done === this.total))
      this.draw();
  }

  /** Takes the bar away, so that a line can be printed in its place. */
  clear(): void {
    if (this.visible && this.drawnAt > 0) this.io.stderr.write('\r\x1b[2K');
  }

  private draw(): void {
    this.drawnAt = performance.now();
    const filled = Math.round((BAR_WIDTH * this.done) / this.total);
    const rate = (this.done * 1000) / (this.drawnAt - this.startedAt);
    const failed = this.failed > 0 ? `, ${this.failed} failed` : '';
    const bar = '#'.repeat(filled) + '.'.repeat(BAR_WIDTH - filled);
    this.io.stderr.write(`\r\x1b[2K[${bar}] ${this.done}/${this.total} ${rate.toFixed(1)}/s${failed}`);
  }
}
