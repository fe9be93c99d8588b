/** Traces of a whole server, at a real receiver of OTLP over HTTP on loopback, and at one that is not there or never answers. */
import { createServer, type RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import t, { type Test } from 'tap';
import { openTraces } from '../../src/observability/traces.js';
import { detect, ENGINES, fixture, startTestApp, until } from '../support/running-app.js';

const image = await fixture('grey.jpg');
const PARENT = '00f067aa0ba902b7';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: number;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status: { code: number };
}

interface Received {
  url: string;
  spans: Span[];
  text(): string;
}

async function listen(t: Test, answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/traces`;
}

async function receiver(t: Test): Promise<Received> {
  const spans: Span[] = [];
  let all = '';
  const url = await listen(t, (request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      all += text;
      for (const resource of JSON.parse(text).resourceSpans)
        for (const scope of resource.scopeSpans) spans.push(...scope.spans);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  return { url, spans, text: () => all };
}

const attribute = (span: Span | undefined, key: string): string | number | undefined => {
  const value = span?.attributes.find((a) => a.key === key)?.value;
  return value?.stringValue ?? value?.intValue;
};

t.test('without an endpoint no library of traces is loaded', async (t) => {
  const app = await startTestApp(t);
  t.equal((await detect(app, image)).status, 200);
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  t.ok(
    loaded.some((path) => /prom-client/.test(path)),
    'what is loaded is seen',
  );
  t.same(
    loaded.filter((path) => /opentelemetry\/(sdk|exporter|otlp|core)/.test(path)),
    [],
  );
});

for (const engine of ENGINES) {
  t.test(`${engine}: a request is one span under the caller's, with its stages below it`, async (t) => {
    const { url, spans, text } = await receiver(t);
    const app = await startTestApp(t, { engine, otlp_traces_endpoint: url, trace_sample_ratio: 0 });
    const ask = async (
      path: string,
      traceparent: string | undefined,
      body: string | Uint8Array,
      type: string,
    ) => {
      const headers = { authorization: `Bearer ${app.key}`, 'content-type': type };
      const own = traceparent === undefined ? {} : { traceparent };
      return (await fetch(app.url + path, { method: 'POST', headers: { ...headers, ...own }, body })).json();
    };
    await ask('/v1/detect?include_heatmap=true', `00-${TRACE}-${PARENT}-01`, image, 'image/jpeg');
    const images = [0, 1].map((i) => ({
      image_base64: Buffer.concat([image, Buffer.from([i])]).toString('base64'),
    }));
    await ask('/v1/detect/batch', `00-${TRACE}-${PARENT}-01`, JSON.stringify({ images }), 'application/json');
    await ask('/v1/detect', `00-${TRACE}-${PARENT}-01`, image.subarray(0, 500), 'image/jpeg');
    await ask('/v1/detect', `00-${'1'.repeat(32)}-${PARENT}-00`, image, 'image/jpeg');
    await ask('/v1/detect', 'this is no traceparent', image, 'image/jpeg');
    await ask('/v1/detect', undefined, image, 'image/jpeg');
    await app.close();
    const roots = spans.filter((span) => span.parentSpanId === PARENT);
    t.same(roots.map((span) => span.name).sort(), [
      'POST /v1/detect',
      'POST /v1/detect',
      'POST /v1/detect/batch',
    ]);
    t.ok(
      spans.every((span) => span.traceId === TRACE),
      'what the caller or the ratio leaves out is not recorded',
    );
    const stagesOf = (root: Span | undefined): Span[] => spans.filter((s) => s.parentSpanId === root?.spanId);
    const one = roots.find((span) => stagesOf(span).some((stage) => stage.name === 'render'));
    t.equal(one?.kind, 2, 'of a server');
    t.same(
      stagesOf(one)
        .map((span) => span.name)
        .sort(),
      ['body', 'decode', 'infer', 'queue', 'render', 'store'],
    );
    t.equal(attribute(one, 'http.route'), '/v1/detect');
    t.equal(attribute(one, 'http.response.status_code'), 200);
    for (const { startTimeUnixNano: from, endTimeUnixNano: to, name } of stagesOf(one)) {
      t.ok(
        BigInt(from) >= BigInt(one?.startTimeUnixNano ?? 0) && BigInt(from) <= BigInt(to),
        `${name} is inside`,
      );
    }
    const refused = roots.find((span) => attribute(span, 'error.type') === 'invalid_request');
    t.equal(attribute(refused, 'http.response.status_code'), 400);
    const batch = stagesOf(roots.find((span) => span.name === 'POST /v1/detect/batch'));
    const inferred = batch
      .filter((span) => span.name === 'infer')
      .map((span) => attribute(span, 'aidet.image'));
    t.same(inferred.sort(), [0, 1], 'each image has its own');
    t.notMatch(text(), app.key);
    t.notMatch(text(), 'include_heatmap', 'no query string');
  });
}

t.test('a collector that refuses, never answers, or is gone holds up and fails nothing', async (t) => {
  const closed = createTcpServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  const collectors = {
    gone: `http://127.0.0.1:${port}/v1/traces`,
    silent: await listen(t, () => {}),
    refusing: await listen(t, (_, response) => response.writeHead(503).end()),
  };
  for (const [name, url] of Object.entries(collectors)) {
    const app = await startTestApp(t, { otlp_traces_endpoint: url });
    for (let i = 0; i < 3; i++) t.equal((await detect(app, image)).status, 200, name);
    await app.close();
    t.pass(`${name}: the server ends`);
  }
});

t.test('more spans than can be sent are dropped, and told once', async (t) => {
  const reports: Error[] = [];
  const url = await listen(t, (_, response) => response.writeHead(400).end());
  const settings = { endpoint: url, sampleRatio: 1, version: '0' };
  const traces = await openTraces(settings, (error) => reports.push(error));
  for (let i = 0; i < 20_000; i++) {
    const trace = traces.begin('GET /', performance.now(), new Map());
    trace?.end({ failed: false, attributes: {} });
  }
  await until('it is told', () => reports.length > 0);
  await traces.close();
  t.equal(reports.length, 1);
  t.match(reports[0], { message: /Traces could not be sent/ });
  for (const endpoint of ['collector:4318', 'ftp://a/', 'nothing'])
    await t.rejects(
      openTraces({ ...settings, endpoint }, () => {}),
      { message: /must be an http or https URL/ },
    );
});
