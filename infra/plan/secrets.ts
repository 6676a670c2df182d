import { secretWords } from './argv-secrets.ts';
import type { BoundRun, Plan, PlannedFile } from './plan.ts';
import { isSecretVariable } from './secret-name.ts';

export interface Secret {
  readonly name: string;
  readonly value: string;
}

type Variables = Readonly<Record<string, string | undefined>>;

/** What is secret in a set of variables by their names. */
export function secretsOfVariables(variables: Variables): readonly Secret[] {
  return Object.entries(variables).flatMap(([name, value]) =>
    value !== undefined && isSecretVariable(name, value) ? [{ name, value }] : [],
  );
}

/**
 * Pure: what is secret in a plan: variables of the cluster, of its nodes, of its images and of faults, assignments in files
 * that the spec places, words of its commands, and passwords in URLs and connection strings that any of
 * them holds.
 */
export function secretsOfPlan(plan: Plan): readonly Secret[] {
  const variables: readonly Variables[] = [
    plan.variables,
    ...plan.nodes.map(({ environment }) => environment),
    ...plan.stacks.map(({ dockerfile }) => imageVariables(dockerfile)),
    ...plan.nodes.flatMap(({ files }) => files.map(assignments)),
    ...plan.schedule.map(({ fault }) =>
      fault.kind === 'environment.variable' ? { [fault.variable]: fault.value } : {},
    ),
  ];
  const commands = [
    ...[...plan.suites, ...plan.invariants].map(({ command }) => command),
    ...plan.nodes.flatMap(({ command, ready }) => [command ?? [], ready?.command ?? []]),
  ];
  return [
    ...variables.flatMap((one) => [...secretsOfVariables(one), ...passwordsInValues(one)]),
    ...commands
      .flatMap(secretWords)
      .flatMap(({ name, value, isCertain }) => (isCertain ? [{ name, value }] : [])),
  ];
}

/** The keys of one run. Those of nodes without systemd are made but never leave the state folder. */
export function secretsOfRun(
  { ssh }: BoundRun,
  nodes: readonly { readonly name: string; readonly init: 'systemd' | 'image' }[],
): readonly Secret[] {
  const hosts = nodes.filter(({ init }) => init === 'systemd').map(({ name }) => name);
  return [
    { name: 'ssh-key', value: ssh.privateKey.trim() },
    ...hosts.flatMap((name) => {
      const key = ssh.hostKeys[name]?.privateKey.trim();
      return key === undefined ? [] : [{ name: `ssh-host-key-of-${name}`, value: key }];
    }),
  ];
}

/** `ENV NAME="value"`, as images/dockerfile.ts writes it. */
function imageVariables(dockerfile: string): Variables {
  const lines = dockerfile.matchAll(/^ENV ([A-Za-z_][A-Za-z0-9_]*)=(".*")$/gm);
  return Object.fromEntries(
    [...lines].map(([, name = '', quoted = '']) => [name, unquoted(quoted.replaceAll('\\$', '$'))]),
  );
}

function unquoted(text: string): string {
  const value: unknown = JSON.parse(text);
  return String(value);
}

/** Programs are no configuration: what stands behind `token =` there is an expression. */
const program = /\.(py|js|mjs|ts|rb|pl|sh|c|java)$/;

/** `NAME=value` and `name: value` on lines of their own, and `Environment=NAME=value` of units. */
function assignments({ path, content }: PlannedFile): Variables {
  if (program.test(path) || content.startsWith('#!')) return {};
  const lines = content.matchAll(
    /^\s*(?:export\s+|Environment=["']?)?([A-Za-z_][\w.-]*)\s*[=:]\s*["']?([^"'\n]+?)["']?\s*$/gm,
  );
  return Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]));
}

function passwordsInValues(variables: Variables): readonly Secret[] {
  const connection = /\b[a-z][a-z0-9+.-]*:\/\/[^/@\s:]*:([^/@\s]+)@|\b(?:password|pwd)=([^;&\s"']+)/gi;
  return Object.entries(variables).flatMap(([name, value]) =>
    [...(value ?? '').matchAll(connection)].flatMap(([, inUrl, given = '']) =>
      [...new Set([inUrl ?? given, decoded(inUrl ?? given)])].map((secret) => ({
        name: `password-in-${name}`,
        value: secret,
      })),
    ),
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
