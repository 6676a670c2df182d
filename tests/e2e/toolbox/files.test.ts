import { expect, test } from '@jest/globals';
import { text } from 'node:stream/consumers';
import { listingsOf } from '../../../scripts/faults/heal/declared-state.ts';
import { Hold } from '../../../scripts/faults/side-car/hold.ts';
import type { NodeAccess } from '../../../scripts/nodes/node.ts';
import { loneSideCar } from '../../support/lone-side-car.ts';

/** What these programs do to a node's own files, done to a side-car's: it is process 1 of its own namespace. */
async function said(node: NodeAccess, script: string): Promise<string> {
  const { stdout, stderr } = await node.exec(['sh', '-c', script], { environment: { LC_ALL: 'C' } });
  return stdout + stderr;
}

/** Every file that any package has, what Python compiled, and dpkg's own, with contents, owners, modes and times. */
const listing = [
  'find /usr /etc /var/lib/dpkg -xdev ! -type d -exec stat -c "%n %F %a %u:%g %y" {} +',
  'find /usr /etc /var/lib/dpkg -xdev -type d -exec stat -c "%n %a %u:%g" {} +',
  'find /usr /etc /var/lib/dpkg -xdev -type f -exec sha256sum {} +',
].join('; ');

async function noted(node: NodeAccess): Promise<void> {
  expect(await said(node, `{ ${listing}; } | sort > /tmp/noted`)).toBe('');
}

/** Lines that came and went since. */
async function changes(node: NodeAccess): Promise<string> {
  return said(node, `{ ${listing}; } | sort | diff /tmp/noted -`);
}

test('a package goes with all that is its alone, and comes back byte for byte', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  await noted(access);
  const hold = await Hold.open(access);
  await hold.start('fault', ['packageless', 'procps']);
  const state = "dpkg-query --show --showformat '${db:Status-Status}\\n'";
  expect(await said(access, `${state} procps; ps --version; ls /usr/share/doc/procps`)).toMatch(
    /^not-installed\n.*ps: not found\n.*No such file/s,
  );
  // Of folders that others have too, the others' files stay.
  expect(await said(access, `${state} nftables; nft --version`)).toMatch(/^installed\nnftables v/);
  expect(await changes(access)).toContain('/usr/bin/ps');
  await hold.heal('fault');
  expect(await changes(access)).toBe('');
  await hold.close();
});

test('what dpkg was told meanwhile is left, and said; the files are there again all the same', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  const hold = await Hold.open(access);
  await hold.start('fault', ['packageless', 'procps']);
  await said(access, 'printf "Package: other\\n\\n" >> /var/lib/dpkg/status');
  await expect(hold.heal('fault')).rejects.toThrow(/\/var\/lib\/dpkg\/status was changed meanwhile/);
  expect(await said(access, 'ps --version')).toMatch(/procps/);
  expect(await said(access, 'tail -n 2 /var/lib/dpkg/status')).toContain('Package: other');
  await hold.close();
});

test('a package that is not there is refused, and nothing is changed', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  await noted(one.access);
  const hold = await Hold.open(one.access);
  await expect(hold.start('fault', ['packageless', 'no-such'])).rejects.toThrow(/no-such is not installed/);
  expect(await changes(one.access)).toBe('');
  await hold.close();
});

/** As images/version/carry.sh leaves it: this `ps`, a folder that the own version has not, and what dpkg is to know. */
const carriedApt = [
  'set -e; mkdir -p /carried/new/usr/bin /carried/new/usr/share/procps-9/deep /carried/new/var/lib/dpkg/info; cd /carried/new',
  'printf "#!/bin/sh\necho ps 9.9\n" > usr/bin/ps; chmod 0755 usr/bin/ps; echo new > usr/share/procps-9/deep/file',
  'printf "/.\n/usr/bin/ps\n/usr/share/procps-9\n/usr/share/procps-9/deep\n/usr/share/procps-9/deep/file\n" > var/lib/dpkg/info/procps.list',
  'find usr/bin/ps usr/share/procps-9 var/lib/dpkg/info/procps.list | LC_ALL=C sort > ../paths',
  'tar --create --file ../files.tar --format=posix --no-recursion --files-from ../paths',
  'sed -n "/^Package: procps$/,/^$/p" /var/lib/dpkg/status | sed "s/^Version: .*/Version: 9.9-1/; /^$/d" > ../status; rm -r ../new',
].join('\n');

