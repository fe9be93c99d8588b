let forms = 0;

/** A multipart/form-data body; a part with a file name is a file. */
export function form(parts: [name: string, value: string | Uint8Array, fileName?: string][]): {
  body: Uint8Array;
  headers: Record<string, string>;
} {
  const boundary = `edge-${forms++}`;
  const chunks = parts.flatMap(([name, value, fileName]) => [
    Buffer.from(
      `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}\r\n\r\n`,
    ),
    Buffer.from(value as Uint8Array),
    Buffer.from('\r\n'),
  ]);
  return {
    body: Buffer.concat([...chunks, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}
