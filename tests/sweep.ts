import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../infra/places.ts';
import { currentCommit } from './bench/store.ts';
import { runJest, say } from './support/checks.ts';
import { runNamed } from './support/named-command.ts';
import { inParts, namedOptions } from './support/named-options.ts';
import { interruptions } from './sweep/interruptions.ts';

/**
 * `npm run sweep [-- --part 1/4]`: every phase of a rehearsal, interrupted and killed. Longer than `npm test` may take,
 * so that it can be had in parts; how each ended stands in tests/results/sweep.json.
 */
const resultFile = join(packageRoot, 'tests/results/sweep.json');
const Results = z.record(
  z.string(),
  z.object({ commit: z.string(), at: z.iso.datetime(), passed: z.int(), failed: z.int() }),
);

await runNamed(main);

async function main(): Promise<number> {
  const { part } = namedOptions(inParts);
  say(
    interruptions(part)
      .map(([way, phase]) => `${way} in ${phase}`)
      .join(', '),
  );
  process.env['UNDERSTUDY_SWEEP_PART'] = part;
  const { passed, failed } = await runJest(['tests/sweep'], ['--runInBand', '--testTimeout=120000']);
  keep(part, { commit: await currentCommit(), at: new Date().toISOString(), passed, failed });
  say(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

function keep(part: string, result: z.infer<typeof Results>[string]): void {
  mkdirSync(dirname(resultFile), { recursive: true });
  writeFileSync(resultFile, `${JSON.stringify({ ...earlier(), [part]: result }, null, 2)}\n`);
}

function earlier(): z.infer<typeof Results> {
  try {
    return Results.parse(JSON.parse(readFileSync(resultFile, 'utf8')));
  } catch {
    return {}; // it was never run, or by a version that wrote something else
  }
}
