import type { Evidence } from '../../domain/types.js';
import { generatorOf } from '../generators.js';
import type { Field } from './fields.js';

/**
 * One trace that a tool leaves: in which fields, and what form the value has. A word alone is never enough: a
 * caption may name a generator. Sources and samples of each: docs/provenance.md.
 */
export interface Trace {
  trace: string;
  /** The tool in words, as in "written by …". */
  tool: string;
  claim: Extract<Evidence['claim'], 'ai_generated' | 'ai_edited'>;
  /** Family in `api/generators.json` where the trace names one. */
  generator?: string | ((text: string) => string | null);
  fields: readonly string[];
  form: RegExp | ((text: string) => boolean);
  /** Another field that must hold too. */
  and?: { field: string; form: RegExp };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

const PARAMETERS = ['png:parameters', 'exif:UserComment', 'exif:ImageDescription', 'comment'] as const;

/** First match of a field wins, so that a special tool stands before the one whose form it took over. */
export const TRACES: readonly Trace[] = [
  {
    trace: 'civitai',
    tool: 'the Civitai generator',
    claim: 'ai_generated',
    fields: PARAMETERS,
    form: (text) => isSamplerLine(text) && /\bCivitai resources: ?\[/.test(text),
  },
  {
    trace: 'a1111_parameters',
    tool: 'AUTOMATIC1111 web UI, Forge or SD.Next',
    claim: 'ai_generated',
    fields: PARAMETERS,
    form: isSamplerLine,
  },
  {
    trace: 'fooocus',
    tool: 'Fooocus',
    claim: 'ai_generated',
    fields: ['png:parameters', 'exif:UserComment'],
    form: (text) => isJson(text) && (hasKeys(text, 'base_model', 'base_model_hash') || isRuinedFooocus(text)),
  },
  {
    trace: 'fooocus',
    tool: 'Fooocus',
    claim: 'ai_generated',
    fields: ['png:fooocus_scheme'],
    form: /^(fooocus|a1111)$/,
  },
  {
    trace: 'swarmui',
    tool: 'SwarmUI',
    claim: 'ai_generated',
    fields: ['png:parameters', 'exif:UserComment'],
    form: (text) => isJson(text) && hasKeys(text, 'sui_image_params'),
  },
  {
    trace: 'hf_space',
    tool: 'a diffusion demo on Hugging Face Spaces',
    claim: 'ai_generated',
    fields: ['png:parameters', 'exif:UserComment'],
    form: (text) => isJson(text) && hasKeys(text, 'prompt', 'guidance_scale', 'num_inference_steps'),
  },
  {
    trace: 'draw_things',
    tool: 'Draw Things',
    claim: 'ai_generated',
    fields: ['xmp:exif:UserComment', 'exif:UserComment'],
    form: (text) => isJson(text) && hasKeys(text, 'c', 'uc', 'model', 'sampler', 'scale', 'seed'),
  },
  {
    trace: 'tc260_aigc',
    tool: 'a service under the Chinese labelling rules (TC260)',
    claim: 'ai_generated',
    fields: ['xmp:TC260:AIGC', 'png:AIGC', 'exif:UserComment'],
    form: (text) =>
      /^\s*\{/.test(text) &&
      /"Label"\s*:\s*"?[123]"?/.test(text) &&
      /"(ContentProducer|ProduceID)"/.test(text),
  },
  {
    trace: 'comfyui_graph',
    tool: 'ComfyUI',
    claim: 'ai_generated',
    fields: ['png:prompt', 'exif:UserComment', 'png:generation_data'],
    // A save node leaves the quotes out.
    form: (text) =>
      (isJson(text) && hasKeys(text, 'class_type')) ||
      /^\{\d+: \{(inputs|class_type): [\s\S]*class_type: \w/.test(text),
  },
  {
    trace: 'comfyui_graph',
    tool: 'ComfyUI',
    claim: 'ai_generated',
    fields: ['png:workflow'],
    form: (text) => isJson(text) && (hasKeys(text, 'nodes') || hasKeys(text, 'last_node_id')),
  },
  {
    trace: 'comfyui_graph',
    tool: 'ComfyUI',
    claim: 'ai_generated',
    fields: ['exif:Make', 'exif:Model', 'exif:ImageDescription'],
    form: (text) =>
      /^(prompt|workflow):\s*\{/i.test(text) && /"(class_type|nodes|last_node_id)"\s*:/.test(text),
  },
  {
    trace: 'invokeai_metadata',
    tool: 'InvokeAI',
    claim: 'ai_generated',
    fields: ['png:invokeai_metadata', 'png:invokeai_graph'],
    form: isJson,
  },
  {
    trace: 'invokeai_sd_metadata',
    tool: 'InvokeAI 2',
    claim: 'ai_generated',
    fields: ['png:sd-metadata'],
    form: /"app_id"\s*:\s*"invoke-ai\/InvokeAI"/,
  },
  {
    trace: 'invokeai_dream',
    tool: 'InvokeAI 1',
    claim: 'ai_generated',
    fields: ['png:Dream'],
    form: (text) => /-s ?\d+/.test(text) && /-S ?\d+/.test(text) && /-C ?[\d.]+/.test(text),
  },
  {
    trace: 'novelai',
    tool: 'NovelAI',
    claim: 'ai_generated',
    fields: ['png:Software'],
    form: /^NovelAI$/,
  },
  {
    trace: 'novelai',
    tool: 'NovelAI',
    claim: 'ai_generated',
    fields: ['png:Comment'],
    form: (text) => isJson(text) && hasKeys(text, 'uncond_scale', 'sampler', 'seed'),
  },
  {
    trace: 'tensor_art',
    tool: 'Tensor.Art',
    claim: 'ai_generated',
    fields: ['png:generation_data'],
    form: (text) => isJson(text) && hasKeys(text, 'prompt') && hasKeys(text, 'samplerName'),
  },
  {
    trace: 'stability_matrix',
    tool: 'Stability Matrix',
    claim: 'ai_generated',
    fields: ['png:smproj'],
    form: isJson,
  },
  {
    trace: 'easy_diffusion',
    tool: 'Easy Diffusion',
    claim: 'ai_generated',
    fields: ['png:use_stable_diffusion_model', 'png:Stable Diffusion model'],
    form: /\S/,
  },
  {
    trace: 'midjourney_job',
    tool: 'Midjourney',
    claim: 'ai_generated',
    generator: 'midjourney',
    fields: ['png:Description', 'exif:ImageDescription', 'xmp:dc:description'],
    form: /\bJob ID: [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\s*$/,
  },
  {
    trace: 'google_ai_credit',
    tool: 'Google AI',
    claim: 'ai_generated',
    fields: ['xmp:photoshop:Credit', 'iptc:Credit'],
    form: /^Made with Google AI$/,
  },
  {
    trace: 'google_ai_edit_credit',
    tool: 'Google AI',
    claim: 'ai_edited',
    fields: ['xmp:photoshop:Credit', 'iptc:Credit'],
    form: /^Edited with Google AI$/,
  },
  {
    trace: 'iptc_trained_algorithmic_media',
    tool: 'a program that follows the IPTC',
    claim: 'ai_generated',
    fields: ['xmp:Iptc4xmpExt:DigitalSourceType'],
    form: /\/digitalsourcetype\/trainedAlgorithmicMedia$/,
  },
  {
    trace: 'iptc_composite_with_trained_algorithmic_media',
    tool: 'a program that follows the IPTC',
    claim: 'ai_edited',
    fields: ['xmp:Iptc4xmpExt:DigitalSourceType'],
    form: /\/digitalsourcetype\/compositeWithTrainedAlgorithmicMedia$/,
  },
  {
    trace: 'grok_signature',
    tool: 'xAI Grok',
    claim: 'ai_generated',
    generator: 'grok',
    fields: ['exif:ImageDescription'],
    form: /^Signature: [A-Za-z0-9+/=]{64,}/,
    and: { field: 'exif:Artist', form: UUID },
  },
  {
    trace: 'flux_exif',
    tool: "Black Forest Labs' reference code",
    claim: 'ai_generated',
    generator: 'flux',
    fields: ['exif:Software'],
    form: /^AI generated;(txt2img|img2img);flux/,
  },
  {
    trace: 'flux_png_text',
    tool: 'a FLUX pipeline',
    claim: 'ai_generated',
    generator: 'flux',
    fields: ['png:flux:model'],
    form: /\S/,
    and: { field: 'png:flux:seed', form: /^\d+$/ },
  },
  {
    trace: 'named_generator',
    tool: 'a program that names itself',
    claim: 'ai_generated',
    generator: generatorOf,
    fields: ['exif:Make', 'exif:Software', 'xmp:xmp:CreatorTool', 'png:Software'],
    form: /^(Ideogram AI|Adobe Firefly|DALL.E( [23])?|OpenAI|Midjourney|Draw Things|Aphrodite AI|reve\.com)$/,
  },
  {
    trace: 'samsung_genai',
    tool: 'Samsung Galaxy AI',
    claim: 'ai_edited',
    fields: ['trailer'],
    form: /"genAIType"\s*:\s*"?[1-9]/,
  },
];

/** Keywords of PNG text chunks that a trace stands in. */
export const PNG_KEYWORDS: ReadonlySet<string> = new Set(
  TRACES.flatMap(({ fields, and }) => [...fields, ...(and === undefined ? [] : [and.field])])
    .filter((field) => field.startsWith('png:'))
    .map((field) => field.slice('png:'.length)),
);

/** The first trace of the table in each field, each trace once. */
export function findTraces(texts: readonly Field[]): Evidence[] {
  const found = new Map<string, Evidence>();
  for (const field of texts) {
    const trace = TRACES.find((candidate) => stands(candidate, field, texts));
    if (trace !== undefined && !found.has(trace.trace)) found.set(trace.trace, toEvidence(trace, field));
  }
  return [...found.values()];
}

function stands({ fields, form, and }: Trace, { key, text }: Field, texts: readonly Field[]): boolean {
  if (!fields.includes(key)) return false;
  if (!(form instanceof RegExp ? form.test(text) : form(text))) return false;
  return and === undefined || texts.some((other) => other.key === and.field && and.form.test(other.text));
}

function toEvidence({ trace, tool, claim, generator }: Trace, { where, text }: Field): Evidence {
  const says = claim === 'ai_generated' ? 'was generated by AI' : 'has parts made or changed by AI';
  return {
    kind: 'metadata',
    source: where,
    trace,
    generator: typeof generator === 'function' ? generator(text) : (generator ?? null),
    claim,
    verified: false,
    explanation: `Text in the form written by ${tool}: claims that the picture ${says}. It is not signed: anybody can add or remove it.`,
  };
}

/** The line of settings behind the prompts: `Steps: 20, Sampler: Euler a, …, CFG scale: 7, …, Seed: 1, …`. */
function isSamplerLine(text: string): boolean {
  const at = text.search(/(^|\n)Steps: \d+,/);
  if (at < 0) return false;
  const line = text.slice(at, at + 8192);
  return /\bSampler: [^,\n]/.test(line) && /\bSeed: \d+/.test(line) && /\bCFG scale: [\d.]+/.test(line);
}

function isJson(text: string): boolean {
  return /^\s*\{\s*"/.test(text);
}

/** Whether the text has the keys, in whatever order; cut-off JSON is as good as whole. */
function hasKeys(text: string, ...keys: string[]): boolean {
  return keys.every((key) => new RegExp(`"${key}"\\s*:`).test(text));
}

function isRuinedFooocus(text: string): boolean {
  return /"software"\s*:\s*"RuinedFooocus"/.test(text);
}
