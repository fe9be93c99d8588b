/** The entry of a thread that decodes one HEIC and ends. */
import { createRequire } from 'node:module';
import { parentPort, workerData } from 'node:worker_threads';
import type { RgbImage } from '../domain/types.js';

export interface HeicTask {
  bytes: Uint8Array;
  imagePixelsMax: number;
}

export type HeicAnswer = { image: RgbImage } | { reason: string };

/** An object on libheif's side; `$$.ptr` is where it lies in the WebAssembly memory. */
interface Handle {
  $$: { ptr: number };
}

interface Channel {
  width: number;
  height: number;
  /** Bytes from row to row. */
  stride: number;
  data: Uint8Array;
}

/** What is used of libheif-js 1.23; the package has no types for its generated part. */
interface LibHeif {
  heif_error_code: { heif_error_Ok: unknown };
  heif_colorspace: { heif_colorspace_RGB: unknown };
  heif_chroma: { heif_chroma_interleaved_RGB: unknown };
  heif_context_alloc(): Handle;
  _heif_context_set_maximum_image_size_limit(context: number, side: number): void;
  heif_context_read_from_memory(context: Handle, bytes: Uint8Array): { code: unknown; message: string };
  heif_js_context_get_primary_image_handle(context: Handle): Handle & { code?: unknown; message?: string };
  heif_js_decode_image2(
    handle: Handle,
    colourspace: unknown,
    chroma: unknown,
  ): { code?: unknown; message?: string; channels: Channel[] };
}

function decode({ bytes, imagePixelsMax }: HeicTask): HeicAnswer {
  const lib = createRequire(import.meta.url)('libheif-js/wasm-bundle') as LibHeif;
  const context = lib.heif_context_alloc();
  // The limit is a side whose square counts; it also holds for the coded size, which the file's header need not tell.
  lib._heif_context_set_maximum_image_size_limit(context.$$.ptr, Math.ceil(Math.sqrt(imagePixelsMax)));
  const read = lib.heif_context_read_from_memory(context, bytes);
  if (read.code !== lib.heif_error_code.heif_error_Ok) return { reason: read.message };
  const handle = lib.heif_js_context_get_primary_image_handle(context);
  if (handle.code !== undefined) return { reason: handle.message ?? 'no primary picture' };
  const { heif_colorspace_RGB } = lib.heif_colorspace;
  const { heif_chroma_interleaved_RGB } = lib.heif_chroma;
  const decoded = lib.heif_js_decode_image2(handle, heif_colorspace_RGB, heif_chroma_interleaved_RGB);
  const channel = decoded.channels?.[0];
  if (channel === undefined) return { reason: decoded.message ?? 'no pixels' };
  return { image: withoutPadding(channel) };
}

/** Copies the rows out of the WebAssembly memory, which can not be transferred. */
function withoutPadding({ width, height, stride, data }: Channel): RgbImage {
  const rgb = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) rgb.set(data.subarray(y * stride, y * stride + width * 3), y * width * 3);
  return { rgb, width, height };
}

const answer = decode(workerData as HeicTask);
parentPort?.postMessage(answer, 'image' in answer ? [answer.image.rgb.buffer as ArrayBuffer] : []);
