import { afterAll, expect, test } from '@jest/globals';
import { execaSync } from 'execa';
import fc from 'fast-check';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { renderDockerfile, type RenderedFile } from '../../images/dockerfile.ts';
import { reachesLogins, Stack } from '../../images/stack.ts';

const root = mkdtempSync(join(tmpdir(), 'understudy-dockerfile-'));
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Anything but control characters, and rich in what shells, Docker, pam, systemd and sudoers find special. */
const special = fc.constantFrom(
  ...`'"\\$\`%#!*?[]{}()<>|&;,:=~@^ \tnxc0`.split(''),
  "'\\''",
  '${HOME}',
  '%b',
  '$(id)',
  'é',
  '字',
  '🚀',
);
const line = fc
  .array(
    fc.oneof(
      special,
      fc.string({ unit: 'grapheme', maxLength: 4 }).filter((one) => /^\P{Cc}*$/u.test(one)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(''))
  .filter((one) => one.isWellFormed());
const variables = fc.dictionary(fc.stringMatching(/^[A-Z_][A-Z0-9_]{0,6}$/), line.filter(reachesLogins), {
  minKeys: 1,
  maxKeys: 4,
});

test('environment arrives as it was declared: in the image, at a login and in every unit', () => {
  fc.assert(
    fc.property(variables, (environment) => {
      const dockerfile = rendered({ environment, init: 'systemd' });
      const written = runWrites(dockerfile);
      const declared = new Map(Object.entries(environment));
      expect(inImage(dockerfile)).toEqual(new Map([...declared, ['container', 'docker']]));
      expect(atLogin(written('/etc/environment'))).toEqual(declared);
      expect(inUnits(written('/etc/systemd/system.conf.d/60-understudy.conf'))).toEqual(declared);
    }),
    { numRuns: 30 },
  );
});

test('an image that runs its own entrypoint takes a "#" as well', () => {
  fc.assert(
    fc.property(line, (value) => {
      expect(inImage(rendered({ environment: { V: value } })).get('V')).toBe(value);
    }),
  );
});

test('a sudo rule allows the commands that were declared and none beside them', () => {
  // A backslash is the author's own escape, as in sudoers.
  const command = fc
    .tuple(fc.stringMatching(/^\/[a-z/]{1,8}[a-z]$/), line)
    .map(([path, words]) => `${path} ${words.replaceAll(/[\\\t]/g, '')}x`);
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 3 }), (sudo) => {
      const written = runWrites(rendered({ accounts: [{ name: 'render', uid: 2001, sudo }] }));
      const [, commands = ''] =
        /^render ALL=\(ALL:ALL\) NOPASSWD: ([^\n]*)\n$/.exec(written('/etc/sudoers.d/render')) ?? [];
      expect(commands.split(/(?<!\\), /).map((one) => one.replaceAll(/\\([,:=#])/g, '$1'))).toEqual(sudo);
      expect(commands.replaceAll(/\\[,:=#]/g, '')).not.toMatch(/[:=#]/);
      expect(statSync(join(root, 'etc/sudoers.d/render')).mode & 0o777).toBe(0o440);
    }),
    { numRuns: 25 },
  );
});

test('sysctls, zone and locale stand in their files as declared', () => {
  const key = fc.stringMatching(/^[a-z]{1,4}\.[a-z_]{1,6}$/);
  const value = line.filter((one) => one !== '');
  fc.assert(
    fc.property(fc.dictionary(key, value, { minKeys: 1, maxKeys: 3 }), (sysctls) => {
      const written = runWrites(rendered({ sysctls, timeZone: 'Pacific/Chatham', locale: 'de_DE.UTF-8' }));
      const lines = Object.keys(sysctls)
        .sort()
        .map((name) => `${name} = ${sysctls[name] ?? ''}\n`);
      expect(written('/etc/sysctl.d/60-understudy.conf')).toBe(lines.join(''));
      expect(written('/etc/timezone')).toBe('Pacific/Chatham\n');
      expect(written('/etc/default/locale')).toBe('LANG=de_DE.UTF-8\n');
    }),
    { numRuns: 20 },
  );
});

test('a file goes where it was declared, whatever its name', () => {
  fc.assert(
    fc.property(line, fc.constantFrom('0644', '0755'), (name, mode) => {
      const file: RenderedFile = { context: 'files/000-x', path: `/srv/${name}x`, mode, owner: 'root:root' };
      const dockerfile = renderDockerfile({ stack: stack({}), base: 'b', files: [file] });
      expect(copied(dockerfile)).toEqual([['files/000-x', file.path]]);
    }),
  );
});

test('files go where they were declared and have their modes, with no more layers than folders and modes', () => {
  const file = fc
    .tuple(
      fc.constantFrom('/srv', '/opt/a'),
      fc.stringMatching(/^[a-z]{1,3}$/),
      fc.constantFrom('0644', '0755'),
    )
    .map(([folder, name, mode]) => ({ name, path: `${folder}/${name}`, mode }));
  fc.assert(
    fc.property(fc.uniqueArray(file, { selector: ({ path }) => path, minLength: 1 }), (declared) => {
      const files = declared.map(({ name, path, mode }, index): RenderedFile => {
        return { context: `files/${index}/${name}`, path, mode, owner: 'root:root' };
      });
      const dockerfile = renderDockerfile({ stack: stack({}), base: 'b', files });
      const layers = copied(dockerfile);
      expect(layers.length).toBeLessThanOrEqual(4);
      const placed = layers.flatMap((words) => {
        const [to = '', ...from] = words.toReversed();
        return from.map((context) => [context, to.endsWith('/') ? `${to}${context.split('/').at(-1)}` : to]);
      });
      expect(placed.sort()).toEqual(files.map(({ context, path }) => [context, path]).sort());
      const executable = [...dockerfile.matchAll(/^RUN chmod 0755 (.*)$/gm)].flatMap(([, paths = '']) =>
        paths.split(' ').map((path) => path.slice(1, -1)),
      );
      const wanted = files.filter(({ mode }) => mode === '0755').map(({ path }) => path);
      expect(executable.sort()).toEqual(wanted.sort());
    }),
  );
});

test('a command of the build keeps its words', () => {
  fc.assert(
    fc.property(
      fc.array(
        line.filter((one) => one !== ''),
        { minLength: 1, maxLength: 4 },
      ),
      (argv) => {
        const [command = ''] = rendered({ commands: [argv] })
          .split('\n')
          .filter((one) => one.startsWith('RUN ['));
        expect(JSON.parse(command.slice('RUN '.length))).toEqual(argv);
      },
    ),
  );
});

test('packages reach apt and pip as they were declared, each one word', () => {
  const version = line.filter((one) => one.trim() !== '' && one !== '*' && !one.includes('-'));
  fc.assert(
    fc.property(version, (wanted) => {
      const dockerfile = rendered({ packages: { apt: { redis: wanted }, pip: { celery: wanted } } });
      const install = commandsOf(dockerfile).filter((one) => / install -y | pip install /.test(one));
      const stubs = `say() { for word; do printf '%s\\0' "$word"; done; }; apt-get() { say "$@"; }; python3() { say "$@"; }`;
      const { stdout } = execaSync('bash', ['-c', [stubs, ...install].join('\n')]);
      const words = stdout.split('\0');
      expect(words).toContain(`redis=${wanted}-*`);
      expect(words).toContain(`celery==${wanted}`);
    }),
    { numRuns: 30 },
  );
});

function stack(raw: Record<string, unknown>): Stack {
  return Stack.parse({ base: `debian@sha256:${'0'.repeat(64)}`, ...raw });
}

function rendered(raw: Record<string, unknown>): string {
  return renderDockerfile({ stack: stack(raw), base: 'base', files: [] });
}

/** Single commands of all RUN lines: within them a newline is always escaped. */
function commandsOf(dockerfile: string): readonly string[] {
  return dockerfile
    .replaceAll(' \\\n && ', '\n')
    .split('\n')
    .filter((one) => !/^(ARG|FROM|LABEL|ENV|COPY|CMD|STOPSIGNAL|RUN \[)/.test(one))
    .map((one) => one.replace(/^RUN /, ''));
}

/** Runs the commands that write files through a shell, below `root`; returns what one of those files holds then. */
function runWrites(dockerfile: string): (path: string) => string {
  rmSync(join(root, 'etc'), { recursive: true, force: true });
  const writes = commandsOf(dockerfile).filter((one) => one.startsWith("printf '%b' "));
  const moved = writes.map((one) => {
    const [whole = '', path = '', , mode] = / > '(\/[^']*)'( && chmod (\d+) '[^']*')?$/.exec(one) ?? [];
    mkdirSync(dirname(join(root, path)), { recursive: true });
    const place = `'${join(root, path)}'`;
    return `${one.slice(0, one.length - whole.length)} > ${place}${mode === undefined ? '' : ` && chmod ${mode} ${place}`}`;
  });
  execaSync('sh', ['-e', '-c', moved.join('\n')]);
  return (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), 'utf8') : '');
}

/** As Docker reads ENV: within double quotes a backslash makes `"`, `$` and itself plain, and nothing else. */
function inImage(dockerfile: string): ReadonlyMap<string, string> {
  const entries = dockerfile
    .split('\n')
    .filter((one) => one.startsWith('ENV '))
    .map((one): [string, string] => {
      const [, name = '', quoted] = /^ENV (\w+)=(?:"((?:[^"\\$]|\\.)*)"|\w+)$/.exec(one) ?? [];
      return [
        name,
        quoted === undefined ? one.slice(`ENV ${name}=`.length) : quoted.replaceAll(/\\(["$\\])/g, '$1'),
      ];
    });
  return new Map(entries);
}

/** As pam_env 1.5 reads /etc/environment (tried on Debian 12): the outer quotes go, `\` joins lines, `#` ends a value. */
function atLogin(text: string): ReadonlyMap<string, string> {
  const entries = text
    .replaceAll('\\\n', '')
    .split('\n')
    .filter((one) => one !== '')
    .map((one): [string, string] => {
      const [assignment = ''] = one.split('#');
      const at = assignment.indexOf('=');
      const value = assignment.slice(at + 1);
      const bare = /^["']/.test(value) ? value.slice(1).replace(/["']$/, '') : value;
      return [assignment.slice(0, at), bare];
    });
  return new Map(entries);
}

/** As systemd reads DefaultEnvironment=: C escapes in double quotes, `%%` for a percent sign. */
function inUnits(text: string): ReadonlyMap<string, string> {
  const [, words = ''] = /^\[Manager\]\nDefaultEnvironment=(.*)\n$/.exec(text) ?? [];
  const entries = [...words.matchAll(/"(?:[^"\\]|\\.)*"/g)].map(([word]): [string, string] => {
    if (word.replaceAll('%%', '').includes('%')) throw new Error(`${word} would begin a specifier`);
    const assignment = String(JSON.parse(word)).replaceAll('%%', '%');
    const at = assignment.indexOf('=');
    return [assignment.slice(0, at), assignment.slice(at + 1)];
  });
  return new Map(entries);
}

/** As Docker reads the JSON form of COPY: a backslash makes what follows plain; quotes and `$` would not stay. */
function copied(dockerfile: string): readonly (readonly string[])[] {
  return dockerfile
    .split('\n')
    .filter((one) => one.startsWith('COPY '))
    .map((one) => {
      const paths: unknown = JSON.parse(one.slice('COPY '.length));
      if (!Array.isArray(paths)) throw new Error(`no paths in ${one}`);
      return paths.map((path) => {
        const text = String(path);
        if (/["'$]/.test(text.replaceAll(/\\./gu, ''))) throw new Error(`${text} would not stay as it is`);
        return text.replaceAll(/\\(.)/gu, '$1');
      });
    });
}
