/**
 * OpenTelemetry traces of requests, off unless an endpoint is set: the libraries are loaded only then. Spans wait in a bounded
 * queue and leave beside the work, so a collector that is slow or gone costs spans, never a request.
 */
import type { Attributes, Context } from '@opentelemetry/api';

export interface TraceSettings {
  /** URL that takes OTLP over HTTP as JSON, usually `http://host:4318/v1/traces`. */
  endpoint: string;
  /** Share of traces that begin here, 0..1; where the caller has decided, its word holds. */
  sampleRatio: number;
  /** Of this software. */
  version: string;
}

/** One request. Times are milliseconds of `performance.now()`. */
export interface RequestTrace {
  /** 32 hexadecimal digits. */
  readonly id: string;
  /** Something that the request did, once it is over. */
  stage(name: string, startMs: number, endMs: number, attributes?: Attributes): void;
  end(outcome: { failed: boolean; attributes: Attributes }): void;
}

export interface Traces {
  /**
   * @param name as `POST /v1/detect`
   * @param headers of the request; `traceparent` and `tracestate` (W3C Trace Context) are read
   * @returns undefined where the trace is not recorded
   */
  begin(name: string, startMs: number, headers: ReadonlyMap<string, string>): RequestTrace | undefined;
  /** Sends what waits, within a few seconds. */
  close(): Promise<void>;
}

const EXPORT_MS_MAX = 3_000;
const CLOSE_MS_MAX = 4_000;
const QUEUED_SPANS_MAX = 8_192;
/** A collector that is down is news once in a while. */
const REPORT_EVERY_MS = 60_000;

/** @throws Error where the endpoint is no URL that can be posted to. */
export async function openTraces(settings: TraceSettings, report: (error: Error) => void): Promise<Traces> {
  const { endpoint, sampleRatio, version } = settings;
  const protocol = URL.canParse(endpoint) ? new URL(endpoint).protocol : '';
  if (protocol !== 'http:' && protocol !== 'https:')
    throw new Error(
      `AIDET_OTLP_TRACES_ENDPOINT must be an http or https URL (got '${endpoint.slice(0, 100)}')`,
    );
  const [api, core, { resourceFromAttributes }, sdk, { OTLPTraceExporter }] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
  ]);
  let reportedMs = Number.NEGATIVE_INFINITY;
  core.setGlobalErrorHandler((cause) => {
    if (performance.now() - reportedMs < REPORT_EVERY_MS) return;
    reportedMs = performance.now();
    report(new Error('Traces could not be sent; they are dropped', { cause }));
  });
  const exporter = new OTLPTraceExporter({ url: endpoint, timeoutMillis: EXPORT_MS_MAX });
  const queue = {
    maxQueueSize: QUEUED_SPANS_MAX,
    exportTimeoutMillis: EXPORT_MS_MAX,
    scheduledDelayMillis: 1000,
  };
  const provider = new sdk.BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'aidet', 'service.version': version }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(sampleRatio) }),
    spanProcessors: [new sdk.BatchSpanProcessor(exporter, queue)],
  });
  const tracer = provider.getTracer('aidet', version);
  const propagator = new core.W3CTraceContextPropagator();
  const getter = {
    get: (headers: ReadonlyMap<string, string>, name: string) => headers.get(name),
    keys: (headers: ReadonlyMap<string, string>) => [...headers.keys()],
  };

  return {
    begin(name, startMs, headers) {
      const caller: Context = propagator.extract(api.ROOT_CONTEXT, headers, getter);
      // The two clocks are compared anew for each request: one of them is set now and then.
      const epochMs = Date.now() - performance.now();
      const kind = api.SpanKind.SERVER;
      const span = tracer.startSpan(name, { kind, startTime: epochMs + startMs }, caller);
      if (!span.isRecording()) return undefined;
      const inside = api.trace.setSpan(caller, span);
      return {
        id: span.spanContext().traceId,
        stage(stage, from, to, attributes = {}) {
          tracer.startSpan(stage, { startTime: epochMs + from, attributes }, inside).end(epochMs + to);
        },
        end({ failed, attributes }) {
          span.setAttributes(attributes);
          if (failed) span.setStatus({ code: api.SpanStatusCode.ERROR });
          span.end(epochMs + performance.now());
        },
      };
    },

    async close() {
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, CLOSE_MS_MAX);
      });
      await Promise.race([provider.shutdown().catch(() => {}), patience]);
      clearTimeout(timer);
    },
  };
}
