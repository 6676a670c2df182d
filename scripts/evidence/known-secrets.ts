import { readFileSync } from 'node:fs';
import type { Plan } from '../../infra/plan/plan.ts';
import { pulumiEnvironment } from '../../infra/pulumi-environment.ts';
import { secretsOfPlan, secretsOfVariables, type Secret } from '../../infra/plan/secrets.ts';
import { Redactor } from './redactor.ts';

/** Knows all that is secret before a run begins. */
export function redactorFor(plan: Plan): Redactor {
  return new Redactor([...secretsOfPlan(plan), ...secretsOfMachine()]);
}

/** Secrets of our own environment, and Pulumi's passphrase. */
export function secretsOfMachine(): readonly Secret[] {
  return [...secretsOfVariables(process.env), ...passphrases()];
}

function passphrases(): readonly Secret[] {
  const files = [pulumiEnvironment(), process.env].map(
    (variables) => variables['PULUMI_CONFIG_PASSPHRASE_FILE'],
  );
  return files.flatMap((file) => {
    if (file === undefined || file === '') return [];
    try {
      return [{ name: 'PULUMI_CONFIG_PASSPHRASE', value: readFileSync(file, 'utf8').trim() }];
    } catch {
      return []; // named, and not there: Pulumi will say so
    }
  });
}
