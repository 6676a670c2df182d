import { expect, test } from '@jest/globals';
import { createInterface } from 'node:readline';
import { DiskCaller, type Calls } from '../../../scripts/faults/disk/disk-calls.ts';
import { Hold } from '../../../scripts/faults/side-car/hold.ts';
import type { NodeAccess } from '../../../scripts/nodes/node.ts';
import { loneSideCar } from '../../support/lone-side-car.ts';
import { until } from '../../support/until.ts';

async function said(node: NodeAccess, ...argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await node.exec(argv, { environment: { LC_ALL: 'C' }, timeoutMs: 60_000 });
  return stdout + stderr;
}

const mounts = async (node: NodeAccess): Promise<string> =>
  said(node, 'grep', ' /data ', '/proc/1/mountinfo');

/** What programs do with files; each line says what came of one of it. */
const programs = String.raw`
use strict; use Fcntl qw(:DEFAULT :flock :seek :mode);
chdir "/data" or die; umask 027;
sub say_ { print join(" ", map { defined $_ ? $_ : "undef" } @_), "\n" }
sub how { my @s = lstat $_[0]; return @s ? join(":", sprintf("%o", $s[2]), $s[3], $s[4], $s[5], S_ISDIR($s[2]) ? "-" : $s[7]) : "none ($!)" }
sub put { open my $f, ">", $_[0] or return "$!"; print $f $_[1]; close $f ? "ok" : "$!" }
sub got { open my $f, "<", $_[0] or return "$!"; local $/; my $all = <$f>; $all }
say_ "put", put("a", "hello"), how("a"), got("a");
say_ "append", do { open my $f, ">>", "a"; print $f " world"; close $f; got("a") };
say_ "overwrite", do { open my $f, "+<", "a"; seek $f, 6, 0; print $f "WORLD"; close $f; got("a") };
say_ "truncate", truncate("a", 3), how("a"), got("a"), truncate("a", 8), how("a"), unpack("H*", got("a"));
say_ "exclusive", sysopen(my $x, "a", O_CREAT | O_EXCL | O_WRONLY) ? "made" : "$!";
say_ "mkdir", mkdir("d"), how("d"), mkdir("d") ? "made" : "$!";
say_ "link", link("a", "d/b"), how("a"), how("d/b");
say_ "rename", rename("a", "d/c"), how("a"), how("d/c"), rename("none", "other") ? "moved" : "$!";
say_ "over", put("e", "new"), rename("e", "d/c"), got("d/c"), got("d/b");
say_ "symlink", symlink("d/c", "s"), readlink("s"), got("s"), how("s");
say_ "dangling", symlink("nowhere", "n"), got("n");
say_ "chmod", chmod(06750, "d/c"), how("d/c"), chmod(0640, "d/c"), how("d/c");
say_ "chown", chown(7, 8, "d/c"), how("d/c");
say_ "times", utime(1000, 2000, "d/c"), join(",", (stat "d/c")[8, 9]);
say_ "rmdir", rmdir("d") ? "gone" : "$!";
say_ "folder", got("d"), opendir(my $none, "d/c") ? "opened" : "$!";
{ open my $f, "+>", "u"; print $f "still here"; $f->flush; unlink "u"; seek $f, 0, 0; say_ "unlinked", how("u"), (stat $f)[3, 7], scalar <$f>; print $f "!"; $f->flush; say_ "written on", (stat $f)[7]; }
{ open my $f, ">", "h"; seek $f, 100_000, 0; print $f "end"; close $f; say_ "hole", how("h"), length got("h"), (stat "h")[12] < 100 ? "sparse" : "full"; }
{ open my $f, "<", "h"; open my $g, "<", "h"; say_ "locks", flock($f, LOCK_EX), flock($g, LOCK_EX | LOCK_NB) ? "both" : "$!"; }
{ my @all = map { "f$_" } 1 .. 300; put($_, "x" x 100) for @all; opendir my $d, "."; my @seen = sort grep { /^f\d/ } readdir $d; say_ "many", scalar @seen, "@seen" eq join(" ", sort @all) ? "all" : "others"; say_ "removed", unlink @all; }
{ my $big = join "", map { chr($_ * 7 % 251) } 0 .. 2_000_000; put("big", $big); say_ "big", how("big"), got("big") eq $big ? "equal" : "other"; }
say_ "no name", put("x" x 256, "") , put("d/none/x", "");
mkdir "sticky"; chmod 03777, "sticky"; chown 0, 9, "sticky";
say_ "as another", do { my $pid = fork; if (!$pid) { $( = $) = "1 1"; $< = $> = 1; print join(" ", "another", put("sticky/mine", "m"), how("sticky/mine"), put("d/c", ""), got("d/c"), mkdir("sticky/sub"), how("sticky/sub"), unlink("sticky/mine"), rename("big", "small") ? "moved" : "$!"), "\n"; exit 0 } waitpid $pid, 0; $? };
say_ "fifo", system("mkfifo", "p"), how("p");
say_ "swap", put("l", "left"), put("r", "right"), system("perl", "-e", 'exit(syscall(316, -100, "l", -100, "r", 2) ? 1 : 0)'), got("l"), got("r");
say_ "space", system("fallocate -l 1000000 space"), how("space"), system("fallocate -l 100000000 more") >> 8;
say_ "room", (map { (split)[1, 2, 3] } (qx(df -k --output=target,size,used,avail /data))[1]);
say_ "synchronised", system("sync big d") >> 8;
system "rm -rf /data/* /data/.[a-z]*";
opendir my $d, "."; say_ "left", join ",", sort grep { !/^\.\.?$/ } readdir $d;
`;

