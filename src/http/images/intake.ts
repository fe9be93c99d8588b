/** From a request to the bytes of its image, within the budgets of the server. */
import type { Fetcher } from '../../fetching/fetcher.js';
import type { Reservation } from '../../pipeline/admission.js';
import type { Pipeline } from '../../pipeline/types.js';
import { type BodyKind, bodyKind } from '../body/media.js';
import { withinDeadline } from '../deadline.js';
import type { BodyReader, Exchange } from '../exchange.js';
import type { FieldTypes } from '../validation.js';
import { type ImageRequest, readImageRequest } from './reader.js';
import type { ImageSource } from './source.js';

export interface PlacedRequest extends ImageRequest {
  /** Its share of the server's budget, given back with the answer. */
  place: Reservation;
}

export interface Intake {
  /** Reads one image and its options within the budget; throws `service_unavailable` where there is no room. */
  reader(exchange: Exchange, types: FieldTypes): BodyReader<PlacedRequest>;
  /** The image's bytes, fetched where the source is a URL. Throws as `Fetcher.fetchImage` does. */
  obtain(exchange: Exchange, source: ImageSource, place: Reservation): Promise<Uint8Array>;
}

/** What a body of n bytes holds at most while it is read, in n: the body, its text, and the image taken out of it. */
const COPIES: Record<BodyKind, number> = { raw: 1, multipart: 2, msgpack: 2, json: 2.75 };

export interface IntakeDeps {
  pipeline: Pick<Pipeline, 'reserve'>;
  fetcher: Pick<Fetcher, 'fetchImage'>;
}

export function createIntake(
  { pipeline, fetcher }: IntakeDeps,
  { imageBytesMax }: { imageBytesMax: number },
): Intake {
  return {
    // A client holds what it has sent, not what it announces, and a place among the images when its body is complete: so
    // the slow ones do not keep the quick ones out. What can not fit anyhow is refused before it is read.
    reader(exchange, types) {
      const copies = COPIES[bodyKind(exchange.head.headers)];
      const place = pipeline.reserve('interactive');
      exchange.onFinished(() => place.release());
      const request = readImageRequest(exchange, exchange.query, types, imageBytesMax);
      place.set(1, (exchange.length ?? 0) * copies);
      place.release();
      let received = 0;
      return {
        ...request,
        chunk(bytes) {
          received += bytes.byteLength;
          place.set(0, received * copies);
          request.chunk(bytes);
        },
        async end() {
          place.set(1, received * copies);
          return { ...(await request.end()), place };
        },
      };
    },

    async obtain(exchange, source, place) {
      if ('bytes' in source) {
        place.set(1, source.bytes.byteLength);
        return source.bytes;
      }
      const begunMs = performance.now();
      const { bytes } = await withinDeadline(exchange, 'The image was not fetched', (signal) =>
        fetcher.fetchImage(source.url, {
          signal,
          bytesMax: imageBytesMax,
          hold: (held) => place.set(1, held),
        }),
      );
      exchange.stage('fetch', begunMs, performance.now());
      return bytes;
    },
  };
}
