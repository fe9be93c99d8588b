import { test } from 'tap';
import { readMetadata } from '../../../src/provenance/metadata/metadata.js';
import { TRACES } from '../../../src/provenance/metadata/traces.js';
import {
  exifOf,
  exifSegment,
  iptcSegment,
  iTXt,
  jpegSegment,
  jpegWith,
  pngChunk,
  pngWith,
  TAG,
  tEXt,
  unicodeComment,
  webpWith,
  xmpOf,
  xmpSegment,
  zTXt,
} from '../../support/metadata-files.js';

const SETTINGS =
  'a cat\nNegative prompt: dog\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, Model: x';
const GRAPH = '{"3": {"class_type": "KSampler", "inputs": {"seed": 1}}}';
const UUID = '0f6d2a44-1111-4222-8333-444455556666';
const IPTC = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
const comment = (text: string) =>
  jpegWith(exifSegment({ second: { [TAG.UserComment]: unicodeComment(text) } }));
const first = (tags: Record<number, string>) => jpegWith(exifSegment({ first: tags }));
const xmp = (properties: Record<string, string>) => jpegWith(xmpSegment(xmpOf(properties)));

/** One file for each way in which a trace is written. */
const WRITTEN: [trace: string, file: () => Promise<Uint8Array>][] = [
  ['a1111_parameters', () => pngWith(tEXt('parameters', SETTINGS))],
  ['a1111_parameters', () => pngWith(iTXt('parameters', SETTINGS))],
  ['a1111_parameters', () => pngWith(zTXt('parameters', Buffer.from(SETTINGS)))],
  ['a1111_parameters', () => comment(SETTINGS)],
  [
    'a1111_parameters',
    () => jpegWith(exifSegment({ second: { [TAG.UserComment]: unicodeComment(SETTINGS, 'le') } })),
  ],
  [
    'a1111_parameters',
    () => webpWith(['EXIF', exifOf({ second: { [TAG.UserComment]: unicodeComment(SETTINGS) } })]),
  ],
  ['a1111_parameters', () => jpegWith(jpegSegment(0xfe, Buffer.from(SETTINGS)))],
  ['civitai', () => comment(`${SETTINGS}, Civitai resources: [{"type":"checkpoint"}]`)],
  ['comfyui_graph', () => pngWith(tEXt('prompt', GRAPH))],
  ['comfyui_graph', () => pngWith(tEXt('workflow', '{"last_node_id": 9, "nodes": []}'))],
  ['comfyui_graph', () => first({ [TAG.Model]: `prompt:${GRAPH}` })],
  ['comfyui_graph', () => comment(`{"prompt": ${GRAPH}}`)],
  ['comfyui_graph', () => comment('{3: {class_type: KSampler, inputs: {cfg: 8}}, 4: {class_type: Loader}}')],
  ['comfyui_graph', () => comment('{4: {inputs: {ckpt_name: x.safetensors}, class_type: Loader}}')],
  ['invokeai_metadata', () => pngWith(tEXt('invokeai_metadata', '{"generation_mode":"txt2img"}'))],
  ['invokeai_metadata', () => pngWith(iTXt('invokeai_graph', '{"nodes":{}}'))],
  ['invokeai_sd_metadata', () => pngWith(tEXt('sd-metadata', '{"app_id": "invoke-ai/InvokeAI"}'))],
  ['invokeai_dream', () => pngWith(tEXt('Dream', '"a cat" -s 50 -S 1234 -W 512 -H 512 -C 7.5 -A k_lms'))],
  ['fooocus', () => pngWith(tEXt('fooocus_scheme', 'fooocus'))],
  ['fooocus', () => pngWith(tEXt('parameters', '{"base_model": "x", "base_model_hash": "y"}'))],
  ['fooocus', () => pngWith(tEXt('parameters', '{"software": "RuinedFooocus"}'))],
  ['swarmui', () => comment('{\n "sui_image_params": {"prompt": "a cat"}}')],
  [
    'hf_space',
    () => pngWith(tEXt('parameters', '{"prompt": "a", "guidance_scale": 5, "num_inference_steps": 28}')),
  ],
  ['novelai', () => pngWith(tEXt('Software', 'NovelAI'))],
  [
    'novelai',
    () => pngWith(tEXt('Comment', '{"steps": 28, "sampler": "k_euler", "seed": 1, "uncond_scale": 0}')),
  ],
  [
    'draw_things',
    () => xmp({ 'exif:UserComment': '{"c":"a","uc":"","model":"m","sampler":"s","scale":5,"seed":1}' }),
  ],
  ['tensor_art', () => pngWith(tEXt('generation_data', '{"prompt":"a","samplerName":"Euler"}'))],
  ['stability_matrix', () => pngWith(tEXt('smproj', '{"Version": 1}'))],
  ['easy_diffusion', () => pngWith(tEXt('use_stable_diffusion_model', 'sd-v1-5'))],
  ['midjourney_job', () => pngWith(tEXt('Description', `a cat --ar 4:3 --v 5.2 Job ID: ${UUID}`))],
  ['google_ai_credit', () => xmp({ 'photoshop:Credit': 'Made with Google AI' })],
  ['google_ai_credit', () => jpegWith(iptcSegment({ 110: 'Made with Google AI' }))],
  ['google_ai_edit_credit', () => xmp({ 'photoshop:Credit': 'Edited with Google AI' })],
  [
    'iptc_trained_algorithmic_media',
    () => xmp({ 'Iptc4xmpExt:DigitalSourceType': `${IPTC}trainedAlgorithmicMedia` }),
  ],
  [
    'iptc_trained_algorithmic_media',
    () =>
      pngWith(
        iTXt(
          'XML:com.adobe.xmp',
          xmpOf({ 'Iptc4xmpExt:DigitalSourceType': `${IPTC}trainedAlgorithmicMedia` }, 'element'),
        ),
      ),
  ],
  [
    'iptc_composite_with_trained_algorithmic_media',
    () => xmp({ 'Iptc4xmpExt:DigitalSourceType': `${IPTC}compositeWithTrainedAlgorithmicMedia` }),
  ],
  ['tc260_aigc', () => xmp({ 'TC260:AIGC': '{"Label":"1","ContentProducer":"x"}' })],
  ['tc260_aigc', () => pngWith(tEXt('AIGC', '{"Label":"2","ContentProducer":"x"}'))],
  ['tc260_aigc', () => comment('{"AIGC":{"Label":"1","ProduceID":"x"}}')],
  [
    'grok_signature',
    () => first({ [TAG.ImageDescription]: `Signature: ${'Ab1+'.repeat(20)}`, [TAG.Artist]: UUID }),
  ],
  [
    'flux_exif',
    () => first({ [TAG.Software]: 'AI generated;txt2img;flux', [TAG.Make]: 'Black Forest Labs' }),
  ],
  ['flux_png_text', () => pngWith(tEXt('flux:seed', '1'), tEXt('flux:model', 'schnell'))],
  ['named_generator', () => first({ [TAG.Make]: 'Ideogram AI' })],
  ['named_generator', () => xmp({ 'xmp:CreatorTool': 'Adobe Firefly' })],
  [
    'samsung_genai',
    async () => new Uint8Array(Buffer.concat([await jpegWith(), Buffer.from('SEFT{"genAIType":2}')])),
  ],
];