test('what programs do with files comes out the same through a layer as without one', async () => {
  await using one = await loneSideCar('size=16m,nr_inodes=1024,mode=0755', 'layer');
  const { access } = one;
  const without = await said(access, 'perl', '-e', programs);
  expect(without.split('\n').length).toBeGreaterThan(30);
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  expect(await said(access, 'perl', '-e', programs)).toBe(without);
  // A disk that forgets looks the same to whoever is inside, but for the room that is left: nothing of it is there yet.
  await hold.start('fault', ['diskfault', '/data', 'forget', 'honestly']);
  const butRoom = (text: string): string => text.replace(/^room .*$/m, '');
  expect(butRoom(await said(access, 'perl', '-e', programs))).toBe(butRoom(without));
  await hold.close();
  expect(await mounts(access)).not.toContain('disklayer');
});

test('several processes that append to one file at once lose nothing of it', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const { access } = one;
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  const writers =
    'for n in 1 2 3 4; do (for i in $(seq 200); do echo "$n $i" >> /data/log; done) & done; wait; sort -u /data/log | wc -l';
  expect(await said(access, 'sh', '-c', writers)).toBe('800\n');
  await hold.close();
  // Nothing of it was only in the layer.
  expect(await said(access, 'sh', '-c', 'sort -u /data/log | wc -l')).toBe('800\n');
});

test('calls meet each fault as long as it is told, and fare as before once it is gone', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const { access } = one;
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  const caller = await DiskCaller.enter(access, '/data', 'read.dat', 65_536);
  const under = async (...fault: readonly string[]): Promise<Calls> => {
    await hold.start('fault', ['diskfault', '/data', ...fault]);
    const calls = await caller.calls(16, 2_500);
    await hold.heal('fault');
    return calls;
  };
  const clean = { errors: 0, unanswered: 0, bits: 0, zeroed: 0 };
  const slow = await under('slow', 'wf', '20');
  expect(Math.min(...slow.write.ms, ...slow.fsync.ms)).toBeGreaterThanOrEqual(20);
  expect(Math.min(...slow.read.ms)).toBeLessThan(20);
  expect(await under('error', 'rwf', '4')).toMatchObject({
    write: { errors: 4, error: 'Input/output error' },
    fsync: { errors: 4 },
    read: { errors: 4, bits: 0 },
  });
  expect(await under('flip', '*.dat')).toMatchObject({ read: { errors: 0, bits: 1 }, write: clean });
  expect(await under('zeros', '*.dat')).toMatchObject({ read: { zeroed: 32_768 } });
  expect(await under('flip', '*.jpg')).toMatchObject({ read: clean });
  expect(await under('hang', 'rwf')).toMatchObject({
    write: { unanswered: 1 },
    fsync: { unanswered: 1 },
    read: { unanswered: 1 },
  });
  expect(
    await until(
      'all calls are back',
      async () => {
        const calls = await caller.calls(2, 2_000);
        return calls.stuck === 0 ? calls : null;
      },
      5_000,
    ),
  ).toMatchObject({ write: clean, fsync: clean, read: clean });
  caller.leave();
  await hold.close();
});

test.each<[how: string, found: Readonly<Record<string, string>>]>([
  ['honestly', { a: 'old\n', b: 'old\nsynced\n', c: '', d: 'durable\n', t: '' }],
  ['lies', { a: 'old\n', b: 'old\n', c: '', d: '', t: '' }],
])(
  'a disk that forgets %s shows all of it to those inside, and has what it has when its layer is lost',
  async (how, found) => {
    await using one = await loneSideCar('size=16m', 'layer');
    const { access } = one;
    const shown = async (): Promise<string> =>
      said(
        access,
        'sh',
        '-c',
        'cd /data; for f in a b c d t; do echo "$f: $(cat $f)"; done; stat -c %s a b c d t',
      );
    await said(access, 'sh', '-c', 'cd /data; for f in a b t; do echo old > $f; done');
    const hold = await Hold.open(access);
    await hold.start('layer', ['disklayer', '/data']);
    await hold.start('fault', ['diskfault', '/data', 'forget', how]);
    await said(
      access,
      'sh',
      '-c',
      'cd /data; echo more >> a; echo synced >> b; sync b; echo new > x; mv x c; echo durable > y; sync y; mv y d; echo other > t; for n in $(seq 50); do echo $n > n$n; rm n$n; done; sync',
    );
    const inside = await shown();
    expect(inside).toContain('a: old\nmore\nb: old\nsynced\nc: new\nd: durable\nt: other\n9\n11\n4\n8\n6\n');
    await said(access, 'pkill', '-9', '-x', 'disklayer-serve');
    await until(
      'the mount is gone',
      async () => ((await mounts(access)).includes('disklayer') ? null : true),
      3_000,
    );
    for (const [file, text] of Object.entries(found))
      expect([file, await said(access, 'cat', `/data/${file}`)]).toEqual([file, text]);
    await hold.close();
  },
);

