/** The composition root: builds every part, hands it over, starts it, stops it. The only place where parts meet. */
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createAccounts } from './accounts/accounts.js';
import type { Accounts } from './accounts/types.js';
import type { Settings } from './config/schema.js';
import type { ModelPackage } from './domain/model.js';
import { createFetcher, FETCH_TIMES } from './fetching/fetcher.js';
import { checkTarget } from './forensics/kernels.js';
import { startFrontEnd } from './http/front-end.js';
import type { ModelCard } from './http/routes/models.js';
import { loadModelPackage } from './inference/model-package.js';
import { defaultOrtLibrary, openRuntime } from './inference/runtime.js';
import type { InferenceRuntime, RuntimeInfo, RuntimeSettings } from './inference/types.js';
import { createLog, type Log } from './observability/log.js';
import { createMetrics } from './observability/metrics.js';
import { observeRoad } from './observability/observe-road.js';
import { openTraces } from './observability/traces.js';
import { createPipeline } from './pipeline/pipeline.js';
import type { Pipeline } from './pipeline/types.js';
import { createProvenance } from './provenance/provenance.js';
import type { Provenance } from './provenance/types.js';
import { createArtifactUrls } from './storage/artifact-urls.js';
import { openArtifactStore } from './storage/artifacts.js';
import { openDatabase } from './storage/database.js';
import { openIdempotentAnswers } from './storage/idempotency.js';
import { openKeyRing } from './storage/key-ring.js';
import { openSecrets } from './storage/secrets.js';

/** The package's own folder; the compiled file lies in dist/src. */
const PACKAGE_ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** The large network takes ten times the arithmetic: nothing to a GPU, most of a second to one core. */
const SHIPPED_MODEL = 'aidet-tile';
const SHIPPED_GPU_MODEL = 'aidet-tile-large';

/** The road without a front end: what the CLI and the evaluation use. */
export interface Detector {
  pipeline: Pipeline;
  provenance: Provenance;
  runtime: InferenceRuntime;
  packages: readonly ModelPackage[];
  active: ModelPackage;
  /** Images that keep all workers busy. */
  concurrency: number;
  close(): Promise<void>;
}

async function loadModels(settings: Settings): Promise<ModelPackage[]> {
  const folder = settings.models_dir === '' ? join(PACKAGE_ROOT, 'models') : settings.models_dir;
  const entries = await readdir(folder, { withFileTypes: true });
  const packages: ModelPackage[] = [];
  for (const entry of entries) {
    if (!entry.isDirectory() || !(await readdir(join(folder, entry.name))).includes('manifest.json'))
      continue;
    packages.push(await loadModelPackage(join(folder, entry.name)));
  }
  const wanted = settings.model === '' ? SHIPPED_MODEL : settings.model;
  const known = packages.map((p) => p.manifest.id);
  if (!known.includes(wanted))
    throw new Error(
      `No model '${wanted}' in ${folder} (found: ${known.join(', ') || 'none'}); set AIDET_MODEL or AIDET_MODELS_DIR`,
    );
  return packages;
}

/** The model that answers where a request names none. */
export function activeModel(
  wanted: string,
  known: readonly string[],
  provider: RuntimeInfo['executionProvider'],
): string {
  if (wanted !== '') return wanted;
  return provider !== 'cpu' && known.includes(SHIPPED_GPU_MODEL) ? SHIPPED_GPU_MODEL : SHIPPED_MODEL;
}

export function runtimeSettings(settings: Settings, models: ModelPackage[]): RuntimeSettings {
  return {
    models,
    ortLibrary: settings.ort_library === '' ? defaultOrtLibrary() : settings.ort_library,
    executionProvider: settings.execution_provider,
    inferenceThreads: settings.inference_threads || availableParallelism(),
    queueDelayMaxMs: settings.queue_delay_max_ms,
    queueTilesMax: settings.queue_tiles_max,
  };
}