test('another version of a package of Debian takes its place, for dpkg too, and its own comes back byte for byte', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  expect(await said(access, carriedApt)).toBe('');
  await noted(access);
  const hold = await Hold.open(access);
  await hold.start('fault', ['otherversion', 'apt', 'procps', '/carried']);
  const state = "dpkg-query --show --showformat '${db:Status-Status} ${Version}\n' procps";
  expect(await said(access, `ps; ${state}; cat /usr/share/procps-9/deep/file; pgrep -V`)).toMatch(
    /^ps 9\.9\ninstalled 9\.9-1\nnew\n.*pgrep: not found\n$/s,
  );
  // What was compiled of it meanwhile goes with it.
  await said(access, 'touch /usr/share/procps-9/deep/compiled');
  await hold.heal('fault');
  expect(await changes(access)).toBe('');
  await hold.close();
});

test('another version that would take the place of what is not the package’s own is refused, and nothing is changed', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  await said(
    access,
    `${carriedApt}; mkdir -p /usr/share/procps-9/deep; echo own > /usr/share/procps-9/deep/file`,
  );
  await noted(access);
  const hold = await Hold.open(access);
  const start = async (...words: readonly string[]): Promise<string> =>
    hold.start('fault', ['otherversion', ...words]);
  await expect(start('apt', 'procps', '/carried')).rejects.toThrow(/procps-9\/deep\/file is there already/);
  await expect(start('apt', 'no-such', '/carried')).rejects.toThrow(/no-such is not installed/);
  await expect(start('apt', 'procps', '/nowhere')).rejects.toThrow(/other version of procps is not here/);
  expect(await changes(access)).toBe('');
  await hold.close();
});

/** A project as pip records it, `The_Project` in version 1, and in version 2 below /carried/new. */
const projects = [
  'set -e; home=usr/local/lib/python3.11/dist-packages',
  'project() { mkdir -p "$1/$home/the_project/sub" "$1/$home/The_Project-$2.dist-info" "$1/usr/local/bin"',
  '  echo "version = $2" | tee "$1/$home/the_project/__init__.py" > "$1/$home/the_project/sub/only_$2.py"; echo "run $2" > "$1/usr/local/bin/the-project"',
  '  printf "../../../bin/the-project,sha256=x,1\nthe_project/__init__.py,sha256=x,1\nthe_project/sub/only_$2.py,,\nThe_Project-$2.dist-info/RECORD,,\n" > "$1/$home/The_Project-$2.dist-info/RECORD"; }',
  'project "" 1; mkdir "/$home/other" "/$home/the_project/__pycache__"; echo other > "/$home/other/file"',
  'echo compiled > "/$home/the_project/__pycache__/__init__.cpython-311.pyc"',
  'project /carried/new 2; cd /carried/new; find usr | LC_ALL=C sort > ../paths; echo "$home" > ../folder',
  'tar --create --file ../files.tar --format=posix --no-recursion --files-from ../paths; rm -r ../new',
].join('\n');

test('another version of a project of PyPI takes its place, by whatever name, and leaves others alone', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  expect(await said(access, projects)).toBe('');
  await noted(access);
  const hold = await Hold.open(access);
  await hold.start('fault', ['otherversion', 'pip', 'the.project', '/carried']);
  const home = '/usr/local/lib/python3.11/dist-packages';
  expect(
    await said(
      access,
      `cd ${home}; find . -type f | sort; cat the_project/__init__.py /usr/local/bin/the-project`,
    ),
  ).toBe(
    [
      './The_Project-2.dist-info/RECORD',
      './other/file',
      './the_project/__init__.py',
      './the_project/sub/only_2.py',
      'version = 2',
      'run 2\n',
    ].join('\n'),
  );
  await said(
    access,
    `mkdir ${home}/the_project/__pycache__; echo x > ${home}/the_project/__pycache__/__init__.cpython-311.pyc`,
  );
  await hold.close();
  expect(await changes(access)).toBe('');
});

