import type { Route } from './exchange.js';
import { OPERATIONS } from './generated/operations.js';

type Operation = Pick<Route, 'operationId' | 'method' | 'path' | 'endpoint'>;

/**
 * The server serves what its specification says, no less and no more.
 * @throws Error that lists every difference.
 */
export function checkAgainstContract(
  routes: readonly Operation[],
  contract: readonly Operation[] = OPERATIONS,
): void {
  const words = ({ operationId, method, path, endpoint }: Operation): string =>
    `${operationId}: ${method} ${path}${endpoint === null ? ' without a key' : ` as ${endpoint}`}`;
  const served = routes.map(words);
  const specified = contract.map(words);
  const differences = [
    ...specified.filter((line) => !served.includes(line)).map((line) => `not served: ${line}`),
    ...served.filter((line) => !specified.includes(line)).map((line) => `not in api/openapi.yaml: ${line}`),
    ...served.filter((line, i) => served.indexOf(line) !== i).map((line) => `served twice: ${line}`),
  ];
  if (differences.length > 0)
    throw new Error(`The routes differ from api/openapi.yaml:\n  ${differences.join('\n  ')}`);
}
