import { calibrate, mean } from '../domain/calibration.js';
import type { ModelManifest } from '../domain/model.js';
import { isInDoubt, LOOKS, type Look, type LookWindow, lookWindows } from '../domain/second-looks.js';
import type { TilePlan } from '../domain/tiles.js';
import type { RgbImage } from '../domain/types.js';
import { secondLook } from '../imaging/second-look.js';
import type { InferenceRuntime } from '../inference/types.js';
import type { MeasureTask, WorkerSettings } from './task.js';

export interface FirstLook {
  image: RgbImage;
  manifest: ModelManifest;
  plan: TilePlan;
  /** One a tile of the plan. */
  tileLogits: Float32Array;
}

/**
 * Model probabilities of the second looks at a picture in doubt; empty where it is not, where they are switched off, and
 * where they would be in the way: interactive images wait, the queue is full, or time is short. They add `tilesMax`
 * tiles at most and take half of the time that is left at most; no failure of theirs is one of the verdict's.
 *
 * A look speaks of a part of the picture, so what counts is by how much it moves that part's own logit: the picture's
 * logit is moved by as much.
 */
export async function secondLooks(
  runtime: Pick<InferenceRuntime, 'infer'>,
  { image, manifest, plan, tileLogits }: FirstLook,
  settings: WorkerSettings['secondLooks'],
  task: Pick<MeasureTask, 'priority' | 'cancel'>,
  timeLeftMs: number,
): Promise<number[]> {
  const logit = mean(tileLogits);
  const looks = LOOKS.slice(0, settings.tilesMax);
  const windows = Math.floor(settings.tilesMax / looks.length);
  const isUseful = looks.length > 0 && isInDoubt(calibrate(logit, manifest.calibration));
  if (!isUseful || Atomics.load(settings.waiting, 0) > 0) return [];

  const shift = async (window: LookWindow, look: Look): Promise<number> => {
    const { rgb, width, height } = await secondLook(image, window, look);
    const { tileLogits: again } = await runtime.infer(manifest.id, {
      ...{ rgb, width, height, tiles: Int32Array.of(0, 0) },
      ...{ priority: task.priority, timeoutMs: timeLeftMs / 2, cancel: task.cancel },
    });
    return mean(again) - mean(window.tiles.map((t) => tileLogits[t] as number));
  };
  try {
    return await Promise.all(
      looks.map(async (look) => {
        const side = look === 'save' ? plan.tile : 2 * plan.tile;
        const parts = lookWindows(image, plan, side, windows);
        const shifts = await Promise.all(parts.map((window) => shift(window, look)));
        return calibrate(logit + mean(shifts), manifest.calibration);
      }),
    );
  } catch {
    return [];
  }
}
