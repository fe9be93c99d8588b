import type { NativeJpeg } from '../binding/types.js';
import type { Evidence } from '../domain/types.js';
import type { MetadataFinding } from './types.js';

/** A few bytes of padding behind the end are ordinary. */
const TRAILING_BYTES_MIN = 16;

/** What a JPEG's own structure says of the software that wrote it. EXIF, XMP and IPTC are read by src/provenance. */
export function metadataFindings(jpeg: NativeJpeg | null): MetadataFinding[] {
  if (jpeg === null) return [];
  const segments = jpeg.segments.split(',');
  const findings: MetadataFinding[] = [];
  const add = (
    code: string,
    severity: MetadataFinding['severity'],
    source: string,
    message: string,
  ): void => {
    findings.push({ code, severity, source, message });
  };
  if (segments.includes('photoshop') || segments.includes('ducky')) {
    add(
      'adobe_software',
      'low',
      segments.includes('ducky') ? 'JPEG APP12' : 'JPEG APP13',
      'The file carries a block that Adobe software writes. It may only have been resized or captioned there.',
    );
  }
  if (jpeg.trailingBytes >= TRAILING_BYTES_MIN) {
    const isPhone = segments.includes('mpf');
    add(
      'trailing_data',
      isPhone ? 'info' : 'low',
      'behind EOI',
      `${jpeg.trailingBytes} bytes follow the end of the picture. ` +
        (isPhone
          ? 'Phones store a second picture or a video there.'
          : 'Programs append thumbnails or notes there.'),
    );
  }
  if (jpeg.comment !== '') {
    add('comment', 'info', 'JPEG COM', `The file has the comment "${printable(jpeg.comment)}".`);
  }
  if (!segments.includes('exif')) {
    add(
      'no_exif',
      'info',
      'JPEG APP1',
      'There is no EXIF block. Cameras write one; websites and messengers remove it.',
    );
  }
  if (jpeg.luma !== null && jpeg.luma.distance > 0) {
    add(
      'own_tables',
      'info',
      'JPEG DQT',
      `The quantisation table is not one of libjpeg's (nearest: quality ${jpeg.luma.quality}). Cameras and Adobe software have their own.`,
    );
  }
  if (jpeg.progressive) {
    add(
      'progressive',
      'info',
      'JPEG SOF2',
      'The file is progressive. Cameras write baseline files; websites convert.',
    );
  }
  return findings;
}

/** Latin-1 without control characters, which a terminal or a page might obey. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\xa0-\xff]+/g, ' ').trim();
}

/** What src/provenance read in the file, as findings: a statement of origin is none of manipulation. */
export function evidenceFindings(evidence: Evidence[]): MetadataFinding[] {
  return evidence.map(({ trace, source, claim, explanation }) => ({
    code: trace,
    severity: claim === 'camera' ? 'info' : 'medium',
    source,
    message: explanation,
  }));
}
