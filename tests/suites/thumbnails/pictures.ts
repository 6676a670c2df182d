import { createHash } from 'node:crypto';

export interface Picture {
  /** As it arrives: `0007.ppm`. */
  readonly name: string;
  readonly ppm: Buffer;
  /** SHA-256 of the thumbnail's size and pixels. */
  readonly thumbnail: string;
}

const factor = 4;

/**
 * Pictures whose thumbnails are known without a second implementation of scaling: every 4 × 4 block has one colour, so
 * the average of a block is that colour, whatever the rounding. The same numbers give the same pictures.
 */
export function picture(index: number): Picture {
  const random = generator(index + 1);
  const width = 40 + Math.floor(random() * 21);
  const height = 30 + Math.floor(random() * 11);
  const small = Buffer.from(Array.from({ length: width * height * 3 }, () => Math.floor(random() * 256)));
  return {
    name: `${String(index).padStart(4, '0')}.ppm`,
    ppm: Buffer.concat([
      Buffer.from(`P6\n${width * factor} ${height * factor}\n255\n`),
      enlarged(small, width, height),
    ]),
    thumbnail: createHash('sha256').update(`${width}x${height}:`).update(small).digest('hex'),
  };
}

function enlarged(small: Buffer, width: number, height: number): Buffer {
  const rows = Array.from({ length: height }, (_, y) => {
    const pixels = Array.from({ length: width }, (__, x) => {
      const at = (y * width + x) * 3;
      const pixel = small.subarray(at, at + 3);
      return Buffer.concat(Array.from({ length: factor }, () => pixel));
    });
    const row = Buffer.concat(pixels);
    return Buffer.concat(Array.from({ length: factor }, () => row));
  });
  return Buffer.concat(rows);
}

/** Park and Miller's minimal standard generator: short, and the same everywhere. */
function generator(seed: number): () => number {
  let state = (seed * 48271) % 2147483647;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
