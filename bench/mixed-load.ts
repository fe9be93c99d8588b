/**
 * Every kind of client at once, well-behaved and not, for minutes: no 5xx but 503, nothing wrong in any answer, nothing lost (as many
 * scans counted as verdicts given), all counters back to zero, no leak of memory, connections or files. Ends with an error where one
 * of these does not hold. Where a thread stood still for so long that times are over and connections seem dead, those are no fault of
 * the server as long as the counters come to rest; what a client may have been charged for, unseen, is counted apart.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BENCH_IMAGES, benchImagePath } from './images.js';
import { residentBytes } from './load/process-meter.js';
import { ACTORS, type Actor } from './mixed/actors.js';
import { startSite } from './mixed/site.js';
import { type Keys, World } from './mixed/world.js';
import { lineChart } from './plot.js';
import { seededRandom } from './random.js';
import { commit, digits, progress, saveResult } from './report.js';
import { type AidetServer, createKey, startAidet } from './servers.js';

const MEBIBYTE = 2 ** 20;
/** Growth of resident memory from the second quarter to the last that is still noise. */
const GROWTH_MIB_MAX = 80;

/** No time limit of the server or of the clients is shorter than twice this: what is late without it has another cause. */
const STILL_MS_MIN = 1000;

/** Gauges with their values at rest; the reading itself is one request. */
const AT_REST: Record<string, number> = {
  aidet_http_requests_in_flight: 1,
  aidet_images_in_flight: 0,
  aidet_images_queued: 0,
  aidet_in_flight_bytes: 0,
  aidet_inference_queued_tiles: 0,
  aidet_inference_running_tiles: 0,
};

interface Sample {
  seconds: number;
  mib: number;
  files: number;
}

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      minutes: { type: 'string', default: '10' },
      engine: { type: 'string', default: 'uws' },
      seed: { type: 'string', default: '1' },
      smoke: { type: 'boolean', default: false },
    },
  });
  const seconds = values.smoke ? 8 : Number(values.minutes) * 60;
  const image = readFileSync(await benchImagePath(BENCH_IMAGES.small));
  const site = await startSite(image);
  const flags = [
    '--engine',
    values.engine,
    '--fetch-proxy',
    site.proxyUrl,
    '--verdict-cache-bytes',
    '8000000',
  ];
  const server = await startAidet({ flags });
  const world = new World(server.url, await keysOf(server), image, site, seededRandom(Number(values.seed)));
  try {
    const filesAtStart = openFiles(server.pid);
    const samples = await play(world, server.pid, seconds);
    const problems = [...world.book.wrong, ...(await settle(world)), ...(await checkUsage(world))];
    if (world.stoodStillMs() < STILL_MS_MIN) problems.push(...world.book.late);
    const filesAtEnd = openFiles(server.pid);
    // Some stay open for good: worker threads, the database's log.
    if (filesAtEnd > filesAtStart + 40)
      problems.push(`${filesAtEnd} open files, ${filesAtStart} at the start`);
    const growth = growthMiB(samples);
    if (!values.smoke && growth > GROWTH_MIB_MAX)
      problems.push(`resident memory grew by ${digits(growth)} MiB`);
    print(world, samples, growth);
    if (!values.smoke && problems.length === 0) await save(world, samples, growth, values.engine, seconds);
    if (problems.length > 0)
      throw new Error(`The mixed load found:\n${problems.map((p) => `  - ${p}`).join('\n')}`);
    console.log('nothing wrong');
  } finally {
    await world.close();
    await server.stop();
    await site.close();
  }
}

async function keysOf({ dataDir, key }: AidetServer): Promise<Keys> {
  const pro = await createKey(dataDir, '--plan', 'pro');
  return {
    counted: key,
    careless: (await createKey(dataDir, '--plan', 'enterprise')).secret,
    free: (await createKey(dataDir, '--plan', 'free')).secret,
    pro: pro.secret,
    test: (await createKey(dataDir, '--project', pro.project, '--test')).secret,
    admin: (await createKey(dataDir, '--plan', 'enterprise', '--scope', 'admin', '--scope', '*')).secret,
  };
}

