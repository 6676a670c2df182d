import { z } from 'zod';
import { parseDurationMs } from './duration.ts';
import { UnderstudyError, UsageError } from './errors.ts';

/** Keys of `pulumi config set understudy:<key>`, as text; Pulumi.yaml describes them and holds the same defaults. */
const StackConfig = z.strictObject({
  /** A name in infra/clusters, or a path relative to the folder of Pulumi.yaml. */
  cluster: z.string().min(1, 'empty; allowed are a name in infra/clusters and a path').default('thumbnails'),
  /** Names or paths, separated by commas. */
  profiles: z
    .string()
    .default('')
    .transform((text) =>
      text
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ),
  seed: z
    .string()
    .default('1')
    .refine((text) => /^\d+$/.test(text) && Number.isSafeInteger(Number(text)), 'no whole number from 0')
    .transform(Number),
  backend: z.literal('docker', 'not built yet; allowed is docker').default('docker'),
  /** ms until `understudy reap` may take the cluster; null: never. */
  ttl: z
    .string()
    .default('')
    .transform((text, context) => (text === '' ? null : duration(text, context))),
});
export type StackConfig = z.infer<typeof StackConfig>;

const prefix = 'understudy:';
const keys = Object.keys(StackConfig.shape);

/**
 * What `pulumi up` builds, from all configuration of the stack ("understudy:seed" → "7"); other namespaces are left alone.
 * @throws UsageError naming the first key that is wrong, the value it has and what to type.
 */
export function stackConfig(all: Readonly<Record<string, string>>): StackConfig {
  const own = Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) =>
      key.startsWith(prefix) ? [[key.slice(prefix.length), value]] : [],
    ),
  );
  const unknown = Object.keys(own).find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw new UsageError('config', `there is no configuration key ${prefix}${unknown}`, {
      hint: `pulumi config rm ${prefix}${unknown}; the keys are ${keys.map((key) => prefix + key).join(', ')}`,
    });
  }
  const parsed = StackConfig.safeParse(own);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0]);
  throw new UsageError('config', `${prefix}${key} is "${own[key] ?? ''}": ${issue?.message ?? ''}`, {
    hint: `pulumi config set ${prefix}${key} VALUE, or pulumi config rm ${prefix}${key} for the default`,
  });
}

function duration(text: string, context: z.RefinementCtx): number {
  try {
    return parseDurationMs(text);
  } catch (error) {
    const hint = error instanceof UnderstudyError ? error.hint : String(error);
    context.addIssue({ code: 'custom', message: `no duration; allowed is ${hint}` });
    return z.NEVER;
  }
}