test('an account loses what it is told to, and gets it back when the lease ends', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  await said(
    access,
    'groupadd pictures; groupadd others; useradd -G others,pictures tester; mkdir /etc/sudoers.d',
  );
  await noted(access);
  const hold = await Hold.open(access);
  await hold.start('group', ['accountless', 'group', 'tester', 'pictures']);
  await hold.start('login', ['accountless', 'login', 'tester']);
  await hold.start('sudo', ['accountless', 'sudo', 'tester']);
  await hold.start('uid', ['accountless', 'uid', 'tester', '4711']);
  expect(await said(access, 'id -Gn tester')).toBe('tester others\n');
  expect(await said(access, 'id -u tester')).toBe('4711\n');
  expect(await said(access, 'su tester -c true')).toMatch(/expired/);
  expect(await said(access, 'cat /etc/sudoers.d/*')).toBe('tester ALL=(ALL:ALL) !ALL\n');
  await hold.close();
  expect(await changes(access)).toBe('');
});

test('a group that it is no member of is refused, and so is one whose file somebody else changes', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  await said(access, 'groupadd pictures; useradd -G pictures tester');
  const hold = await Hold.open(access);
  await expect(hold.start('other', ['accountless', 'group', 'tester', 'tape'])).rejects.toThrow(
    /tester is no member of tape/,
  );
  await hold.start('fault', ['accountless', 'group', 'tester', 'pictures']);
  await said(access, 'groupadd later');
  await expect(hold.heal('fault')).rejects.toThrow(/\/etc\/group was changed meanwhile/);
  expect(await said(access, 'getent group later')).toMatch(/^later:/);
  await hold.close();
});

test('a path gets back the mode that it had, wherever it has been moved to, and links lead to what they name', async () => {
  await using one = await loneSideCar('size=1m', 'files');
  const { access } = one;
  await said(
    access,
    'mkdir -m 2751 /srv/one && chown 7:8 /srv/one && chmod 2751 /srv/one && ln -s /srv/one /srv/link',
  );
  const hold = await Hold.open(access);
  await hold.start('fault', ['pathmode', '/srv/link', '0500']);
  expect(await said(access, 'stat -c "%a %u:%g" /srv/one')).toBe('500 7:8\n');
  await said(access, 'mv /srv/one /srv/two');
  await hold.heal('fault');
  expect(await said(access, 'stat -c "%a %u:%g" /srv/two')).toBe('2751 7:8\n');
  await expect(hold.start('none', ['pathmode', '/srv/none', '0500'])).rejects.toThrow(/err 2 .*No such file/);
  await hold.close();
});

test('a file of the node is found where its links lead within the node, not within the side-car', async () => {
  await using node = await loneSideCar('size=1m', 'files');
  await using one = await loneSideCar('size=1m', 'files', node.id);
  const made = await said(
    node.access,
    'groupadd pictures; useradd -G pictures tester; mkdir /moved; mv /etc/group /moved; ln -s /moved/group /etc/group',
  );
  expect(made).toBe('');
  await said(node.access, 'mv /usr/share/doc /moved; ln -s /moved/doc /usr/share/doc');
  const members = async (): Promise<string> => said(node.access, 'readlink /etc/group; id -Gn tester');
  const own = await said(one.access, 'md5sum /etc/group /var/lib/dpkg/status; ls -R /usr/share/doc');
  await noted(node.access);
  const hold = await Hold.open(one.access);
  await hold.start('fault', ['accountless', 'group', 'tester', 'pictures']);
  expect(await members()).toBe('/moved/group\ntester\n');
  await hold.heal('fault');
  expect(await members()).toBe('/moved/group\ntester pictures\n');
  await expect(hold.start('package', ['packageless', 'procps'])).rejects.toThrow(
    /err 40 \/usr\/share\/doc is, or is behind, a link of the node that begins at its root/,
  );
  expect(await changes(node.access)).toBe('');
  expect(await said(one.access, 'md5sum /etc/group /var/lib/dpkg/status; ls -R /usr/share/doc')).toBe(own);
  await hold.close();
});

