import type { Provenance } from '../../provenance/types.js';
import { withinDeadline } from '../deadline.js';
import { route } from '../exchange.js';
import type { components } from '../generated/api.js';
import type { Intake, PlacedRequest } from '../images/intake.js';
import { blame, contentOf } from '../images/source.js';
import { checkFields, fieldTypes } from '../validation.js';

type WireReport = components['schemas']['C2paReport'];

export interface C2paVerifyDeps {
  provenance: Pick<Provenance, 'verify'>;
  intake: Intake;
}

/** POST /v1/c2pa/verify */
export function c2paVerifyRoute({ provenance, intake }: C2paVerifyDeps) {
  return route<PlacedRequest>({
    operationId: 'c2paVerify',
    method: 'POST',
    path: '/v1/c2pa/verify',
    endpoint: 'c2pa_verify',
    read(exchange) {
      const body = intake.reader(exchange, fieldTypes('NoOptions'));
      return {
        ...body,
        async end() {
          const request = await body.end();
          checkFields('NoOptions', request.fields);
          return request;
        },
      };
    },
    fingerprint: ({ source }) => contentOf(source),
    async handle(exchange, { source, place }) {
      try {
        const bytes = await intake.obtain(exchange, source, place);
        const begunMs = performance.now();
        const report = await withinDeadline(exchange, 'The manifest was not verified', (signal) =>
          provenance.verify(bytes, signal),
        );
        exchange.stage('verify', begunMs, performance.now());
        const value: WireReport = {
          ...report,
          request_id: exchange.requestId,
          latency_ms: exchange.latencyMs(),
        };
        return { value };
      } catch (error) {
        throw blame(error, source);
      }
    },
  });
}