test('a disk that is to forget no more has all that was written, and so has one whose lease ends', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const { access } = one;
  const write = async (file: string): Promise<string> =>
    said(access, 'sh', '-c', `seq 5000 > /data/${file}; cksum < /data/${file}`);
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  await hold.start('fault', ['diskfault', '/data', 'forget', 'lies']);
  const first = await write('one');
  await hold.heal('fault');
  await hold.start('fault', ['diskfault', '/data', 'forget', 'honestly']);
  const second = await write('two');
  await hold.close();
  expect(await mounts(access)).not.toContain('disklayer');
  expect(await said(access, 'sh', '-c', 'cksum < /data/one; cksum < /data/two')).toBe(first + second);
});

test('what goes by at a rate takes its time, in both directions together', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const { access } = one;
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  await hold.start('fault', ['diskfault', '/data', 'rate', 'rw', '1048576']);
  const began = performance.now();
  await said(access, 'dd', 'if=/dev/zero', 'of=/data/half', 'bs=64k', 'count=8');
  await said(access, 'cat', '/data/half');
  expect(performance.now() - began).toBeGreaterThan(990);
  await hold.close();
});

test('a layer that is killed leaves errors and no hanging calls, and the disk is there again; its end is said', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const { access } = one;
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  await hold.start('fault', ['diskfault', '/data', 'hang', 'rwf']);
  const writer = await access.start(['sh', '-c', 'echo in; echo lost 2>&1 > /data/one']);
  const output = createInterface({ input: writer.stdout })[Symbol.asyncIterator]();
  expect((await output.next()).value).toBe('in');
  writer.stderr.resume();
  await said(access, 'pkill', '-9', '-x', 'disklayer-serve');
  // It was waiting for an answer, and has got one.
  expect(await writer.exited).not.toBe(0);
  await until(
    'the mount is gone',
    async () => ((await mounts(access)).includes('disklayer') ? null : true),
    3_000,
  );
  expect(await said(access, 'sh', '-c', 'echo kept > /data/two; cat /data/two')).toBe('kept\n');
  await expect(hold.heal('layer')).rejects.toThrow(/the layer in front of \/data ended by itself/);
  await hold.close();
});

test('who has a file open keeps a layer that was taken away, and is named; another namespace has none of it either', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const { access } = one;
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  // As a unit with a mount namespace of its own.
  const unit = await access.start([
    'unshare',
    '-m',
    'sh',
    '-c',
    'exec 3> /data/held; echo in; read -r _; echo on >&3; cat /data/held',
  ]);
  const output = createInterface({ input: unit.stdout })[Symbol.asyncIterator]();
  await output.next();
  await hold.heal('layer');
  expect(await mounts(access)).not.toContain('disklayer');
  expect(await said(access, 'disklayer', 'gone', '/data')).toMatch(/still serves:\n.*has \/held open/);
  unit.stdin.end('\n');
  // It wrote through the layer that it still had, and read past it.
  expect((await output.next()).value).toBe('on');
  await unit.exited;
  expect(await said(access, 'disklayer', 'gone', '/data')).toBe('ok\n');
  await hold.close();
});

test('where the keeper is killed, the layer takes itself away', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const { access } = one;
  const hold = await Hold.open(access);
  await hold.start('layer', ['disklayer', '/data']);
  await said(access, 'sh', '-c', 'pkill -9 -x disklayer');
  await until(
    'the mount is gone',
    async () => ((await mounts(access)).includes('disklayer') ? null : true),
    3_000,
  );
  expect(await said(access, 'disklayer', 'gone', '/data')).toBe('ok\n');
  await hold.close();
});

test('what cannot be is refused with its reason', async () => {
  await using one = await loneSideCar('size=16m', 'layer');
  const hold = await Hold.open(one.access);
  await expect(hold.start('layer', ['disklayer', '/none'])).rejects.toThrow(/err 2 \/none: No such file/);
  await expect(hold.start('layer', ['disklayer', '/srv'])).rejects.toThrow(
    /err 2 the node has no disk there/,
  );
  await expect(hold.start('fault', ['diskfault', '/data', 'hang', 'rwf'])).rejects.toThrow(
    /there is no layer in front of \/data/,
  );
  await hold.start('layer', ['disklayer', '/data']);
  // O_TMPFILE | O_RDWR
  const nameless = 'use Fcntl; sysopen(F, "/data", 0x410000 | O_RDWR) or print "$!"';
  expect(await said(one.access, 'perl', '-e', nameless)).toBe('Operation not supported');
  await expect(hold.start('fault', ['diskfault', '/data', 'explode', 'x'])).rejects.toThrow(
    /no fault of a disk/,
  );
  await hold.close();
});