test('the node’s own systemctl has nothing of what the side-car may, and hears no value of a variable', async () => {
  await using node = await loneSideCar('size=1m', 'inside');
  await using one = await loneSideCar('size=1m', 'inside', node.id);
  const hostile = [
    '{ echo "ran $*, heard $(cat)"; grep -E \'^Cap(Inh|Prm|Eff|Amb)|^NoNewPrivs\' /proc/self/status',
    'ls /proc/self/fd | tr "\\n" " "; chroot / true; cat /proc/[0-9]*/cmdline | tr "\\0" " "; } >>/tmp/seen 2>&1',
  ].join('; ');
  await said(
    node.access,
    `mkdir -p /run/systemd/system; echo '#!/bin/sh' >/usr/local/bin/systemctl; chmod +x /usr/local/bin/systemctl`,
  );
  await node.access.exec(['sh', '-c', 'printf "%s\\n" "$1" >>/usr/local/bin/systemctl', 'sh', hostile]);
  const [conf, variables] = ['[Service]\n', 'KIND="canary"\n'].map((text) =>
    Buffer.from(text).toString('base64'),
  );
  const hold = await Hold.open(one.access);
  await hold.start('fault', ['unitsetting', 'a.service', 'p-v'], [conf ?? '', variables ?? '']);
  expect(
    await said(
      node.access,
      'cd /run/systemd/system/a.service.d; stat -c "%n %a" *; cat zz-understudy-p-v.env',
    ),
  ).toBe('zz-understudy-p-v.conf 644\nzz-understudy-p-v.env 600\nKIND="canary"\n');
  await hold.heal('fault');
  await hold.do(['unitswitch', 'stop', 'a.service']);
  const seen = await said(node.access, 'ls /run/systemd/system; cat /tmp/seen');
  const none = ['Inh', 'Prm', 'Eff', 'Amb'].map((which) => `Cap${which}:\t0000000000000000\n`).join('');
  for (const ran of ['daemon-reload', '--no-block restart a.service', '--no-block stop a.service'])
    expect(seen).toContain(
      `ran ${ran}, heard \n${none}NoNewPrivs:\t1\n0 1 2 3 chroot: cannot change root directory to '/': Operation not permitted\n`,
    );
  expect(seen).toMatch(/unitsetting a\.service p-v/);
  expect(seen).not.toContain('canary');
  expect(seen).not.toContain(variables);
  await hold.close();
});

test.each<[string, readonly string[], RegExp]>([
  ['a mode', ['pathmode', '/srv', '0700'], /^\/srv has mode 700 /m],
  [
    'a group',
    ['accountless', 'group', 'tester', 'pictures'],
    /^tester uid=\d+\(tester\) gid=\d+\(tester\) groups=\d+\(tester\) /m,
  ],
  ['a login', ['accountless', 'login', 'tester'], /^tester .* expires 1$/m],
  ['a number', ['accountless', 'uid', 'tester', '4711'], /^tester uid=4711\(tester\) /m],
  ['sudo', ['accountless', 'sudo', 'tester'], / \/etc\/sudoers\.d\/zz-understudy-tester$/m],
  ['a package', ['packageless', 'procps'], /^procps not-installed|^procps .*unknown ok not-installed/m],
])(
  'a fingerprint names %s that was not given back, and nothing once it was',
  async (_what, program, left) => {
    await using one = await loneSideCar('size=1m', 'files');
    const { access } = one;
    await said(access, 'groupadd pictures; useradd -G pictures tester; mkdir /etc/sudoers.d');
    const state = { paths: ['/srv'], accounts: ['tester'], packages: ['procps'], projects: [] };
    const listed = async (): Promise<string> => {
      const listings = listingsOf({ units: [], routes: [], limits: false, ...state }).map(async ([, argv]) =>
        access.exec(argv),
      );
      return (await Promise.all(listings)).map(({ stdout }) => stdout).join('');
    };
    const before = await listed();
    expect(before).not.toMatch(left);
    const hold = await Hold.open(access);
    await hold.start('fault', program);
    expect(await listed()).toMatch(left);
    await hold.heal('fault');
    expect(await listed()).toBe(before);
    await hold.close();
  },
);

test('eventwait says that a file is there once it is, and ends without a word when nobody waits any more', async () => {
  await using one = await loneSideCar('size=1m', 'inside');
  const { access } = one;
  const waiting = await access.start(['eventwait', 'file', '/tmp/there']);
  const words = text(waiting.stdout);
  expect(await said(access, 'pgrep -c eventwait; touch /tmp/there')).toBe('1\n');
  expect(await waiting.exited).toBe(0);
  expect(await words).toBe('there\n');
  const inVain = await access.start(['eventwait', 'port', '8080']);
  inVain.stdin.end();
  expect(await inVain.exited).toBe(0);
  expect(await said(access, 'eventwait port 0; eventwait file relative; eventwait')).toBe(
    'err 64 usage: eventwait file PATH | port PORT\n'.repeat(3),
  );
});
