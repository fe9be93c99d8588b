/** Signs pictures with Content Credentials of our own, with the library that reads them. */
import { sign as signBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { initSync, WasmBuilder } from '@contentauth/c2pa-wasm';
import type { Certificate } from './x509.js';

const IPTC = 'http://cv.iptc.org/newscodes/digitalsourcetype/';
/** The signature is padded to exactly this: any other length makes a file whose hash does not match. */
const RESERVED_BYTES = 4096;

let begun = false;

/** The library reads files by a browser's classes; these two stand in for them. */
function begin(): void {
  if (begun) return;
  begun = true;
  const wasm = readFileSync(createRequire(import.meta.url).resolve('@contentauth/c2pa-wasm/c2pa.wasm'));
  initSync({ module: wasm });
  Object.assign(globalThis, {
    FileReaderSync: class {
      readAsArrayBuffer = (blob: MemoryBlob): ArrayBuffer => blob.bytes.slice().buffer as ArrayBuffer;
    },
  });
}

class MemoryBlob {
  readonly size: number;
  constructor(readonly bytes: Uint8Array) {
    this.size = bytes.length;
  }
  slice(from: number, to: number): MemoryBlob {
    return new MemoryBlob(this.bytes.subarray(from, to));
  }
}

const blobOf = (bytes: Uint8Array): Blob => new MemoryBlob(bytes) as unknown as Blob;

export interface ActionSpec {
  action: string;
  /** Last word of the IPTC source type. */
  source?: string;
  softwareAgent?: string;
  description?: string;
}

export interface ManifestSpec {
  signer: Certificate;
  mime?: string;
  title?: string;
  generator?: string;
  actions?: ActionSpec[];
  assertions?: { label: string; data: unknown }[];
  ingredients?: { bytes: Uint8Array; relationship: 'parentOf' | 'componentOf'; title: string }[];
  /** The manifest lies there; with `embed: false` there alone. */
  remoteUrl?: string;
  embed?: boolean;
}

export async function signPicture(picture: Uint8Array, spec: ManifestSpec): Promise<Uint8Array> {
  begin();
  const { signer, mime = 'image/jpeg', title = 'picture', generator = 'aidet-tests' } = spec;
  const parents = (spec.ingredients ?? []).map((ingredient, i) => ({ ...ingredient, id: `xmp:iid:${i}` }));
  const opened = parents.filter(({ relationship }) => relationship === 'parentOf');
  const placed = parents.filter(({ relationship }) => relationship === 'componentOf');
  const actions = [
    ...opened.map(({ id }) => ({ action: 'c2pa.opened', parameters: { ingredientIds: [id] } })),
    ...(spec.actions ?? []).map(({ source, ...action }) => ({
      ...action,
      ...(source === undefined ? {} : { digitalSourceType: `${IPTC}${source}` }),
    })),
    ...placed.map(({ id }) => ({ action: 'c2pa.placed', parameters: { ingredientIds: [id] } })),
  ];
  const definition = {
    title,
    claim_generator_info: [{ name: generator, version: '1.0' }],
    assertions: [{ label: 'c2pa.actions', data: { actions } }, ...(spec.assertions ?? [])],
  };
  // Files that shall be invalid are signed too.
  const context = { verify: { verify_after_sign: false, remote_manifest_fetch: false } };
  const builder = WasmBuilder.fromJson(JSON.stringify(definition), JSON.stringify(context));
  for (const { id, bytes, relationship, title } of parents) {
    const ingredient = { title, relationship, instance_id: id, label: id };
    await builder.addIngredientFromBlob(JSON.stringify(ingredient), mime, blobOf(bytes));
  }
  if (spec.remoteUrl !== undefined) builder.setRemoteUrl(spec.remoteUrl);
  if (spec.embed === false) builder.setNoEmbed(true);
  const definitionOfSigner = {
    alg: 'es256',
    reserveSize: RESERVED_BYTES,
    sign: async (claim: Uint8Array) => coseSign1(claim, signer),
  };
  try {
    return await builder.sign(definitionOfSigner, [], mime, blobOf(picture));
  } finally {
    builder.free();
  }
}

/** COSE_Sign1 with a detached payload and the certificate in the protected header. Sources: RFC 9052; C2PA 2.1, 13.2. */
function coseSign1(claim: Uint8Array, { der, key }: Certificate): Uint8Array<ArrayBuffer> {
  const isolated = bytesItem(
    mapItem([
      [intItem(1), intItem(-7)],
      [intItem(33), bytesItem(der)],
    ]),
  );
  const toSign = arrayItem([textItem('Signature1'), isolated, bytesItem(Buffer.alloc(0)), bytesItem(claim)]);
  const signature = signBytes('sha256', toSign, { key, dsaEncoding: 'ieee-p1363' });
  const whole = (padding: number): Buffer =>
    Buffer.concat([
      Buffer.from([0xd2]),
      arrayItem([
        isolated,
        mapItem([[textItem('pad'), bytesItem(Buffer.alloc(padding))]]),
        Buffer.from([0xf6]),
        bytesItem(signature),
      ]),
    ]);
  const padding = RESERVED_BYTES - whole(0x400).length + 0x400;
  return new Uint8Array(whole(padding));
}

function head(major: number, length: number): Buffer {
  if (length < 24) return Buffer.from([(major << 5) | length]);
  if (length < 256) return Buffer.from([(major << 5) | 24, length]);
  const out = Buffer.alloc(length < 65536 ? 3 : 5);
  out[0] = (major << 5) | (length < 65536 ? 25 : 26);
  if (length < 65536) out.writeUInt16BE(length, 1);
  else out.writeUInt32BE(length, 1);
  return out;
}

const intItem = (value: number): Buffer => (value < 0 ? head(1, -1 - value) : head(0, value));
const bytesItem = (bytes: Uint8Array): Buffer => Buffer.concat([head(2, bytes.length), bytes]);
const textItem = (text: string): Buffer =>
  Buffer.concat([head(3, Buffer.byteLength(text)), Buffer.from(text)]);
const arrayItem = (items: Buffer[]): Buffer => Buffer.concat([head(4, items.length), ...items]);
const mapItem = (pairs: [Buffer, Buffer][]): Buffer =>
  Buffer.concat([head(5, pairs.length), ...pairs.flat()]);
