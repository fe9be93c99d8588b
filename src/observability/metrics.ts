/**
 * Every metric of aidet, once: kind, help text, labels, buckets. Names follow the Prometheus conventions: base units, unit
 * last, `_total` for counters. Labels hold closed sets alone (operation, status, plan), never ids or paths of a request.
 */
import {
  Counter,
  collectDefaultMetrics,
  Gauge,
  Histogram,
  type OpenMetricsContentType,
  type PrometheusContentType,
  Registry,
} from 'prom-client';

interface MetricSpec {
  kind: 'counter' | 'gauge' | 'histogram';
  help: string;
  labels?: readonly string[];
  buckets?: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

export const METRICS = {
  aidet_http_requests_total: { kind: 'counter', help: 'Requests answered.', labels: ['operation', 'status'] },
  aidet_http_errors_total: {
    kind: 'counter',
    help: 'Error answers by code of the error contract.',
    labels: ['operation', 'code'],
  },
  aidet_http_aborts_total: {
    kind: 'counter',
    help: 'Requests whose client went away before the answer.',
    labels: ['operation'],
  },
  aidet_http_request_seconds: {
    kind: 'histogram',
    help: 'From the last byte of the request to the answer.',
    labels: ['operation'],
    buckets: SECONDS,
  },
  aidet_http_requests_in_flight: { kind: 'gauge', help: 'Requests between their head and their answer.' },
  aidet_http_request_bytes_total: {
    kind: 'counter',
    help: 'Bytes of request bodies read.',
    labels: ['operation'],
  },
  aidet_http_response_bytes_total: {
    kind: 'counter',
    help: 'Bytes of response bodies.',
    labels: ['operation'],
  },
  aidet_stage_seconds: {
    kind: 'histogram',
    help: 'Time of an image in a stage of the road.',
    labels: ['stage'],
    buckets: SECONDS,
  },
  aidet_verdicts_total: {
    kind: 'counter',
    help: 'Images that got a verdict.',
    labels: ['verdict', 'decided_by', 'cached'],
  },
  aidet_images_in_flight: { kind: 'gauge', help: 'Images between admission and answer.' },
  aidet_images_queued: { kind: 'gauge', help: 'Images waiting for a worker.' },
  aidet_in_flight_bytes: { kind: 'gauge', help: 'Bytes of request bodies and images held.' },
  aidet_ready: { kind: 'gauge', help: '1 where the server takes work.' },
  aidet_inference_queued_tiles: { kind: 'gauge', help: 'Tiles waiting for inference.' },
  aidet_inference_running_tiles: { kind: 'gauge', help: 'Tiles in execution.' },
  aidet_inference_tiles_total: { kind: 'counter', help: 'Tiles executed.' },
  aidet_inference_batches_total: { kind: 'counter', help: 'Batches executed.' },
  aidet_inference_dropped_tiles_total: { kind: 'counter', help: 'Tiles not executed.', labels: ['reason'] },
  aidet_inference_execute_seconds_total: { kind: 'counter', help: 'Time spent in executing batches.' },
  aidet_inference_queue_delay_seconds_total: {
    kind: 'counter',
    help: 'Sum over tiles of the time between arrival and dispatch.',
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
type Labels = Record<string, string | number>;
type NamesOf<K extends MetricSpec['kind']> = {
  [N in MetricName]: (typeof METRICS)[N]['kind'] extends K ? N : never;
}[MetricName];

export interface Metrics {
  add(name: NamesOf<'counter'>, value: number, labels?: Labels): void;
  set(name: NamesOf<'gauge'>, value: number, labels?: Labels): void;
  observe(name: NamesOf<'histogram'>, value: number, labels?: Labels): void;
  /** Called before each reading, to take over figures that live elsewhere. */
  onRead(read: () => void): void;
  /** For figures that another part counts: takes its sum since start. */
  setTotal(name: NamesOf<'counter'>, sum: number, labels?: Labels): void;
  /** Prometheus text, or OpenMetrics where `accept` asks for it. */
  render(accept: string | undefined): Promise<{ contentType: string; text: string }>;
}

export function createMetrics(settings: { processMetrics: boolean }): Metrics {
  const registry = new Registry<PrometheusContentType | OpenMetricsContentType>();
  const all = new Map<MetricName, Counter | Gauge | Histogram>();
  for (const [name, spec] of Object.entries(METRICS) as [MetricName, MetricSpec][]) {
    const config = {
      name,
      help: spec.help,
      labelNames: [...(spec.labels ?? [])],
      registers: [registry as Registry],
    };
    if (spec.kind === 'counter') all.set(name, new Counter(config));
    else if (spec.kind === 'gauge') all.set(name, new Gauge(config));
    else all.set(name, new Histogram({ ...config, buckets: [...(spec.buckets ?? SECONDS)] }));
  }
  if (settings.processMetrics) collectDefaultMetrics({ register: registry as Registry });
  const readers: (() => void)[] = [];
  const sums = new Map<string, number>();

  const add = (name: MetricName, value: number, labels: Labels = {}): void =>
    (all.get(name) as Counter).inc(labels, value);
  return {
    add,
    set: (name, value, labels = {}) => (all.get(name) as Gauge).set(labels, value),
    observe: (name, value, labels = {}) => (all.get(name) as Histogram).observe(labels, value),
    onRead: (read) => readers.push(read),
    setTotal(name, sum, labels = {}) {
      const series = `${name} ${Object.values(labels).join(' ')}`;
      add(name, Math.max(0, sum - (sums.get(series) ?? 0)), labels);
      sums.set(series, sum);
    },
    async render(accept) {
      for (const read of readers) read();
      const openMetrics = accept?.includes('application/openmetrics-text') === true;
      registry.setContentType(
        openMetrics ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE,
      );
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
}