/** Rejects with what the operator must mend. */
export async function createDetector(settings: Settings): Promise<Detector> {
  const forensicsTarget = settings.forensics_target === 'auto' ? null : settings.forensics_target;
  if (forensicsTarget !== null) await checkTarget(forensicsTarget);
  const packages = await loadModels(settings);
  const native = runtimeSettings(settings, packages);
  const provenance = createProvenance({
    trustAnchors: settings.c2pa_trust_anchors,
    trustKeyUsages: settings.c2pa_trust_ekus,
  });
  const runtime = await openRuntime(native);
  const active = activeModel(
    settings.model,
    packages.map((p) => p.manifest.id),
    runtime.info().executionProvider,
  );
  const workers = settings.workers || availableParallelism();
  const pipeline = createPipeline(
    { runtime, provenance },
    {
      workers,
      runtime: native,
      activeModel: active,
      imageBytesMax: settings.image_bytes_max,
      imagePixelsMax: settings.image_pixels_max,
      inFlightMax: settings.in_flight_max,
      inFlightBytesMax: settings.in_flight_bytes_max,
      decodedBytesMax: settings.decoded_bytes_max,
      verdictCacheBytes: settings.verdict_cache_bytes,
      verdictCacheTtlMs: settings.verdict_cache_ttl_s * 1000,
      forensicsTarget,
      secondLooksTilesMax: settings.second_looks,
    },
  );
  return {
    pipeline,
    provenance,
    runtime,
    packages,
    active: packages.find((p) => p.manifest.id === active) as ModelPackage,
    concurrency: workers * 2,
    close: async () => {
      await pipeline.close();
      await provenance.close();
      runtime.close();
    },
  };
}

export interface App {
  /** Where the server listens. */
  url: string;
  /** Keys of the project that the first start makes; null afterwards. */
  firstKeys: { live: string; test: string } | null;
  /** Reads certificates and trust lists again, as SIGHUP asks; plans are looked at by themselves. */
  reload(): void;
  /** Answers what is in flight, then ends everything. */
  close(): Promise<void>;
}

/** Downloads at once from one host. */
const FETCHES_PER_HOST = 16;
/** The plan of the project that the first start makes. */
const FIRST_PLAN = 'pro';

/** Starts the server. Rejects with what the operator must mend; then nothing is left running. */
export async function startApp(settings: Settings): Promise<App> {
  const closers: (() => unknown)[] = [];
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse()) await close();
  };
  try {
    return await start(settings, (close) => closers.push(close), closeAll);
  } catch (error) {
    await closeAll();
    throw error;
  }
}

