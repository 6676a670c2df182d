import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { demux } from '../../../../infra/components/docker/demux.ts';

interface Frame {
  readonly of: 1 | 2;
  readonly words: string;
}

function framed({ of, words }: Frame): Buffer {
  const content = Buffer.from(words);
  const header = Buffer.from([of, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

async function demuxed(chunks: readonly Buffer[]): Promise<{ stdout: string; stderr: string }> {
  const [source, out, err] = [new PassThrough(), new PassThrough(), new PassThrough()];
  demux(source, out, err);
  source.once('end', () => {
    out.end();
    err.end();
  });
  for (const chunk of chunks) source.write(chunk);
  source.end();
  const [stdout, stderr] = await Promise.all([text(out), text(err)]);
  return { stdout, stderr };
}

const frames = fc.array(
  fc.record({ of: fc.constantFrom(1 as const, 2 as const), words: fc.string({ maxLength: 40 }) }),
);

describe('a stream of two', () => {
  test('is each of them again, however it comes in pieces', async () => {
    await fc.assert(
      fc.asyncProperty(frames, fc.integer({ min: 1, max: 20 }), async (all, size) => {
        const bytes = Buffer.concat(all.map(framed));
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
          bytes.subarray(at * size, (at + 1) * size),
        );
        const of = (wanted: Frame['of']): string =>
          all.flatMap((one) => (one.of === wanted ? [one.words] : [])).join('');
        expect(await demuxed(pieces)).toEqual({ stdout: of(1), stderr: of(2) });
      }),
    );
  });

  test('may come at once, as the log of a server does that wrote a hundred thousand lines', async () => {
    const line = framed({ of: 1, words: 'a line\n' });
    const { stdout } = await demuxed([Buffer.concat(Array.from({ length: 100_000 }, () => line))]);
    expect(stdout.length).toBe(700_000);
  });
});
