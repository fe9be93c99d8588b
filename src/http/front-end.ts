/** Everything of this room put together: routes, door and engine, behind one listening address. */
import type { Accounts } from '../accounts/types.js';
import type { Fetcher } from '../fetching/fetcher.js';
import type { Log } from '../observability/log.js';
import type { Metrics } from '../observability/metrics.js';
import type { Traces } from '../observability/traces.js';
import type { Pipeline } from '../pipeline/types.js';
import type { Provenance } from '../provenance/types.js';
import type { ArtifactUrls } from '../storage/artifact-urls.js';
import type { ArtifactStore } from '../storage/artifacts.js';
import type { IdempotentAnswers } from '../storage/idempotency.js';
import { checkAgainstContract } from './contract.js';
import { createDoor } from './door.js';
import { createNodeEngine } from './engine/node.js';
import type { TlsFiles } from './engine/types.js';
import { createUwsEngine } from './engine/uws.js';
import { createArtifactPlacer } from './images/artifact-placer.js';
import { createIntake } from './images/intake.js';
import { Router } from './router.js';
import { artifactRoutes } from './routes/artifacts.js';
import { c2paVerifyRoute } from './routes/c2pa-verify.js';
import { detectRoute } from './routes/detect.js';
import { detectBatchRoute } from './routes/detect-batch.js';
import { docsRoutes } from './routes/docs.js';
import { forensicsRoute } from './routes/forensics.js';
import { type CheckState, type HealthDeps, healthRoutes } from './routes/health.js';
import { keyRoutes } from './routes/keys.js';
import { metricsRoute } from './routes/metrics.js';
import { type ModelCard, modelRoutes } from './routes/models.js';
import { openapiRoute } from './routes/openapi.js';
import { usageRoute } from './routes/usage.js';

export interface FrontEndDeps {
  accounts: Accounts;
  pipeline: Pipeline;
  fetcher: Fetcher;
  provenance: Pick<Provenance, 'verify'>;
  answers: IdempotentAnswers;
  artifacts: ArtifactStore;
  artifactUrls: ArtifactUrls;
  models: readonly ModelCard[];
  log: Log;
  metrics: Metrics;
  /** Undefined: no traces. */
  traces: Traces | undefined;
  nowMs: () => number;
  health: Omit<HealthDeps, 'nowMs' | 'startedMs'>;
}

export interface FrontEndSettings {
  engine: 'uws' | 'node';
  host: string;
  port: number;
  tls?: TlsFiles;
  publicUrl: string;
  imageBytesMax: number;
  batchBytesMax: number;
  deadlineMs: number;
  drainMs: number;
  artifactTtlS: number;
  metricsToken: string;
  statusPageUrl: string;
  trustProxy: readonly string[];
}

export interface FrontEnd {
  /** Where it listens; begins with the scheme, no slash at the end. */
  readonly url: string;
  /** Reads the TLS files again; throws where they can not be used, and keeps the old ones. */
  reloadTls(): void;
  /** Takes nothing new, waits for what is in flight as long as the drain time allows, ends all connections. */
  close(): Promise<void>;
}

const ENGINES = { uws: createUwsEngine, node: createNodeEngine };

/** @throws Error where the address can not be had. */
export async function startFrontEnd(deps: FrontEndDeps, settings: FrontEndSettings): Promise<FrontEnd> {
  const { accounts, pipeline, metrics, log, nowMs } = deps;
  let url = '';
  let draining = false;
  const health: HealthDeps = {
    ...deps.health,
    nowMs,
    startedMs: nowMs(),
    checks: () => ({ server: draining ? 'unavailable' : ('ok' as CheckState), ...deps.health.checks() }),
  };
  const intake = createIntake(deps, settings);
  const placer = createArtifactPlacer(
    {
      store: deps.artifacts,
      urls: deps.artifactUrls,
      publicUrl: () => (settings.publicUrl === '' ? url : settings.publicUrl.replace(/\/+$/, '')),
      nowMs,
      report: (error) => log.warn({ err: error }, 'an artifact was not stored'),
    },
    { ttlS: settings.artifactTtlS },
  );
  const router = new Router([
    detectRoute({ accounts, pipeline, intake, placer, metrics }),
    detectBatchRoute({ accounts, pipeline, fetcher: deps.fetcher, placer, metrics, log }, settings),
    forensicsRoute({ accounts, pipeline, intake, placer }),
    c2paVerifyRoute({ provenance: deps.provenance, intake }),
    usageRoute(accounts),
    ...keyRoutes(accounts),
    ...modelRoutes(deps.models),
    ...artifactRoutes({ accounts, store: deps.artifacts, urls: deps.artifactUrls, nowMs }),
    ...healthRoutes(health),
    metricsRoute(metrics, settings.metricsToken),
    openapiRoute(),
    ...docsRoutes(),
  ]);
  checkAgainstContract(router.routes);
  const door = createDoor(
    {
      accounts,
      answers: deps.answers,
      router,
      log,
      metrics,
      traces: deps.traces,
      now: () => performance.now(),
    },
    { ...settings, tls: settings.tls !== undefined },
  );
  const engine = ENGINES[settings.engine](door.handler, settings);
  const port = await engine.listen();
  url = `${settings.tls === undefined ? 'http' : 'https'}://${hostInUrl(settings.host)}:${port}`;

  return {
    get url() {
      return url;
    },
    reloadTls: () => engine.reloadTls(),
    async close() {
      draining = true;
      door.drain();
      engine.stopListening();
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, settings.drainMs);
      });
      await Promise.race([door.idle(), patience]);
      clearTimeout(timer);
      await engine.close();
    },
  };
}

/** An address that a client on this machine can use. */
function hostInUrl(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
