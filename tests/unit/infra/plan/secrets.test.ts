import { expect, test } from '@jest/globals';
import type { Plan, PlannedNode } from '../../../../infra/plan/plan.ts';
import { isSecretName } from '../../../../infra/plan/secret-name.ts';
import { secretsOfPlan } from '../../../../infra/plan/secrets.ts';
import { planDocument } from '../../../../scripts/evidence/plan-document.ts';
import { Redactor, tooShort } from '../../../../scripts/evidence/redactor.ts';
import { variable } from '../../../support/faults.ts';

const node: PlannedNode = {
  name: 'worker-1',
  role: 'worker',
  host: 11,
  init: 'systemd',
  image: { kind: 'built', inputsHash: 'x' },
  cpus: null,
  memoryMiB: 64,
  pids: 16,
  units: [],
  disks: [],
  environment: { DB_PASSWORD: 'from-the-role', MODE: 'dev', BROKER: 'redis://me:p%40ss-word@broker/0' },
  files: [
    {
      path: '/etc/app/settings.ini',
      content: '# comment\napi_key = in-a-file\nname = plain\n',
      mode: '0600',
      owner: 'root:root',
    },
    {
      path: '/etc/systemd/system/a.service',
      content: 'Environment="TOKEN=in-a-unit"\n',
      mode: '0644',
      owner: 'root:root',
    },
    { path: '/opt/a.py', content: 'token = ask_for_token()\n', mode: '0644', owner: 'root:root' },
  ],
  limits: {},
  sysctls: {},
  capabilities: [],
  command: null,
  ready: null,
  forwards: [],
};
const plan: Plan = {
  schema: 1,
  cluster: 'c',
  seed: 1,
  variables: { 'api-key': 'from-a-variable', pin: '1234', 'pin-secret': '4711' },
  profiles: [],
  accounts: [],
  egress: 'deny',
  pool: { ipv4: '198.18.0.0/15', ipv6: '2001:2::/48' },
  nodes: [node],
  volumes: [],
  stacks: [
    {
      inputsHash: 'x',
      label: 'l',
      base: { kind: 'reference', reference: 'r' },
      dockerfile: 'FROM x\nENV IMAGE_SECRET="cost \\$5 and \\"quotes\\""\nENV PATH="/bin"\n',
      files: {},
    },
  ],
  conditions: [],
  schedule: [
    {
      ...{ id: 'p/v', profile: 'p', targets: ['worker-1:worker'], startMs: null, endMs: null },
      fault: { ...variable('in-a-fault'), variable: 'BROKER_PASSWORD' },
    },
  ],
  invariants: [
    {
      ...{ name: 'i', role: 'worker', nodes: ['worker-1'], holdsOn: 'each', during: 'always' },
      ...{ everyMs: 1000, timeoutMs: 1000, settleMs: 0, recoversWithinMs: null },
      command: ['check', '--token', 'in-an-invariant-1'],
    },
  ],
  suites: [
    {
      name: 's',
      command: ['serve', '--db-password', 'in-a-command-1'],
      where: 'host',
      dir: '.',
      timeoutMs: 1,
    },
  ],
  reference: null,
  allowances: [],
};

test('a plan’s secrets are its variables, those of nodes, images and faults, assignments in files, and passwords in URLs and commands', () => {
  expect(Object.fromEntries(secretsOfPlan(plan).map(({ name, value }) => [value, name]))).toEqual({
    'from-a-variable': 'api-key',
    '4711': 'pin-secret',
    'from-the-role': 'DB_PASSWORD',
    'p%40ss-word': 'password-in-BROKER',
    'p@ss-word': 'password-in-BROKER',
    'cost $5 and "quotes"': 'IMAGE_SECRET',
    'in-a-file': 'api_key',
    'in-a-unit': 'TOKEN',
    'in-a-command-1': 'db-password',
    'in-an-invariant-1': 'token',
    'in-a-fault': 'BROKER_PASSWORD',
  });
});

test('one that is too short to be looked for everywhere is named', () => {
  expect(tooShort(secretsOfPlan(plan))).toEqual(['pin-secret']);
});

test('plan.json holds no secret, names those that it held, and keeps the hash of the plan as it is', () => {
  const hashes = { planHash: 'p', scheduleHash: 's', controlHash: 'c' };
  const document = planDocument(plan, hashes);
  expect(document).toMatchObject({ planHash: 'p' });
  expect(document.redacted).toEqual([
    'BROKER_PASSWORD',
    'DB_PASSWORD',
    'IMAGE_SECRET',
    'TOKEN',
    'api-key',
    'api_key',
    'db-password',
    'password-in-BROKER',
    'pin-secret',
    'token',
  ]);
  const written = JSON.stringify(new Redactor(secretsOfPlan(plan)).value(document));
  expect(written).not.toMatch(
    /from-a-variable|from-the-role|ss-word|cost \$5|in-a-file|in-a-unit|in-a-command|in-an-invariant|in-a-fault|4711/,
  );
  expect(written).toContain('"MODE":"dev"');
});

test.each([
  'API_KEY',
  'api-key',
  'db-password',
  'dbPassword',
  'AWS_SECRET_ACCESS_KEY',
  'PULUMI_CONFIG_PASSPHRASE',
])('%s names a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each(['KEYBOARD', 'AUTHOR', 'PASSENGERS', 'MONKEY', 'TOKENIZER'])('%s does not', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test.each([
  ...['PGPASSWORD', 'MYSQL_PWD', 'SSHPASS', 'ENCRYPTION_KEY', 'SIGNING_KEY', 'SECRETKEY', 'AUTHTOKEN'],
  ...['DB_PASSWORDS', 'api-key', 'awsSecretAccessKey', 'PASS', 'BASIC_AUTH', 'key'],
])('%s is the name of a secret', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test.each(['DBPASS', 'userPass', 'JWT'])('%s does, however it is put together', (name) => {
  expect(isSecretName(name)).toBe(true);
});

test('a password in a connection string is one', () => {
  const environment = {
    CONN: 'Server=db;Password=of-the-server;Timeout=3',
    DSN: 'host=db password=of-the-host',
  };
  const values = secretsOfPlan({ ...plan, nodes: [{ ...node, environment }] }).map(({ value }) => value);
  expect(values).toEqual(expect.arrayContaining(['of-the-server', 'of-the-host']));
});

test.each([
  'PWD',
  'OLDPWD',
  'BYPASS',
  'MONKEY',
  'KEYBOARD',
  'COMPASS',
  'AUTHOR',
  'PUBLIC_KEY',
  'MAX_TOKENS',
  'PATH',
])('%s is not', (name) => {
  expect(isSecretName(name)).toBe(false);
});

test('the password of every broker of a list is a secret', () => {
  const brokers = 'amqp://me:first-word@a:5672//;amqp://me:second-word@b:5672//';
  const nodes = [{ ...node, environment: { BROKERS: brokers }, files: [] }];
  expect(
    secretsOfPlan({
      ...plan,
      nodes,
      stacks: [],
      suites: [],
      invariants: [],
      schedule: [],
      variables: {},
    }).map(({ value }) => value),
  ).toEqual(['first-word', 'second-word']);
});
