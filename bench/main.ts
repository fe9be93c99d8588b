/** `npm run bench -- NAME [OPTIONS]`: finds the bench and hands it the rest of the line. */
interface Bench {
  summary: string;
  load: () => Promise<{ run: (argv: string[]) => Promise<void> }>;
}

const BENCHES: Record<string, Bench> = {
  load: {
    summary: 'offer load to a running server and print what came back',
    load: () => import('./load.js'),
  },
  'side-by-side': {
    summary: 'aidet against the naive stack, in the same minutes',
    load: () => import('./side-by-side.js'),
  },
  'single-core': {
    summary: 'verdict with heatmap of a 1-megapixel JPEG on one core',
    load: () => import('./single-core.js'),
  },
  inference: {
    summary: 'CPU time of one tile: the native runtime by batch size, and the plain binding',
    load: () => import('./inference.js'),
  },
  kernels: {
    summary: 'forensic kernels against OpenCV, NumPy and sharp, the same output',
    load: () => import('./kernels.js'),
  },
  forensics: {
    summary: 'forensics: CPU of a request, memory, findings on untouched and on falsified pictures',
    load: () => import('./forensics.js'),
  },
  memory: { summary: 'resident memory over 10,000 requests', load: () => import('./memory.js') },
  'mixed-load': {
    summary: 'every kind of client at once, for minutes: nothing wrong, nothing left',
    load: () => import('./mixed-load.js'),
  },
  batch: { summary: 'a batch against the same images one by one', load: () => import('./batch.js') },
  'real-clients': {
    summary: 'curl, Python, Perl, Java and a browser against a running server',
    load: () => import('./real-clients.js'),
  },
  accuracy: { summary: 'accuracy on a labelled folder: `aidet eval`', load: () => import('./accuracy.js') },
  'second-looks': {
    summary: 'what second looks add to a picture in doubt',
    load: () => import('./second-looks.js'),
  },
  'first-verdict': {
    summary: 'from git clone to the first verdict: time and megabytes',
    load: () => import('./first-verdict.js'),
  },
  provenance: {
    summary: 'what the files of some folders say of themselves: traces, counts, time',
    load: () => import('./provenance.js'),
  },
  record: { summary: 'all of the above, for docs/benchmarks.md', load: () => import('./record.js') },
};

const [name, ...rest] = process.argv.slice(2);
const bench = name !== undefined && Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
if (bench === undefined) {
  const lines = Object.entries(BENCHES).map(([n, { summary }]) => `  ${n.padEnd(14)} ${summary}`);
  console.error(
    `Usage: npm run bench -- NAME [OPTIONS]\n\n${lines.join('\n')}\n\nMost take --smoke (seconds) and --quick.`,
  );
  process.exitCode = 2;
} else {
  await (await bench.load()).run(rest);
}
