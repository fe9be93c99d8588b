import type { InferenceRuntime } from '../inference/types.js';
import type { Pipeline } from '../pipeline/types.js';
import type { Metrics } from './metrics.js';

interface Road {
  pipeline: Pick<Pipeline, 'load' | 'ready'>;
  runtime: Pick<InferenceRuntime, 'stats'>;
}

/** Figures that other parts count are taken over at each reading. */
export function observeRoad(metrics: Metrics, { pipeline, runtime }: Road): void {
  metrics.onRead(() => {
    const load = pipeline.load();
    metrics.set('aidet_images_in_flight', load.images);
    metrics.set('aidet_images_queued', load.queuedImages);
    metrics.set('aidet_in_flight_bytes', load.bytes);
    metrics.set('aidet_ready', pipeline.ready() ? 1 : 0);
    const stats = runtime.stats();
    metrics.set('aidet_inference_queued_tiles', stats.queuedTiles);
    metrics.set('aidet_inference_running_tiles', stats.runningTiles);
    metrics.setTotal('aidet_inference_tiles_total', stats.tiles);
    metrics.setTotal('aidet_inference_batches_total', stats.batches);
    metrics.setTotal('aidet_inference_execute_seconds_total', stats.executeMsTotal / 1000);
    metrics.setTotal('aidet_inference_queue_delay_seconds_total', stats.queueDelayMsTotal / 1000);
    for (const reason of ['rejected', 'expired', 'cancelled', 'failed'] as const)
      metrics.setTotal('aidet_inference_dropped_tiles_total', stats[reason], { reason });
  });
}
