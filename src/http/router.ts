import { NoRouteError } from './errors.js';
import type { Route } from './exchange.js';

export interface Match {
  route: Route;
  params: Record<string, string>;
}

/** Paths without parameters by one look-up, those with parameters by comparison, one after another. */
export class Router {
  private readonly fixed = new Map<string, Route[]>();
  private readonly templates: { pattern: RegExp; names: string[]; routes: Route[] }[] = [];

  constructor(readonly routes: readonly Route[]) {
    for (const route of routes) {
      if (!route.path.includes('{')) {
        this.fixed.set(route.path, [...(this.fixed.get(route.path) ?? []), route]);
        continue;
      }
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string);
      const source = route.path
        .split(/\{\w+\}/)
        .map(escapeRegExp)
        .join('([^/]{1,200})');
      const pattern = new RegExp(`^${source}$`);
      const known = this.templates.find((t) => t.pattern.source === pattern.source);
      if (known) known.routes.push(route);
      else this.templates.push({ pattern, names, routes: [route] });
    }
  }

  /** HEAD is GET without the body. Throws NoRouteError. */
  match(method: string, path: string): Match {
    const { routes, params } = this.find(path);
    const wanted = method === 'HEAD' ? 'GET' : method;
    const found = routes.find((r) => r.method === wanted);
    if (found !== undefined) return { route: found, params };
    const allow = routes.map((r) => r.method);
    const message =
      allow.length === 0
        ? 'No such path; GET /openapi.json lists them'
        : `This path takes ${allow.join(', ')}`;
    throw new NoRouteError(message, allow);
  }

  private find(path: string): { routes: Route[]; params: Record<string, string> } {
    const routes = this.fixed.get(path);
    if (routes !== undefined) return { routes, params: {} };
    for (const { pattern, names, routes } of this.templates) {
      const groups = pattern.exec(path);
      if (groups === null) continue;
      const values = groups.slice(1).map(decodeOrNull);
      if (values.includes(null)) break;
      return { routes, params: Object.fromEntries(names.map((name, i) => [name, values[i] as string])) };
    }
    return { routes: [], params: {} };
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function decodeOrNull(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
