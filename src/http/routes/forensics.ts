import type { Accounts } from '../../accounts/types.js';
import type { ForensicsOptions } from '../../domain/types.js';
import type { Pipeline } from '../../pipeline/types.js';
import type { Fields } from '../body/structured.js';
import { route } from '../exchange.js';
import type { components } from '../generated/api.js';
import type { ArtifactPlacer } from '../images/artifact-placer.js';
import type { Intake, PlacedRequest } from '../images/intake.js';
import { presentForensics } from '../images/present-forensics.js';
import { blame, contentOf } from '../images/source.js';
import { checkFields, fieldTypes } from '../validation.js';

type WireAnswer = components['schemas']['ForensicsAnswer'];

export interface ForensicsDeps {
  accounts: Pick<Accounts, 'charge'>;
  pipeline: Pick<Pipeline, 'forensics'>;
  intake: Intake;
  placer: ArtifactPlacer;
}

/** POST /v1/forensics */
export function forensicsRoute({ accounts, pipeline, intake, placer }: ForensicsDeps) {
  return route<PlacedRequest & { options: ForensicsOptions }>({
    operationId: 'forensics',
    method: 'POST',
    path: '/v1/forensics',
    endpoint: 'forensics',
    read(exchange) {
      const body = intake.reader(exchange, fieldTypes('ForensicsOptions'));
      return {
        ...body,
        async end() {
          const request = await body.end();
          return { ...request, options: forensicsOptions(request.fields) };
        },
      };
    },
    fingerprint: ({ source, options }) => JSON.stringify([contentOf(source), options]),
    async handle(exchange, { source, place, options }) {
      const { principal } = exchange;
      const charge = accounts.charge(principal, 1);
      let used = 0;
      try {
        const bytes = await intake.obtain(exchange, source, place);
        const begunMs = performance.now();
        const result = await pipeline.forensics({ bytes }, options, {
          signal: exchange.signal,
          priority: 'interactive',
          timeoutMs: exchange.remainingMs(),
        });
        const placeMs = performance.now();
        exchange.stage('forensics', begunMs, placeMs);
        const urls = await placer.placeForensics(result, principal, {});
        exchange.stage('store', placeMs, performance.now());
        exchange.signal.throwIfAborted();
        used = 1;
        const value: WireAnswer = {
          ...presentForensics(result, urls),
          request_id: exchange.requestId,
          latency_ms: exchange.latencyMs(),
        };
        return { value };
      } catch (error) {
        throw blame(error, source);
      } finally {
        charge.settle(used);
      }
    },
  });
}

/** Throws `invalid_request`. */
function forensicsOptions(given: Fields): ForensicsOptions {
  const fields = checkFields('ForensicsOptions', given) as {
    ela_quality?: number;
    maps?: boolean;
    map_max_px?: number;
    overlay?: boolean;
    report?: boolean;
  };
  return {
    elaQuality: fields.ela_quality ?? 90,
    maps: fields.maps ?? true,
    mapMaxPx: fields.map_max_px ?? 1024,
    overlay: fields.overlay ?? false,
    report: fields.report ?? false,
    sheet: false,
  };
}
