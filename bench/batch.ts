/**
 * A batch against the same images one by one, end to end for a client with one keep-alive connection: by their bytes and by URL.
 * Rounds of both alternate, so that what else the machine does meets both alike.
 *
 * A batch saves waiting, not work: at most what one by one leaves idle of all cores, which is shown beside what it saves. A picture
 * of one tile leaves more idle than one of four, whose tiles run side by side anyhow.
 */
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Pool } from 'undici';
import { BENCH_IMAGES, type BenchImage, benchImagePath } from './images.js';
import { treeCpuMs } from './load/process-meter.js';
import { startSite } from './mixed/site.js';
import { digits, progress, saveResult, showSpread, spreadOf, table } from './report.js';
import { startAidet } from './servers.js';

const FORMS = ['bytes', 'url'] as const;
type Form = (typeof FORMS)[number];
/** Of one tile and of four. */
const PICTURES = [BENCH_IMAGES.tiny, BENCH_IMAGES.small];

interface Round {
  form: Form;
  oneByOneMs: number;
  batchMs: number;
  /** Of the server, both halves. */
  oneByOneCpuMs: number;
  batchCpuMs: number;
}

export async function run(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      images: { type: 'string', default: '30' },
      rounds: { type: 'string', default: '10' },
      smoke: { type: 'boolean', default: false },
    },
  });
  const count = values.smoke ? 3 : Number(values.images);
  const roundsMax = values.smoke ? 1 : Number(values.rounds);
  const results = [];
  for (const picture of PICTURES) results.push(...(await compare(picture, count, roundsMax)));
  console.log(
    table(
      [
        `${count} images`,
        'one by one ms',
        'batch ms',
        'saved %',
        'at most %',
        'CPU-ms an image, one by one',
        'in a batch',
      ],
      results.map((r) => [
        `${r.picture} ${r.form}`,
        showSpread(r.oneByOneMs),
        showSpread(r.batchMs),
        showSpread(r.savedPercent),
        digits(r.atMostPercent),
        digits(r.oneByOneCpuMs),
        digits(r.batchCpuMs),
      ]),
    ),
  );
  if (!values.smoke) await saveResult('batch', { images: count, rounds: roundsMax, results });
}

async function compare(picture: BenchImage, count: number, roundsMax: number): Promise<Summary[]> {
  const image = readFileSync(await benchImagePath(picture));
  const site = await startSite(image);
  const server = await startAidet({ flags: ['--fetch-proxy', site.proxyUrl] });
  const pool = new Pool(server.url, { connections: 1, pipelining: 1 });
  let serial = 0;
  /** The same picture with a tail of its own: no two are the same content. */
  const images = (form: Form): object[] =>
    Array.from({ length: count }, () => {
      serial++;
      if (form === 'url') return { image_url: site.urlOf(`good/${serial}`) };
      return { image_base64: Buffer.concat([image, Buffer.from(`#${serial}`)]).toString('base64') };
    });
  const post = async (path: string, value: object) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path,
      headers: { authorization: `Bearer ${server.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(value),
    });
    const answer = (await body.json()) as { summary?: { succeeded: number } };
    if (statusCode !== 200 || (answer.summary !== undefined && answer.summary.succeeded !== count))
      throw new Error(`${path} answered ${statusCode}: ${JSON.stringify(answer).slice(0, 500)}`);
  };
  const timed = async (work: () => Promise<void>): Promise<{ ms: number; cpuMs: number }> => {
    const [begunMs, begunCpuMs] = [performance.now(), treeCpuMs(server.pid)];
    await work();
    return { ms: performance.now() - begunMs, cpuMs: treeCpuMs(server.pid) - begunCpuMs };
  };
  const round = async (form: Form): Promise<Round> => {
    const [singles, together] = [images(form), images(form)];
    const oneByOne = await timed(async () => {
      for (const single of singles) await post('/v1/detect', single);
    });
    const batch = await timed(() => post('/v1/detect/batch', { images: together }));
    return {
      form,
      oneByOneMs: oneByOne.ms,
      batchMs: batch.ms,
      oneByOneCpuMs: oneByOne.cpuMs,
      batchCpuMs: batch.cpuMs,
    };
  };
  try {
    for (const form of FORMS) await round(form);
    const rounds: Round[] = [];
    for (let i = 0; i < roundsMax; i++) {
      for (const form of FORMS) rounds.push(await round(form));
      progress(`${picture.name}: ${i + 1} of ${roundsMax} rounds`);
    }
    return FORMS.map((form) =>
      summarise(
        picture.name,
        form,
        rounds.filter((r) => r.form === form),
        count,
      ),
    );
  } finally {
    await pool.destroy();
    await server.stop();
    await site.close();
  }
}

type Summary = ReturnType<typeof summarise>;

function summarise(picture: string, form: Form, rounds: Round[], count: number) {
  const perImage = (pick: (round: Round) => number): number =>
    rounds.reduce((sum, round) => sum + pick(round), 0) / rounds.length / count;
  const oneByOneMs = spreadOf(rounds.map((r) => r.oneByOneMs));
  const batchCpuMs = perImage((r) => r.batchCpuMs);
  return {
    picture,
    form,
    oneByOneMs,
    batchMs: spreadOf(rounds.map((r) => r.batchMs)),
    savedPercent: spreadOf(rounds.map((r) => 100 * (1 - r.batchMs / r.oneByOneMs))),
    oneByOneCpuMs: perImage((r) => r.oneByOneCpuMs),
    batchCpuMs,
    /** All cores busy with the batch's work and nothing else. */
    atMostPercent: 100 * (1 - (batchCpuMs * count) / availableParallelism() / oneByOneMs.median),
  };
}