test('each trace is found in each form in which it is written', async (t) => {
  for (const [trace, file] of WRITTEN) {
    const evidence = readMetadata(await file());
    t.same(
      evidence.map((piece) => piece.trace),
      [trace],
      trace,
    );
    t.notOk(evidence[0]?.verified);
  }
  const covered = new Set(WRITTEN.map(([trace]) => trace));
  t.same(
    TRACES.filter(({ trace }) => !covered.has(trace)),
    [],
    'every trace of the table is tried',
  );
});

test('edits are told apart from generated pictures, and generators are named', async (t) => {
  const [edit] = readMetadata(await xmp({ 'photoshop:Credit': 'Edited with Google AI' }));
  t.equal(edit?.claim, 'ai_edited');
  const [made] = readMetadata(await first({ [TAG.Make]: 'Ideogram AI' }));
  t.match(made, { claim: 'ai_generated', generator: 'ideogram', source: 'JPEG EXIF Make', kind: 'metadata' });
});

test('words without the form of a trace are none', async (t) => {
  const decoys: Promise<Uint8Array>[] = [
    first({ [TAG.ImageDescription]: 'My poster for Midjourney and Stable Diffusion, Steps: 20' }),
    first({ [TAG.Software]: 'Adobe Photoshop with Adobe Firefly plugin' }),
    pngWith(tEXt('parameters', '{"exposure": 0.1, "model": "telescope"}')),
    pngWith(tEXt('parameters', 'Steps: 20 up the hill')),
    pngWith(tEXt('prompt', 'Say hello')),
    pngWith(tEXt('Comment', 'test comment'), tEXt('Software', 'gnome-screenshot')),
    pngWith(tEXt('workflow', '{"steps": ["cut", "glue"]}')),
    first({ [TAG.ImageDescription]: `Signature: ${'Ab1+'.repeat(20)}`, [TAG.Artist]: 'Jane Doe' }),
    xmp({ 'dc:description': 'Iptc4xmpExt:DigitalSourceType is trainedAlgorithmicMedia for AI' }),
    xmp({ 'Iptc4xmpExt:DigitalSourceType': `${IPTC}digitalCapture` }),
    xmp({ 'photoshop:Credit': 'Not Made with Google AI' }),
  ];
  for (const [i, file] of decoys.entries()) t.same(readMetadata(await file), [], `decoy ${i}`);
});

