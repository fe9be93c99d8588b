const MEMORY_SECTION = 5;
const PAGE_BYTES = 65536;

/**
 * Gives a WebAssembly module's own memory a maximum, which its compiler left open: allocating beyond it then fails
 * inside. Source: WebAssembly Core Specification 2.0, 5.5.8 (memory section), 5.2.2 (LEB128).
 * @throws Error where the module has no memory of its own.
 */
export function withMemoryLimit(module: Uint8Array, bytesMax: number): Uint8Array<ArrayBuffer> {
  for (let at = 8; at < module.length; ) {
    const section = module[at] as number;
    const [length, begin] = readUnsigned(module, at + 1);
    if (section === MEMORY_SECTION) {
      const limitsAt = begin + 1;
      const [pagesMin] = readUnsigned(module, limitsAt + 1);
      const limits = [1, 1, ...unsigned(pagesMin), ...unsigned(Math.floor(bytesMax / PAGE_BYTES))];
      const replaced = [MEMORY_SECTION, ...unsigned(limits.length), ...limits];
      return concat(module.subarray(0, at), Uint8Array.from(replaced), module.subarray(begin + length));
    }
    at = begin + length;
  }
  throw new Error('The WebAssembly module has no memory section');
}

function readUnsigned(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  for (let at = from, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return [value, at + 1];
  }
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
