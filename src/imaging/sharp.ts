/** The one place where sharp is imported, so that its process-wide settings are made exactly once. */
import sharp from 'sharp';

// One thread an image: the pool has a worker a core, and more threads only fight each other.
sharp.concurrency(1);
// Uploads never repeat byte for byte within libvips' operation cache; it would only hold strangers' pixels.
sharp.cache(false);
// libvips carries loaders for formats that are not judged; those must be out of reach of hostile bytes.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: [
    'VipsForeignLoadJpegBuffer',
    'VipsForeignLoadPngBuffer',
    'VipsForeignLoadWebpBuffer',
    'VipsForeignLoadNsgifBuffer',
    'VipsForeignLoadTiffBuffer',
  ],
});

export { sharp };
