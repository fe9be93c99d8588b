/**
 * Networks of a few operators as ONNX files, written field by field (onnx.proto3): of any layout, tile size and batch.
 * Their answers can be computed by hand: the embedding is the mean of each channel, the patch logits are means over
 * channels and squares, the logits are sums of the embedding under small weights.
 */
import { createHash } from 'node:crypto';
import type { ModelManifest, ModelPackage } from '../../src/domain/model.js';

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value & 127) | 128, ...varint(Math.floor(value / 128))];
const int = (field: number, value: number): number[] => [...varint(field << 3), ...varint(value)];
const bytes = (field: number, value: Iterable<number>): number[] => {
  const body = [...value];
  return [...varint((field << 3) | 2), ...varint(body.length), ...body];
};
const text = (field: number, value: string): number[] => bytes(field, Buffer.from(value));
const floats = (values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** AttributeProto: one integer (type 2) or a list of them (type 7). */
const attribute = (name: string, value: number | number[]): number[] =>
  typeof value === 'number'
    ? [...text(1, name), ...int(3, value), ...int(20, 2)]
    : [...text(1, name), ...value.flatMap((v) => int(8, v)), ...int(20, 7)];

type Attributes = Record<string, number | number[]>;

/** NodeProto */
const node = (op: string, inputs: string[], output: string, attributes: Attributes = {}): number[] => [
  ...inputs.flatMap((name) => text(1, name)),
  ...text(2, output),
  ...text(4, op),
  ...Object.entries(attributes).flatMap(([name, value]) => bytes(5, attribute(name, value))),
];

/** TensorProto of float32 */
const tensor = (name: string, dims: number[], values: number[]): number[] => [
  ...dims.flatMap((d) => int(1, d)),
  ...int(2, 1),
  ...text(8, name),
  ...bytes(9, floats(values)),
];

/** ValueInfoProto of float32; a string stands for a free size. */
const valueInfo = (name: string, dims: (number | string)[]): number[] => {
  const shape = dims.flatMap((d) => bytes(1, typeof d === 'number' ? int(1, d) : text(2, d)));
  return [...text(1, name), ...bytes(2, bytes(1, [...int(1, 1), ...bytes(2, shape)]))];
};

export const PATCH = 8;
export const LOGIT_WEIGHTS = [0.5, -1, 2];
/** 3 x 2 */
export const GENERATOR_WEIGHTS = [1, 0, 0, 1, -1, 0.25];

export interface Form {
  layout: 'NCHW' | 'NHWC';
  tile: number;
  /** Fixed, or free where it is a name. */
  batch: number | string;
  /** Spatial sizes are free in the file too. */
  freeSizes?: boolean;
}

export function tinyNetwork({ layout, tile, batch, freeSizes = false }: Form): Uint8Array {
  const [h, w] = freeSizes ? ['h', 'w'] : [tile, tile];
  const last = layout === 'NHWC';
  const planes = last ? 'planes' : 'tile_in';
  const graph = [
    ...(last ? bytes(1, node('Transpose', ['tile_in'], 'planes', { perm: [0, 3, 1, 2] })) : []),
    ...bytes(1, node('ReduceMean', [planes], 'features', { axes: [2, 3], keepdims: 0 })),
    ...bytes(
      1,
      node('AveragePool', [planes], 'pooled', { kernel_shape: [PATCH, PATCH], strides: [PATCH, PATCH] }),
    ),
    ...bytes(1, node('ReduceMean', ['pooled'], 'patches', { axes: [1], keepdims: 0 })),
    ...bytes(1, node('MatMul', ['features', 'logit_weights'], 'score')),
    ...bytes(1, node('MatMul', ['features', 'generator_weights'], 'makers')),
    ...text(2, 'tiny'),
    ...bytes(5, tensor('logit_weights', [3, 1], LOGIT_WEIGHTS)),
    ...bytes(5, tensor('generator_weights', [3, 2], GENERATOR_WEIGHTS)),
    ...bytes(11, valueInfo('tile_in', last ? [batch, h, w, 3] : [batch, 3, h, w])),
    ...bytes(12, valueInfo('score', [batch, 1])),
    ...bytes(12, valueInfo('patches', [batch, 'rows', 'cols'])),
    ...bytes(12, valueInfo('makers', [batch, 2])),
    ...bytes(12, valueInfo('features', [batch, 3])),
  ] as number[];
  // ModelProto: IR version 7, operator set 13.
  return Uint8Array.from([...int(1, 7), ...bytes(7, graph), ...bytes(8, [...text(1, ''), ...int(2, 13)])]);
}

export function tinyManifest(form: Form, file: Uint8Array, id = 'tiny'): ModelManifest {
  return {
    schema: 1,
    id,
    version: '1.0.0',
    file: 'model.onnx',
    sha256: createHash('sha256').update(file).digest('hex'),
    input: {
      name: 'tile_in',
      layout: form.layout,
      channels: 'RGB',
      dtype: 'float32',
      tile: form.tile,
      scale: 1 / 255,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    },
    outputs: { logit: 'score', patch_logits: 'patches', generator_logits: 'makers', embedding: 'features' },
    patch_px: PATCH,
    tile_plan: { stride: form.tile, max_tiles: 24, short_axis: 'edges', padding: 'reflect' },
    aggregation: 'mean_logit',
    calibration: { method: 'platt', a: 1, b: 0 },
    threshold: 0.5,
    generators: [
      { id: 'first', family: 'first' },
      { id: 'second', family: 'second' },
    ],
    licence: 'Apache-2.0',
  };
}

export type Answers = Omit<ModelPackage['selfTest'], 'sha256' | 'tolerance'>;

/** What the network answers to one tile within the image, computed in doubles. */
export function tinyAnswers(
  { input }: ModelManifest,
  image: { rgb: Uint8Array; width: number },
  left: number,
  top: number,
): Answers {
  const value = (x: number, y: number, c: number): number => {
    const byte = image.rgb[((top + y) * image.width + left + x) * 3 + c] as number;
    return (byte * input.scale - (input.mean[c] as number)) / (input.std[c] as number);
  };
  const meanOf = (x0: number, y0: number, side: number, channels: number[]): number => {
    let sum = 0;
    for (const c of channels) {
      for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) sum += value(x0 + x, y0 + y, c);
    }
    return sum / (side * side * channels.length);
  };
  const embedding = [0, 1, 2].map((c) => meanOf(0, 0, input.tile, [c]));
  const under = (weights: number[], columns: number): number[] =>
    Array.from({ length: columns }, (_, k) =>
      embedding.reduce((sum, e, c) => sum + e * (weights[c * columns + k] as number), 0),
    );
  const squares = Math.floor(input.tile / PATCH);
  const patches = Array.from({ length: squares * squares }, (_, i) =>
    meanOf(PATCH * (i % squares), PATCH * Math.floor(i / squares), PATCH, [0, 1, 2]),
  );
  return {
    tile_logits: under(LOGIT_WEIGHTS, 1),
    patch_logits: patches,
    generator_logits: under(GENERATOR_WEIGHTS, 2),
    embedding,
  };
}
