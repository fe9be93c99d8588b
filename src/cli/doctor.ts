import { access, constants, mkdir, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import type { Settings } from '../config/schema.js';
import { UnknownTarget } from '../forensics/kernels.js';
import { createDetector } from '../main.js';
import { loadTrust } from '../provenance/c2pa/trust.js';
import { createProvenance } from '../provenance/provenance.js';
import { parseArguments } from './arguments.js';
import { EXIT, type Io, printLine } from './io.js';

const HELP = `Usage: aidet doctor [--json] [--SETTING VALUE]...

Loads what the server would load and says what is there, what is not, and what to do about it.
Exit code: 0 all well, 1 something is wrong.`;

/** Below this the database, artifacts and logs of a day may not fit. */
const FREE_DISK_MIN_BYTES = 1e9;

interface Finding {
  name: string;
  level: 'ok' | 'warning' | 'problem';
  value: string;
  /** What to do about it. */
  advice?: string;
}

export async function run(argv: string[], io: Io): Promise<number> {
  const { values, resolved } = parseArguments(argv, { json: { type: 'boolean' } }, io);
  if (values.help) {
    printLine(io.stdout, HELP);
    return EXIT.ok;
  }
  const findings = [
    ...machine(),
    ...(await detection(resolved.settings)),
    ...(await contentCredentials(resolved.settings)),
    ...(await dataFolder(resolved.settings)),
    ...limits(resolved.settings),
  ];
  if (values.json) printLine(io.stdout, JSON.stringify(findings, null, 2));
  else for (const finding of findings) printFinding(finding, io);
  return findings.some((f) => f.level === 'problem') ? EXIT.someFailed : EXIT.ok;
}

function printFinding({ name, level, value, advice }: Finding, io: Io): void {
  const mark = { ok: 'ok     ', warning: 'WARNING', problem: 'PROBLEM' }[level];
  printLine(io.stdout, `${mark}  ${name.padEnd(20)} ${value}`);
  if (advice !== undefined) printLine(io.stdout, `         ${' '.repeat(20)} -> ${advice}`);
}

function machine(): Finding[] {
  return [
    { name: 'node', level: 'ok', value: `${process.version} on ${process.platform} ${process.arch}` },
    { name: 'cores', level: 'ok', value: String(availableParallelism()) },
  ];
}

/** Opens the road as the server would: addon, library, provider chain, model, self-test. */
async function detection(settings: Settings): Promise<Finding[]> {
  try {
    const detector = await createDetector(settings);
    try {
      const info = detector.runtime.info();
      const findings: Finding[] = [
        { name: 'onnx runtime', level: 'ok', value: `${info.ortVersion} (${info.ortLibrary})` },
        { name: 'execution provider', level: 'ok', value: `${info.executionProvider}, ${info.lanes} lanes` },
        { name: 'cpu features', level: 'ok', value: info.cpuFeatures.join(' ') || 'none that speed this up' },
        ...info.models.map(
          (m): Finding => ({ name: 'model', level: 'ok', value: `${m.id} ${m.version}, self-test passed` }),
        ),
      ];
      for (const { provider, reason } of info.refusedProviders) {
        const wanted = settings.execution_provider === provider;
        findings.push({
          name: `provider ${provider}`,
          level: wanted ? 'problem' : 'ok',
          value: `not used: ${reason}`,
          advice:
            'needs a GPU, its driver, and the provider libraries beside libonnxruntime.so.1 (AIDET_ORT_LIBRARY)',
        });
      }
      return findings;
    } finally {
      await detector.close();
    }
  } catch (error) {
    const advice =
      error instanceof UnknownTarget
        ? 'correct AIDET_FORENSICS_TARGET: the server does not start so'
        : 'run `npm rebuild` in the package, then `aidet doctor` again';
    return [{ name: 'detection', level: 'problem', value: (error as Error).message, advice }];
  }
}

/** A PNG of one pixel: the smallest file that the engine of Content Credentials reads. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgYGAAAAAEAAH2FzhVAAAAAElFTkSuQmCC',
  'base64',
);

async function contentCredentials(settings: Settings): Promise<Finding[]> {
  const { c2pa_trust_anchors: trustAnchors, c2pa_trust_ekus: trustKeyUsages } = settings;
  const name = 'content credentials';
  try {
    const { lists } = loadTrust(trustAnchors, trustKeyUsages);
    const provenance = createProvenance({ trustAnchors, trustKeyUsages });
    const report = await provenance.verify(new Uint8Array(PIXEL), new AbortController().signal);
    await provenance.close();
    const [failure] = report.validation;
    if (failure !== undefined) {
      return [{ name, level: 'problem', value: failure.explanation, advice: 'install the package again' }];
    }
    const told = lists.map(
      ({ source, updatedAt }) => `${source.split('/').at(-1)} (${updatedAt.slice(0, 10)})`,
    );
    return [{ name, level: 'ok', value: `trust lists: ${told.join(', ')}` }];
  } catch (error) {
    const advice = 'correct AIDET_C2PA_TRUST_ANCHORS or AIDET_C2PA_TRUST_EKUS: the server does not start so';
    return [{ name, level: 'problem', value: (error as Error).message, advice }];
  }
}

async function dataFolder(settings: Settings): Promise<Finding[]> {
  const folder = settings.data_dir;
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await access(folder, constants.W_OK);
    const { bavail, bsize } = await statfs(folder);
    const free = bavail * bsize;
    const low = free < FREE_DISK_MIN_BYTES;
    return [
      {
        name: 'data folder',
        level: low ? 'warning' : 'ok',
        value: `${folder}, ${(free / 1e9).toFixed(1)} GB free`,
        ...(low ? { advice: 'free some space, or point AIDET_DATA_DIR at another disk' } : {}),
      },
    ];
  } catch (error) {
    const advice = 'make it writable for this user, or set AIDET_DATA_DIR';
    return [{ name: 'data folder', level: 'problem', value: (error as Error).message, advice }];
  }
}

function limits(settings: Settings): Finding[] {
  const held = settings.in_flight_bytes_max + settings.decoded_bytes_max + settings.verdict_cache_bytes;
  const tooMuch = held > totalmem() * 0.8;
  const mb = (n: number): string => `${Math.round(n / 1e6)} MB`;
  return [
    {
      name: 'image limit',
      level: 'ok',
      value: `${mb(settings.image_bytes_max)}, ${settings.image_pixels_max / 1e6} megapixels`,
    },
    {
      name: 'memory limits',
      level: tooMuch ? 'warning' : 'ok',
      value: `up to ${mb(held)} of ${mb(totalmem())} for bodies, pixels and cache`,
      ...(tooMuch ? { advice: 'lower AIDET_IN_FLIGHT_BYTES_MAX or AIDET_DECODED_BYTES_MAX' } : {}),
    },
  ];
}
