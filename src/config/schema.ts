/**
 * Every setting of aidet, once: name, type, unit, default and sentence. Environment variable, flag and
 * config-file key are derived from the name (`queue_bytes_max` is AIDET_QUEUE_BYTES_MAX,
 * `--queue-bytes-max` and `queue_bytes_max:`), the reference in docs/settings.md is printed from here.
 */
export type SettingKind = 'string' | 'integer' | 'number' | 'boolean' | 'list';

export interface SettingSpec {
  kind: SettingKind;
  default: string | number | boolean | readonly string[];
  doc: string;
  min?: number;
  max?: number;
  values?: readonly string[];
  /** Hidden by `aidet config` and never logged. */
  secret?: true;
}

const setting = <const S extends SettingSpec>(spec: S): S => spec;

export const SETTINGS = {
  host: setting({ kind: 'string', default: '127.0.0.1', doc: 'Address to listen on.' }),
  port: setting({
    kind: 'integer',
    default: 8080,
    min: 0,
    max: 65535,
    doc: 'Port to listen on; 0 takes a free one.',
  }),
  data_dir: setting({
    kind: 'string',
    default: './data',
    doc: 'Folder of the database, artifacts and secrets.',
  }),
  public_url: setting({
    kind: 'string',
    default: '',
    doc: 'What artifact URLs begin with; empty: the listening address.',
  }),
  engine: setting({ kind: 'string', default: 'uws', values: ['uws', 'node'], doc: 'HTTP engine.' }),
  log_level: setting({
    kind: 'string',
    default: 'info',
    values: ['silent', 'error', 'warn', 'info', 'debug', 'trace'],
    doc: 'Least severe log line that is written.',
  }),
  otlp_traces_endpoint: setting({
    kind: 'string',
    default: '',
    doc: 'URL that takes OpenTelemetry traces (OTLP over HTTP), as http://127.0.0.1:4318/v1/traces; empty: none are made.',
  }),
  trace_sample_ratio: setting({
    kind: 'number',
    default: 1,
    min: 0,
    max: 1,
    doc: 'Share of traces that are recorded where the caller has not decided.',
  }),
  workers: setting({
    kind: 'integer',
    default: 0,
    min: 0,
    max: 256,
    doc: 'Pipeline worker threads; 0: one a core.',
  }),
  model: setting({
    kind: 'string',
    default: '',
    doc: 'Active model id under the models folder; empty: aidet-tile, with a GPU aidet-tile-large.',
  }),
  models_dir: setting({
    kind: 'string',
    default: '',
    doc: 'Folder of model packages; empty: the one in the package.',
  }),
  execution_provider: setting({
    kind: 'string',
    default: 'auto',
    values: ['auto', 'tensorrt', 'cuda', 'cpu'],
    doc: 'Provider chain: auto tries TensorRT, CUDA, CPU in this order.',
  }),
  ort_library: setting({
    kind: 'string',
    default: '',
    doc: 'Path of libonnxruntime.so.1; empty: the one of onnxruntime-node.',
  }),
  inference_threads: setting({
    kind: 'integer',
    default: 0,
    min: 0,
    max: 256,
    doc: 'CPU lanes, one thread each; 0: one a core.',
  }),
  queue_delay_max_ms: setting({
    kind: 'number',
    default: 2,
    min: 0,
    max: 1000,
    doc: 'Longest time a tile waits for company on a GPU; a CPU never waits.',
  }),
  queue_tiles_max: setting({
    kind: 'integer',
    default: 8192,
    min: 1,
    max: 1_000_000,
    doc: 'Tiles waiting for inference; beyond: 503.',
  }),
  second_looks: setting({
    kind: 'integer',
    default: 1,
    min: 0,
    max: 24,
    doc: 'Most tiles that second looks at an image in doubt add; 0: none. Left out while interactive images wait.',
  }),
  in_flight_max: setting({
    kind: 'integer',
    default: 64,
    min: 1,
    max: 100_000,
    doc: 'Images between admission and answer; beyond: 503.',
  }),
  in_flight_bytes_max: setting({
    kind: 'integer',
    default: 512_000_000,
    min: 1_000_000,
    max: 1e12,
    doc: 'Bytes of request bodies and images held at once; beyond: 503.',
  }),
  decoded_bytes_max: setting({
    kind: 'integer',
    default: 1_200_000_000,
    min: 1_000_000,
    max: 1e12,
    doc: 'Bytes of decoded pixels held at once by all workers; an image waits for its share.',
  }),
  image_bytes_max: setting({
    kind: 'integer',
    default: 20_000_000,
    min: 1024,
    max: 1e9,
    doc: 'Size limit of one image file in bytes.',
  }),
  image_pixels_max: setting({
    kind: 'integer',
    default: 100_000_000,
    min: 1,
    max: 1e9,
    doc: 'Pixel limit of one image.',
  }),
  batch_max_bytes: setting({
    kind: 'integer',
    default: 256_000_000,
    min: 1024,
    max: 2_700_000_000,
    doc: 'Size limit of a batch body in bytes.',
  }),
  deadline_ms: setting({
    kind: 'integer',
    default: 30_000,
    min: 100,
    max: 600_000,
    doc: 'A request is answered or given up within this time.',
  }),
  drain_ms: setting({
    kind: 'integer',
    default: 30_000,
    min: 0,
    max: 600_000,
    doc: 'Time for requests in flight to finish after SIGTERM.',
  }),
  artifact_ttl_s: setting({
    kind: 'integer',
    default: 86_400,
    min: 0,
    max: 31_536_000,
    doc: 'Life of heatmap pictures in seconds; 0 stores none.',
  }),
  artifact_bytes_max: setting({
    kind: 'integer',
    default: 10_000_000_000,
    min: 1_000_000,
    max: 1e15,
    doc: 'Bytes of stored pictures on disk; beyond, the oldest go before their time.',
  }),
  encryption_key_days: setting({
    kind: 'integer',
    default: 90,
    min: 1,
    max: 3650,
    doc: 'Age at which the key of encryption at rest gets a successor.',
  }),
  trust_proxy: setting({
    kind: 'list',
    default: [],
    doc: 'CIDRs of proxies whose X-Forwarded-For is believed.',
  }),
  metrics_token: setting({
    kind: 'string',
    default: '',
    secret: true,
    doc: 'Bearer token for /metrics; empty: open.',
  }),
  status_page_url: setting({
    kind: 'string',
    default: '',
    doc: 'Shown in 503 answers as error.status_page.',
  }),
  tls_cert: setting({
    kind: 'string',
    default: '',
    doc: 'PEM file of the certificate chain; with tls_key turns TLS on.',
  }),
  tls_key: setting({ kind: 'string', default: '', doc: 'PEM file of the private key.' }),
  plans_file: setting({
    kind: 'string',
    default: '',
    doc: 'JSON file of plans; empty: the plans of the product.',
  }),
  fetch_allow: setting({
    kind: 'list',
    default: [],
    doc: 'CIDRs or host suffixes of internal stores that image_url may reach.',
  }),
  fetch_ports: setting({ kind: 'list', default: ['80', '443'], doc: 'Ports that image_url may reach.' }),
  fetch_proxy: setting({
    kind: 'string',
    default: '',
    doc: 'HTTP proxy for image_url; takes over the address check.',
  }),
  fetch_concurrency: setting({
    kind: 'integer',
    default: 64,
    min: 1,
    max: 10_000,
    doc: 'Downloads at once.',
  }),
  c2pa_trust_anchors: setting({
    kind: 'list',
    default: [],
    doc: 'PEM files or folders added to the bundled C2PA trust list.',
  }),
  c2pa_trust_ekus: setting({
    kind: 'list',
    default: [],
    doc: 'OIDs of extended key usages allowed for signers.',
  }),
  verdict_cache_bytes: setting({
    kind: 'integer',
    default: 32_000_000,
    min: 0,
    max: 1e11,
    doc: 'Size of the verdict cache; 0: off.',
  }),
  verdict_cache_ttl_s: setting({
    kind: 'integer',
    default: 3600,
    min: 1,
    max: 31_536_000,
    doc: 'Life of a cached verdict in seconds.',
  }),
  idempotency_ttl_s: setting({
    kind: 'integer',
    default: 86_400,
    min: 0,
    max: 31_536_000,
    doc: 'Life of stored answers in seconds; 0: off.',
  }),
  idempotency_bytes_max: setting({
    kind: 'integer',
    default: 1_000_000_000,
    min: 1_000_000,
    max: 1e15,
    doc: 'Bytes of stored answers on disk; beyond, the oldest go before their time.',
  }),
  forensics_target: setting({
    kind: 'string',
    default: 'auto',
    values: ['auto', 'scalar', 'avx2', 'avx512', 'neon', 'cuda'],
    doc: 'Instruction set of the forensic kernels, or a GPU for three of them, which `auto` never takes; the server does not start with one that this machine does not run.',
  }),
} as const satisfies Record<string, SettingSpec>;

export type SettingName = keyof typeof SETTINGS;

type ValueOf<S extends SettingSpec> = S['kind'] extends 'integer' | 'number'
  ? number
  : S['kind'] extends 'boolean'
    ? boolean
    : S['kind'] extends 'list'
      ? readonly string[]
      : S extends { values: readonly (infer V)[] }
        ? V
        : string;

export type Settings = { readonly [K in SettingName]: ValueOf<(typeof SETTINGS)[K]> };
