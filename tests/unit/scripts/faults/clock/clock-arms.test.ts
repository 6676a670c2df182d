import { expect, test } from '@jest/globals';
import { execa } from 'execa';
import { readFileSync } from 'node:fs';
import { armingScript } from '../../../../../scripts/faults/clock/clock-arms.ts';
import { writtenSpec } from '../../../../support/written-spec.ts';

/** The drop-in of a unit whose environment systemd shows like this. */
async function dropIn(shown: string): Promise<string> {
  using place = writtenSpec({
    'bin/systemctl': `#!/bin/sh\n[ "$1" = show ] && cat "\${0%/bin/*}/shown"\nexit 0\n`,
    shown,
  });
  await execa('chmod', ['+x', place.path('bin/systemctl')]);
  const words = [place.path('clock'), place.path('units'), '90.conf', 'a.service'];
  await execa('sh', ['-c', armingScript, 'sh', ...words], {
    env: { PATH: `${place.path('bin')}:/usr/bin:/bin` },
    extendEnv: false,
    input: Buffer.from('a library').toString('base64'),
  });
  expect(readFileSync(place.path('clock/clockshift.so'), 'utf8')).toBe('a library');
  expect([...readFileSync(place.path('clock/shift'))]).toEqual(Array.from({ length: 32 }, () => 0));
  return readFileSync(place.path('units/a.service.d/90.conf'), 'utf8').replaceAll(
    place.path('clock'),
    'CLOCK',
  );
}

test.each([
  ['nothing', '\n', ''],
  ['other variables', 'A=1 "B=two words"\n', ''],
  ['a library of its own', 'A=1 LD_PRELOAD=/usr/lib/own.so B=2\n', ' /usr/lib/own.so'],
  ['several of them', 'A=1 "LD_PRELOAD=/a%b.so /c.so" B=2\n', ' /a%%b.so /c.so'],
])('a unit with %s in its environment keeps that behind the clock', async (_what, shown, kept) => {
  expect(await dropIn(shown)).toBe(`[Service]\nEnvironment="LD_PRELOAD=CLOCK/clockshift.so${kept}"\n`);
});
