import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { engineEndpoint } from '../../../../infra/components/docker/engine.ts';
import { writtenSpec } from '../../../support/written-spec.ts';

const names = ['DOCKER_HOST', 'DOCKER_CONTEXT', 'DOCKER_CONFIG'] as const;
const before = new Map(names.map((name) => [name, process.env[name]]));

beforeEach(() => {
  for (const name of names) Reflect.deleteProperty(process.env, name);
});
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

describe('which engine is meant, as the docker command itself decides', () => {
  const meta = (name: string): string =>
    `contexts/meta/${createHash('sha256').update(name).digest('hex')}/meta.json`;
  const endpoint = (host: string): string =>
    JSON.stringify({ Name: 'x', Endpoints: { docker: { Host: host } } });

  test('DOCKER_HOST before any context', () => {
    using config = writtenSpec({
      'config.json': '{"currentContext":"far"}',
      [meta('far')]: endpoint('ssh://far'),
    });
    process.env['DOCKER_CONFIG'] = config.path('.');
    process.env['DOCKER_HOST'] = 'tcp://10.0.0.1:2375';
    expect(engineEndpoint()).toEqual({ url: 'tcp://10.0.0.1:2375', namedBy: 'DOCKER_HOST', local: false });
  });

  test('the current context, and one that is named before it', () => {
    using config = writtenSpec({
      'config.json': '{"currentContext":"far"}',
      [meta('far')]: endpoint('ssh://far'),
      [meta('near')]: endpoint('unix:///run/user/1000/docker.sock'),
    });
    process.env['DOCKER_CONFIG'] = config.path('.');
    expect(engineEndpoint()).toEqual({ url: 'ssh://far', namedBy: 'context', local: false });
    process.env['DOCKER_CONTEXT'] = 'near';
    expect(engineEndpoint()).toMatchObject({ url: 'unix:///run/user/1000/docker.sock', local: true });
  });

  test('the local socket where nothing is named, or the default context is', () => {
    using config = writtenSpec({ 'config.json': '{"currentContext":"default"}' });
    process.env['DOCKER_CONFIG'] = config.path('.');
    const local = { url: 'unix:///var/run/docker.sock', namedBy: null, local: true };
    expect(engineEndpoint()).toEqual(local);
    process.env['DOCKER_CONFIG'] = config.path('nowhere');
    process.env['DOCKER_HOST'] = '';
    expect(engineEndpoint()).toEqual(local);
  });
});
