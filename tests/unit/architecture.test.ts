import { describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { execaSync } from 'execa';
import { z } from 'zod';
import { packageRoot } from '../../infra/places.ts';

/** Imports go from left to right only: tests → scripts → infra → images. */
const rooms = ['tests', 'scripts', 'infra', 'images'] as const;

/** Only these (and tests) may import a package: then it can be replaced in one place. Types of dockerode go anywhere. */
const owners: Readonly<Record<string, RegExp>> = {
  '@pulumi/docker': /^infra\/components\/docker\//,
  '@pulumi/pulumi': /^infra\/(components\/docker\/|index\.ts$)|^scripts\/rehearsal\/provision\.ts$/,
  commander: /^scripts\/commands\/(program|flag-values|finding-lines)\.ts$/,
  dockerode: /^infra\/components\/docker\/engine\.ts$/,
  execa: /^scripts\/(capture|setup|suite|teardown)\/|^scripts\/commands\/env\.ts$/,
  'deb-version-compare': /^scripts\/parity\/versions\.ts$/,
  'fast-xml-builder': /^scripts\/verdict\/merged-junit\.ts$/,
  'fast-xml-parser': /^scripts\/(suite\/junit|verdict\/merged-junit)\.ts$/,
  leven: /^infra\/spec\/allowed\.ts$/,
  'log-update': /^scripts\/progress\//,
  picocolors: /^scripts\/screen\.ts$/,
  'pure-rand': /^infra\/plan\/seed\.ts$/,
  'tar-stream': /^infra\/components\/docker\/|^scripts\/(suite|nodes|evidence|teardown)\//,
  yaml: /^infra\/spec\//,
  zod: /./,
};
/** Run as commands of their own, never imported. */
const tools = ['@swc/core', '@swc/jest', 'jest', 'jest-junit', 'pulumi'];

/** In the folders of pure cores these alone may touch the machine, time or chance. */
const effects = [
  'infra/spec/load.ts',
  'infra/spec/author-file.ts',
  'infra/plan/bound-run.ts',
  'infra/plan/routes.ts',
  'infra/plan/ssh-key.ts',
];
const pureFolders = /^images\/[a-z-]+\.ts$|^infra\/(spec|plan)\//;
/** Pure cores among effects: what decides what a run meant, and what is done to a node. */
const pureFiles =
  /^scripts\/(statistics|faults\/(layers|session-receipts|links\/link-(condition|commands)|network\/(link-receipts|link-reading|delay-receipts|delay-shape)|kinds\/requirements)|verdict\/[a-z-]+|rehearsal\/readiness-probe|suite\/(junit|outcome)|invariants\/(story|recoveries|outcome)|parity\/(difference|compare|families|versions|probe-output)|report\/(?!read-run|folder-reader|read-ends|write-report)[a-z-]+|teardown\/(lease|inventory))\.ts$/;
const impure =
  /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bperformance\.now\(|\brandomBytes\(|from 'node:(fs|child_process|net|os|http|timers)/;

const files = execaSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts'], {
  cwd: packageRoot,
})
  .stdout.split('\n')
  .filter((file) => rooms.some((room) => file.startsWith(`${room}/`)))
  .map((path) => ({ path, text: readFileSync(join(packageRoot, path), 'utf8') }));
const ours = files.filter(({ path }) => !path.startsWith('tests/'));

/** git grep ends with 1 where it finds nothing. Seven equals signs alone are a heading in some formats. */
test('no file holds what a merge left undecided', () => {
  const { stdout } = execaSync('git', ['grep', '--untracked', '-nE', '^(<{7}|>{7}) '], {
    cwd: packageRoot,
    reject: false,
  });
  expect(stdout).toBe('');
});

describe('imports', () => {
  test('go from tests to scripts to infra to images and never back', () => {
    const wrong = files.flatMap(({ path, text }) =>
      localImports(path, text)
        .filter((target) => roomIndex(target) !== -1 && roomIndex(target) < roomIndex(path))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test.each([
    ['a spec knows nothing of plans or engines', /^infra\/spec\//, /^infra\/(plan|components)\//],
    ['a plan knows nothing of engines', /^infra\/plan\//, /^infra\/components\//],
    [
      'a report needs the run folder and nothing else',
      /^scripts\/report\//,
      /^scripts\/(nodes|setup|teardown|faults\/(session|victim|side-car|heal))|^infra\/components\//,
    ],
    [
      'an end-to-end test goes through the command line or the engine, not through a rehearsal’s parts',
      /^tests\/e2e\//,
      /^scripts\/rehearsal\/(?!isolation)/,
    ],
  ])('%s', (_rule, from, to) => {
    const wrong = files.flatMap(({ path, text }) =>
      from.test(path)
        ? localImports(path, text)
            .filter((target) => to.test(target))
            .map((target) => `${path} imports ${target}`)
        : [],
    );
    expect(wrong).toEqual([]);
  });

  test('go in no circle of folders: each can be understood after those it imports', () => {
    // A file beside the folders of a room is one of its own.
    const folderOf = (path: string): string => (dirname(path).includes('/') ? dirname(path) : path);
    const uses = new Map<string, Set<string>>();
    for (const { path, text } of ours) {
      const from = folderOf(path);
      const to = localImports(path, text)
        .map(folderOf)
        .filter((one) => one !== from);
      uses.set(from, new Set([...(uses.get(from) ?? []), ...to]));
    }
    expect([...uses.keys()].flatMap((folder) => circleFrom(folder, uses) ?? [])).toEqual([]);
  });

  test('of a package are made by its owner alone', () => {
    const wrong = ours.flatMap(({ path, text }) =>
      importsOf(text)
        .filter(({ specifier, isType }) => {
          const owner = owners[packageOf(specifier)];
          return owner?.test(path) === false && !(isType && packageOf(specifier) === 'dockerode');
        })
        .map(({ specifier }) => `${path} imports ${specifier}`),
    );
    expect(wrong).toEqual([]);
  });

  test('are of packages that package.json names, each of which has an owner that needs it', () => {
    const Manifest = z.object({ dependencies: z.record(z.string(), z.string()) });
    const declared = Object.keys(
      Manifest.parse(JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'))).dependencies,
    );
    const imported = new Set(
      ours.flatMap(({ text }) =>
        importsOf(text)
          .map(({ specifier }) => packageOf(specifier))
          .filter((specifier) => !/^(\.|node:)/.test(specifier)),
      ),
    );
    expect([...imported].filter((name) => !declared.includes(name))).toEqual([]);
    expect(declared.filter((name) => !tools.includes(name) && !imported.has(name))).toEqual([]);
    expect(Object.keys(owners).sort()).toEqual([...imported].sort());
  });
});

describe('a pure core reads neither clock, nor chance, nor the machine', () => {
  test('in the folders of specs, plans and images, but for the files that are there for it', () => {
    const wrong = ours
      .filter(({ path, text }) => pureFolders.test(path) && !effects.includes(path) && impure.test(text))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });

  test('among the effects of scripts, in the files that judge', () => {
    const judging = ours.filter(({ path }) => pureFiles.test(path));
    expect(judging.length).toBeGreaterThan(15);
    expect(judging.filter(({ text }) => impure.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('and no file is excepted that needs no exception', () => {
    const needed = ours.filter(({ path, text }) => effects.includes(path) && impure.test(text));
    expect(needed.map(({ path }) => path).sort()).toEqual([...effects].sort());
  });
});

test('only output writes results, nothing logs to the console, and nothing ends the process from within', () => {
  const wrong = ours.flatMap(({ path, text }) => [
    ...(/\bconsole\./.test(text) ? [`${path}: console`] : []),
    ...(/\bprocess\.stdout\.write\(/.test(text) && path !== 'scripts/output.ts' ? [`${path}: stdout`] : []),
    ...(/\bprocess\.exit\(/.test(text) &&
    !['scripts/cli.ts', 'scripts/teardown/watcher-process.ts'].includes(path)
      ? [`${path}: exit`]
      : []),
  ]);
  expect(wrong).toEqual([]);
});

test('what measures knows nothing of how a fault is done: no tc, no rules, no inspecting', () => {
  const measuring = ours.filter(({ path }) =>
    /^scripts\/faults\/[a-z-]+\/((link|port)-(probes|meter|receipts)|delay-(receipts|shape)|dns-(readings|targets|meaning))\.ts$/.test(
      path,
    ),
  );
  expect(measuring).toHaveLength(10);
  const wrong = measuring.filter(({ text }) =>
    /'(tc|nft|iptables|ip)'|\binspect\(|link-(commands|driver)/.test(text),
  );
  expect(wrong.map(({ path }) => path)).toEqual([]);
});

test('no type is silenced: no any, no ts-ignore, no eslint-disable, no double assertion', () => {
  const silenced = /\bas any\b|: any\b|<any>|as unknown as|@ts-(ignore|expect-error|nocheck)|eslint-disable/;
  const wrong = files
    .filter(({ path }) => path !== 'tests/unit/architecture.test.ts')
    .filter(({ text }) => silenced.test(withoutComments(text)))
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

describe('a file', () => {
  test('outside tests has at most 300 lines', () => {
    const wrong = ours
      .filter(({ text }) => text.split('\n').length > 301)
      .map(({ path, text }) => `${path}: ${text.split('\n').length}`);
    expect(wrong).toEqual([]);
  });

  test('is one noun, not a drawer for what has no name', () => {
    const drawer = /(^|[/-])(utils?|helpers?|manager|misc|common|shared|service|data|info|types|stuff)\.ts$/;
    expect(files.filter(({ path }) => drawer.test(path)).map(({ path }) => path)).toEqual([]);
  });

  test('is no barrel: what it exports, it says itself', () => {
    const wrong = files
      .filter(({ text }) => /^export (\*|\{[^}]*\}) from /m.test(text))
      .map(({ path }) => path);
    expect(wrong).toEqual([]);
  });
});

test('no test is left out without saying why, singled out, or tried again until it passes', () => {
  const left = /\b(test|it|describe)\.(skip|only|todo)\b|\bx(it|test|describe)\(|retryTimes/;
  // But for one whose title says what this machine lacks.
  const excused = /\btest\.skip\(`[^`]*\$\{[a-z]+\.missing\}`/g;
  const wrong = files
    .filter(
      ({ path, text }) =>
        path.startsWith('tests/') &&
        path !== 'tests/unit/architecture.test.ts' &&
        left.test(text.replaceAll(excused, '')),
    )
    .map(({ path }) => path);
  expect(wrong).toEqual([]);
});

function roomIndex(path: string): number {
  return rooms.findIndex((room) => path.startsWith(`${room}/`));
}

interface Import {
  readonly specifier: string;
  readonly isType: boolean;
}

function importsOf(text: string): readonly Import[] {
  const statements = text.matchAll(
    /^import\s+(type\s)?[^;']*?(?:from\s+)?'([^']+)';|\bimport\(\s*'([^']+)'/gm,
  );
  return [...statements].map(([, type, specifier, lazy]) => ({
    specifier: specifier ?? lazy ?? '',
    isType: type !== undefined,
  }));
}

/** The way from a folder back to it, as one line; null where there is none. */
function circleFrom(start: string, uses: ReadonlyMap<string, ReadonlySet<string>>): string | null {
  const seen = new Set<string>();
  const wayFrom = (folder: string): readonly string[] | null => {
    for (const next of uses.get(folder) ?? []) {
      if (next === start) return [folder, start];
      if (seen.has(next)) continue;
      seen.add(next);
      const rest = wayFrom(next);
      if (rest !== null) return [folder, ...rest];
    }
    return null;
  };
  return wayFrom(start)?.join(' → ') ?? null;
}

function localImports(path: string, text: string): readonly string[] {
  return importsOf(text)
    .filter(({ specifier }) => specifier.startsWith('.'))
    .map(({ specifier }) => relative(packageRoot, resolve(packageRoot, dirname(path), specifier)));
}

/** `@scope/name/inner.js` and `name/inner.js` belong to `@scope/name` and `name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
}
