import { expect, test } from '@jest/globals';
import { joined } from '../../../../../scripts/faults/side-car/joined-commands.ts';

const words = (line: string): readonly string[] => line.split(' ');
const asOne = (...lines: readonly string[]): string | null => joined(lines.map(words))?.join(' ') ?? null;

test('nft takes commands one after the other', () => {
  expect(asOne('nft add table inet a', 'nft add chain inet a in { policy accept ; }')).toBe(
    'nft add table inet a ; add chain inet a in { policy accept ; }',
  );
});

test('what stands alone stays as it is', () => {
  expect(asOne('tc qdisc del dev eth0 root')).toBe('tc qdisc del dev eth0 root');
});

test.each([
  [[]],
  [['tc class del dev eth0 classid 1:1', 'tc class del dev eth0 classid 1:2']],
  [['nft delete table inet a', 'rm /a']],
])('what one command cannot do is not joined: %j', (lines) => {
  expect(asOne(...lines)).toBeNull();
});