/** Lets all actors act until the time is over and their last steps have ended. */
async function play(world: World, pid: number, seconds: number): Promise<Sample[]> {
  const samples: Sample[] = [];
  const begun = performance.now();
  const elapsed = (): number => (performance.now() - begun) / 1000;
  const sampling = setInterval(() => {
    samples.push({ seconds: elapsed(), mib: residentBytes(pid) / MEBIBYTE, files: openFiles(pid) });
    if (samples.length % 30 === 0)
      progress(
        `${world.verdicts} verdicts, ${digits(samples.at(-1)?.mib ?? 0)} MiB, ${world.book.wrong.length} wrong`,
      );
  }, 1000);
  const lane = async (actor: Actor): Promise<void> => {
    while (elapsed() < seconds) {
      await actor
        .step(world)
        .catch((error: Error) => world.book.fault(actor.name, `${error.name}: ${error.message}`));
      if (actor.pauseMs > 0) await sleep(actor.pauseMs * (0.5 + world.random()));
    }
  };
  await Promise.all(ACTORS.flatMap((actor) => Array.from({ length: actor.lanes }, () => lane(actor))));
  clearInterval(sampling);
  return samples;
}

/** Waits until nothing is in flight; says what does not come to rest. */
async function settle(world: World): Promise<string[]> {
  let off: string[] = [];
  for (let attempt = 0; attempt < 1200; attempt++) {
    const page = (await world.call({ method: 'GET', path: '/metrics' })).raw.toString();
    off = Object.entries(AT_REST).flatMap(([name, rest]) => {
      const value = Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(page)?.[1]);
      return value === rest ? [] : [`${name} is ${value} at rest`];
    });
    if (off.length === 0) return defects(page);
    await sleep(100);
  }
  return off;
}

/** What the server itself says went wrong. */
function defects(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => /^aidet_http_errors_total\{.*code="internal_error"/.test(line) && !/ 0$/.test(line));
}

async function checkUsage(world: World): Promise<string[]> {
  const { body } = await world.call({ method: 'GET', key: world.keys.counted, path: '/v1/usage' });
  const problems: string[] = [];
  const late = body.scans.used - world.verdicts;
  if (late < 0 || late > world.unseen)
    problems.push(
      `${body.scans.used} scans counted, ${world.verdicts} verdicts seen, ${world.unseen} at most given to nobody`,
    );
  console.log(
    `scans counted ${body.scans.used} = verdicts seen ${world.verdicts} + given when their client had given up ${late} (of ${world.unseen} such)`,
  );
  if (body.concurrent_batches.in_flight !== 0)
    problems.push(`${body.concurrent_batches.in_flight} batches in flight at rest`);
  return problems;
}

function openFiles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

function growthMiB(samples: Sample[]): number {
  const median = (from: number, to: number): number => {
    const part = samples
      .slice(Math.floor(samples.length * from), Math.ceil(samples.length * to))
      .map((s) => s.mib);
    return part.toSorted((a, b) => a - b)[Math.floor(part.length / 2)] ?? Number.NaN;
  };
  return median(0.75, 1) - median(0.25, 0.5);
}

function print(world: World, samples: Sample[], growth: number): void {
  for (const [actor, outcomes] of Object.entries(world.book.outcomes)) {
    const counts = Object.entries(outcomes).map(([outcome, count]) => `${outcome}: ${count}`);
    console.log(`${actor.padEnd(16)} ${counts.join(', ')}`);
  }
  const mib = samples.map((s) => s.mib);
  console.log(
    `longest wait for an answer ${digits(world.longestWaitMs / 1000)} s, late ${world.book.late.length}; threads stood still for ${digits(world.stoodStillMs() / 1000)} s at most, load average of the machine ${digits(loadavg()[1] ?? 0)}`,
  );
  console.log(
    `verdicts ${world.verdicts}, images fetched ${world.site.served()}, resident MiB ${digits(mib[0] ?? 0)} at first, ${digits(Math.max(...mib))} at most, ${digits(mib.at(-1) ?? 0)} at the end; growth ${digits(growth)}`,
  );
}

async function save(
  world: World,
  samples: Sample[],
  growth: number,
  engine: string,
  seconds: number,
): Promise<void> {
  const points = samples.map((s): [number, number] => [s.seconds, s.mib]);
  const chart = { xTitle: 'seconds', yTitle: 'resident MiB', lines: [{ name: 'aidet', points }] };
  const title = `Resident memory under mixed load, ${engine}`;
  await saveResult(
    `mixed-load-${engine}`,
    {
      engine,
      seconds,
      verdicts: world.verdicts,
      unseenAtMost: world.unseen,
      late: world.book.late.length,
      stoodStillS: world.stoodStillMs() / 1000,
      longestWaitS: world.longestWaitMs / 1000,
      loadAverage: loadavg()[1],
      outcomes: world.book.outcomes,
      growthMiB: growth,
      curve: points,
    },
    { '': lineChart(title, chart, `commit ${commit()}`) },
  );
}
