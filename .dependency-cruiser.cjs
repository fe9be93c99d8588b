// Which room may call which: the table of docs/architecture.md. A type may cross any border, a value only along this table.
const may = {
  domain: [],
  binding: [],
  observability: ['domain'],
  config: ['domain'],
  imaging: ['domain'],
  provenance: ['domain', 'imaging'],
  inference: ['domain', 'binding'],
  forensics: ['domain', 'binding', 'imaging'],
  fetching: ['domain'],
  storage: ['domain'],
  accounts: ['domain'],
  http: ['domain', 'pipeline'],
  pipeline: ['domain', 'imaging', 'inference', 'forensics', 'provenance'],
};

const arrows = Object.entries(may).map(([room, rooms]) => ({
  name: `arrows-of-${room}`,
  severity: 'error',
  from: { path: `^src/${room}/` },
  to: {
    path: '^src/',
    pathNot: `^src/(${[room, ...rooms].join('|')})/`,
    dependencyTypesNot: ['type-only'],
  },
}));

/** A library has one home. */
const homes = {
  '@uwsjs': 'src/http/engine/uws-library.ts',
  piscina: 'src/(pipeline|provenance)/',
  sharp: 'src/imaging/',
  'better-sqlite3': 'src/storage/',
  pino: 'src/observability/',
  'prom-client': 'src/observability/',
  '@opentelemetry': 'src/observability/',
  undici: 'src/fetching/',
};

const libraries = Object.entries(homes).map(([library, home]) => ({
  name: `home-of-${library}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^${home}` },
  to: { path: `node_modules/${library}/`, dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    ...arrows,
    ...libraries,
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true, dependencyTypesNot: ['type-only'] } },
    { name: 'domain-is-pure', severity: 'error', from: { path: '^src/domain/' }, to: { dependencyTypes: ['npm', 'core'] } },
    { name: 'src-knows-no-tests', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|bench)/' } },
    {
      name: 'worker-holds-no-keys',
      severity: 'error',
      from: { path: '^src/pipeline/worker.ts' },
      to: { path: '^src/(accounts|storage|http)/', reachable: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