async function start(
  settings: Settings,
  onClose: (close: () => unknown) => void,
  close: () => Promise<void>,
): Promise<App> {
  const log = createLog({ level: settings.log_level });
  onClose(() => new Promise<void>((resolve) => log.flush(() => resolve())));
  const report = (error: Error): void => log.error({ err: error });
  const metrics = createMetrics({ processMetrics: true });
  const { data_dir: dataDir } = settings;
  const secrets = openSecrets(dataDir);
  const db = openDatabase(dataDir);
  onClose(() => db.close());
  const clock = { nowMs: Date.now, monotonicMs: () => performance.now() };
  const accounts = createAccounts(
    { db, clock, pepper: secrets.pepper, report },
    { plansFile: settings.plans_file },
  );
  onClose(() => accounts.close());
  const ring = openKeyRing(dataDir, { nowMs: Date.now, rotateMs: settings.encryption_key_days * 86_400_000 });
  const atRest = { ring, nowMs: Date.now, report };
  const artifacts = openArtifactStore(atRest, { dataDir, bytesMax: settings.artifact_bytes_max });
  onClose(() => artifacts.close());
  const answers = openIdempotentAnswers(atRest, {
    dataDir,
    ttlS: settings.idempotency_ttl_s,
    bytesMax: settings.idempotency_bytes_max,
  });
  onClose(() => answers.close());
  const detector = await createDetector(settings);
  onClose(() => detector.close());
  observeRoad(metrics, detector);
  const { version } = JSON.parse(await readFile(join(PACKAGE_ROOT, 'package.json'), 'utf8')) as {
    version: string;
  };
  const traces =
    settings.otlp_traces_endpoint === ''
      ? undefined
      : await openTraces(
          { endpoint: settings.otlp_traces_endpoint, sampleRatio: settings.trace_sample_ratio, version },
          report,
        );
  onClose(() => traces?.close());
  const fetcher = createFetcher({
    allow: settings.fetch_allow,
    ports: settings.fetch_ports,
    proxy: settings.fetch_proxy,
    concurrency: settings.fetch_concurrency,
    concurrencyPerHost: Math.min(FETCHES_PER_HOST, settings.fetch_concurrency),
    userAgent: `aidet/${version}`,
    times: FETCH_TIMES,
  });
  onClose(() => fetcher.close());
  const { pipeline, runtime } = detector;
  const { id, version: modelVersion } = detector.active.manifest;
  const frontEnd = await startFrontEnd(
    {
      accounts,
      pipeline,
      fetcher,
      provenance: detector.provenance,
      answers,
      artifacts,
      artifactUrls: createArtifactUrls(secrets.urlSecret, Date.now),
      models: await Promise.all(detector.packages.map((p) => cardOf(p, p === detector.active))),
      log,
      metrics,
      traces,
      nowMs: Date.now,
      health: {
        version,
        commit: await builtCommit(),
        model: () => ({ id, version: modelVersion }),
        executionProvider: () => runtime.info().executionProvider,
        checks: () => ({
          inference: pipeline.ready() ? 'ok' : 'unavailable',
          database: db.open ? 'ok' : 'unavailable',
        }),
      },
    },
    {
      engine: settings.engine,
      host: settings.host,
      port: settings.port,
      ...tlsOf(settings),
      publicUrl: settings.public_url,
      imageBytesMax: settings.image_bytes_max,
      batchBytesMax: settings.batch_max_bytes,
      deadlineMs: settings.deadline_ms,
      drainMs: settings.drain_ms,
      artifactTtlS: settings.artifact_ttl_s,
      metricsToken: settings.metrics_token,
      statusPageUrl: settings.status_page_url,
      trustProxy: settings.trust_proxy,
    },
  );
  onClose(() => frontEnd.close());
  return {
    url: frontEnd.url,
    firstKeys: accounts.isEmpty() ? makeFirstProject(accounts) : null,
    reload() {
      reloadTls(frontEnd, log);
      reloadTrust(detector.provenance, log);
    },
    close,
  };
}

function tlsOf({ tls_cert: certPath, tls_key: keyPath }: Settings): {
  tls?: { certPath: string; keyPath: string };
} {
  if (certPath === '' && keyPath === '') return {};
  if (certPath === '' || keyPath === '')
    throw new Error('AIDET_TLS_CERT and AIDET_TLS_KEY go together; one is missing');
  return { tls: { certPath, keyPath } };
}

function reloadTls(frontEnd: { reloadTls(): void }, log: Log): void {
  try {
    frontEnd.reloadTls();
    log.info('certificates were read again');
  } catch (error) {
    log.error({ err: error }, 'the new certificates can not be used; the old ones stay');
  }
}

function reloadTrust(provenance: Provenance, log: Log): void {
  try {
    provenance.reload();
    log.info('C2PA trust lists were read again');
  } catch (error) {
    log.error({ err: error }, 'the new C2PA trust lists can not be used; the old ones stay');
  }
}

function makeFirstProject(accounts: Accounts): { live: string; test: string } {
  const { id } = accounts.createProject(FIRST_PLAN, 'first');
  return {
    live: accounts.createKey(id, { livemode: true, name: 'first live key' }).secret,
    test: accounts.createKey(id, { livemode: false, name: 'first test key' }).secret,
  };
}

async function cardOf({ manifest, path }: ModelPackage, active: boolean): Promise<ModelCard> {
  const card = await readFile(join(dirname(path), 'card.md'), 'utf8').catch(() => null);
  return { manifest, active, card };
}

/** Written by the build where it knows. */
async function builtCommit(): Promise<string | null> {
  const text = await readFile(join(PACKAGE_ROOT, 'dist', 'commit'), 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}
