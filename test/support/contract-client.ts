/** A client that holds every answer against api/openapi.yaml, with no room for fields that it does not name. */
import { readFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { unpack } from 'msgpackr';
import { parse } from 'yaml';

// biome-ignore lint/suspicious/noExplicitAny: a document of any depth.
type Node = any;

const PATH = fileURLToPath(new URL('../../../api/openapi.yaml', import.meta.url));
export const DOCUMENT: Node = parse(readFileSync(PATH, 'utf8'), { merge: true });

export interface Operation {
  id: string;
  method: string;
  path: string;
  endpoint: string | null;
  definition: Node;
}

export const OPERATIONS: readonly Operation[] = Object.entries<Node>(DOCUMENT.paths).flatMap(([path, item]) =>
  ['get', 'post', 'patch', 'delete']
    .filter((method) => item[method] !== undefined)
    .map((method) => ({
      id: item[method].operationId,
      method: method.toUpperCase(),
      path,
      endpoint: item[method]['x-aidet-endpoint'],
      definition: item[method],
    })),
);

export function operation(id: string): Operation {
  const found = OPERATIONS.find((op) => op.id === id);
  if (found === undefined) throw new Error(`no operation ${id}`);
  return found;
}

/** The node that a `$ref` stands for. */
export function resolve(node: Node): Node {
  if (node?.$ref === undefined) return node;
  return resolve(
    node.$ref
      .slice(2)
      .split('/')
      .reduce((at: Node, key: string) => at[key], DOCUMENT),
  );
}

/** Every object that lists its properties has no others. */
function closed(node: Node): Node {
  if (Array.isArray(node)) return node.map(closed);
  if (typeof node !== 'object' || node === null) return node;
  const own = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, closed(value)]));
  const isOpen = own.properties !== undefined && own.additionalProperties === undefined;
  return isOpen ? { ...own, unevaluatedProperties: false } : own;
}

const ajv = new Ajv2020({ strict: false, allErrors: true, formats: { binary: true } });
ajv.addSchema({ $id: 'api', components: { schemas: closed(DOCUMENT.components.schemas) } });
const validators = new Map<string, ValidateFunction>();

/** What is wrong with a value, or null. */
export function faults(schema: Node, value: unknown): string | null {
  const name = JSON.stringify(schema);
  let validate = validators.get(name);
  if (validate === undefined) {
    validate = ajv.compile(JSON.parse(JSON.stringify(closed(schema)).replaceAll('"#/', '"api#/')));
    validators.set(name, validate);
  }
  return validate(value) ? null : ajv.errorsText(validate.errors, { separator: '\n' });
}

export interface Call {
  params?: Record<string, string>;
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Uint8Array | string;
  /** null: none; missing: the client's own. */
  key?: string | null;
}

export interface Called {
  status: number;
  headers: IncomingHttpHeaders;
  bytes: Buffer;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it freely.
  body: any;
}

export class ContractClient {
  /** `operation status code`, of every answer so far. */
  readonly seen = new Set<string>();
  private readonly agent = new Agent({ keepAlive: true });

  constructor(private readonly app: { url: string; key: string }) {}

  /** Throws where the answer is none that the contract allows. */
  async call(id: string, call: Call = {}): Promise<Called> {
    const { method, path, definition } = operation(id);
    const filled = path.replace(/\{(\w+)\}/g, (_, name) =>
      encodeURIComponent(call.params?.[name] ?? 'unknown'),
    );
    const query = call.query === undefined ? '' : `?${new URLSearchParams(call.query)}`;
    const answer = await this.send(method, filled + query, call);
    const mismatch = mismatchOf(definition, answer);
    if (mismatch !== null)
      throw new Error(
        `${id} answered ${answer.status} ${answer.bytes.toString('latin1', 0, 500)}\n${mismatch}`,
      );
    this.seen.add([id, answer.status, answer.body?.error?.code ?? ''].join(' ').trim());
    return answer;
  }

  send(method: string, path: string, { headers = {}, body, key = this.app.key }: Call): Promise<Called> {
    return new Promise((resolveAnswer, reject) => {
      const sent = {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined || headers['transfer-encoding'] !== undefined
          ? {}
          : { 'content-length': String(Buffer.byteLength(body)) }),
        ...headers,
      };
      const outgoing = request(
        this.app.url + path,
        { method, headers: sent, agent: this.agent },
        (incoming) => {
          const chunks: Buffer[] = [];
          incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
          incoming.on('error', reject);
          incoming.on('end', () => {
            const bytes = Buffer.concat(chunks);
            const type = incoming.headers['content-type'];
            resolveAnswer({
              status: incoming.statusCode ?? 0,
              headers: incoming.headers,
              bytes,
              body: decode(type, bytes),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }
}

function decode(type: string | undefined, bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined;
  if (type === 'application/json') return JSON.parse(bytes.toString());
  return type === 'application/msgpack' ? unpack(bytes) : undefined;
}

function mismatchOf(definition: Node, { status, headers, body, bytes }: Called): string | null {
  const response = resolve(definition.responses[status]);
  if (response === undefined) return `status ${status} is not declared`;
  const type = (headers['content-type'] ?? '').split(';')[0];
  const content = response.content[type as string];
  if (content === undefined) return `content type ${type} is not declared`;
  const requestId = headers['x-request-id'];
  if (!/^req_[0-9A-HJKMNP-TV-Z]{26}$/.test(String(requestId))) return `X-Request-Id is ${requestId}`;
  if (body === undefined) return bytes.length === 0 ? 'the body is empty' : null;
  const said = body.error?.request_id ?? body.request_id;
  if (said !== undefined && said !== requestId) return `request_id is ${said}, X-Request-Id ${requestId}`;
  const codes = response['x-aidet-codes'];
  if (codes !== undefined && !codes.includes(body.error?.code))
    return `code ${body.error?.code} is none of ${codes}`;
  for (const name of Object.keys(response.headers ?? {}))
    if (name === 'Retry-After' && !/^[1-9]\d*$/.test(String(headers['retry-after'])))
      return 'Retry-After is missing';
  return faults(content.schema, body);
}