test('a camera is told with its marks, and with the editor that saved since', async (t) => {
  const camera = { first: { [TAG.Make]: 'Canon', [TAG.Model]: 'EOS 5D' }, second: { [TAG.Iso]: 100 } };
  const [piece] = readMetadata(await jpegWith(exifSegment(camera)));
  t.match(piece, { kind: 'camera', claim: 'camera', verified: false, generator: null });
  t.match(piece?.explanation, /Canon EOS 5D with exposure data\. EXIF is easily forged/);
  const edited = { ...camera, first: { ...camera.first, [TAG.Software]: 'GIMP 2.10' } };
  t.match(readMetadata(await jpegWith(exifSegment(edited)))[0]?.explanation, /saved by GIMP 2\.10 since/);
  t.same(readMetadata(await first({ [TAG.Make]: 'Canon' })), [], 'a name alone is no mark of a camera');
  const both = readMetadata(await jpegWith(exifSegment(camera), jpegSegment(0xfe, Buffer.from(SETTINGS))));
  t.same(
    both.map(({ trace }) => trace),
    ['a1111_parameters', 'camera_exif'],
  );
});

test('ImageMagick profiles and chunks behind the picture are read', async (t) => {
  const exif = exifOf({ first: { [TAG.Make]: 'Ideogram AI' } });
  const hex = `\nexif\n${exif.length}\n${exif.toString('hex').replace(/(.{72})/g, '$1\n')}\n`;
  t.equal(
    readMetadata(await pngWith(zTXt('Raw profile type exif', Buffer.from(hex))))[0]?.trace,
    'named_generator',
  );
  const plain = Buffer.from(await pngWith());
  const late = Buffer.concat([
    plain.subarray(0, -12),
    tEXt('parameters', SETTINGS),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
  t.equal(readMetadata(new Uint8Array(late))[0]?.trace, 'a1111_parameters');
});
