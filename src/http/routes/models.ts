import { AidetError } from '../../domain/errors.js';
import type { ModelManifest } from '../../domain/model.js';
import { noBody, type Route, route } from '../exchange.js';
import { page } from '../page.js';

/** What the server tells of a model that it has loaded. */
export interface ModelCard {
  manifest: ModelManifest;
  active: boolean;
  /** Markdown: what it was trained on, how good it is, where it fails; null where the package has none. */
  card: string | null;
}

/** GET /v1/models, /v1/models/{id} */
export function modelRoutes(models: readonly ModelCard[]): Route[] {
  const sorted = [...models].sort((a, b) => (a.manifest.id < b.manifest.id ? -1 : 1));
  return [
    route({
      operationId: 'listModels',
      method: 'GET',
      path: '/v1/models',
      endpoint: 'models',
      read: noBody,
      handle({ query }) {
        const { limit = 20, cursor = '' } = page(query);
        const after = sorted.filter((model) => model.manifest.id > cursor);
        const data = after.slice(0, limit).map(presentModel);
        const hasMore = after.length > limit;
        return {
          value: { data, has_more: hasMore, next_cursor: hasMore ? (data.at(-1)?.id ?? null) : null },
        };
      },
    }),
    route({
      operationId: 'getModel',
      method: 'GET',
      path: '/v1/models/{id}',
      endpoint: 'models',
      read: noBody,
      handle({ params }) {
        const model = sorted.find(({ manifest }) => manifest.id === params.id);
        if (model === undefined)
          throw new AidetError('not_found', 'There is no such model; GET /v1/models lists them');
        const { manifest, card } = model;
        const value = {
          ...presentModel(model),
          card,
          generators: manifest.generators.map((g) => ({
            id: g.id,
            family: g.family,
            display_name: g.display_name ?? null,
            vendor: g.vendor ?? null,
          })),
          operating_points: manifest.operating_points ?? [],
          tile_plan: manifest.tile_plan,
          tile_px: manifest.input.tile,
        };
        return { value };
      },
    }),
  ];
}

function presentModel({ manifest, active }: ModelCard) {
  const { id, version, threshold, licence } = manifest;
  return { id, version, active, threshold, licence };
}
