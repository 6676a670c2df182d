import { z } from 'zod';

/** The last traceback in what a process wrote. */
export const Exception = z.strictObject({
  language: z.enum(['python', 'node', 'java']),
  type: z.string(),
  message: z.string(),
  text: z.string(),
});
export type Exception = z.infer<typeof Exception>;

/** null as a hash: the file could not be read, and why. */
export const ConfigurationFile = z.strictObject({
  path: z.string(),
  sha256: z.string().nullable(),
  why: z.string(),
});
export type ConfigurationFile = z.infer<typeof ConfigurationFile>;

const fields = {
  pid: z.int(),
  start: z.iso.datetime(),
  exit: z.iso.datetime(),
  /** One of code and signal: how it ended. */
  code: z.int(),
  signal: z.string(),
  exception: Exception,
  argv: z.array(z.string()),
  cwd: z.string(),
  uid: z.int(),
  user: z.string(),
  environment: z.record(z.string(), z.string()),
  hostName: z.string(),
  addresses: z.array(z.string()),
  configuration: z.array(ConfigurationFile),
  /** The file of the run folder that holds the versions of all software on its machine. */
  versions: z.string(),
} as const;

const field = z.enum(Object.keys(fields));
export type ProcessField = keyof typeof fields;
export const processFields = Object.keys(fields).filter(isField);

/**
 * One line of processes.jsonl: one start of a declared unit, of an entrypoint, or of a suite's command. Each field names
 * where it comes from in `sources`, or is null with a reason in `absent`; none is inferred. While the run lasts the file
 * grows with what is known, later lines of an `id` in place of earlier ones; in the end each start has one line.
 */
export const ProcessRecord = z
  .strictObject({
    id: z.string(),
    kind: z.enum(['unit', 'entrypoint', 'suite']),
    /** Of the unit, the node or the suite. */
    name: z.string(),
    /** null: it ran on the host. */
    node: z.string().nullable(),
    pid: fields.pid.nullable(),
    start: fields.start.nullable(),
    exit: fields.exit.nullable(),
    code: fields.code.nullable(),
    signal: fields.signal.nullable(),
    exception: fields.exception.nullable(),
    argv: fields.argv.nullable(),
    cwd: fields.cwd.nullable(),
    uid: fields.uid.nullable(),
    user: fields.user.nullable(),
    environment: fields.environment.nullable(),
    hostName: fields.hostName.nullable(),
    addresses: fields.addresses.nullable(),
    configuration: fields.configuration.nullable(),
    versions: fields.versions.nullable(),
    sources: z.partialRecord(field, z.string().min(1)),
    absent: z.partialRecord(field, z.string().min(1)),
  })
  .refine(
    (record) =>
      processFields.every((name) =>
        record[name] === null
          ? record.absent[name] !== undefined && record.sources[name] === undefined
          : record.sources[name] !== undefined && record.absent[name] === undefined,
      ),
    'each field has a source, or is null with a reason',
  );
export type ProcessRecord = z.infer<typeof ProcessRecord>;

export type ProcessIdentity = Pick<ProcessRecord, 'id' | 'kind' | 'name' | 'node'>;

/** What was found out about fields of a record: a value with its source, or why there is none. */
export type Findings = {
  readonly [F in ProcessField]?:
    { readonly value: z.infer<(typeof fields)[F]>; readonly source: string } | { readonly absent: string };
};

/** A record that knows nothing yet but what it is of. */
export function blankRecord(identity: ProcessIdentity, why: string): ProcessRecord {
  const nothing = Object.fromEntries(processFields.map((name) => [name, null]));
  const absent = Object.fromEntries(processFields.map((name) => [name, why]));
  return ProcessRecord.parse({ ...identity, ...nothing, sources: {}, absent });
}

/** The record with what was found out; a finding without a value never takes the place of a value. */
export function withFindings(record: ProcessRecord, findings: Findings): ProcessRecord {
  const values: Partial<Record<ProcessField, unknown>> = {};
  const sources = { ...record.sources };
  const absent = { ...record.absent };
  for (const name of processFields) {
    const finding = findings[name];
    if (finding === undefined) continue;
    if ('absent' in finding) {
      if (record[name] === null) absent[name] = finding.absent;
      continue;
    }
    values[name] = finding.value;
    sources[name] = finding.source;
    absent[name] = undefined;
  }
  return ProcessRecord.parse({ ...record, ...values, sources, absent: present(absent) });
}

function present(
  reasons: Readonly<Partial<Record<ProcessField, string | undefined>>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reasons).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Pure: the last word on each start, in the order in which they began to be known. */
export function latest(records: readonly ProcessRecord[]): readonly ProcessRecord[] {
  return [...new Map(records.map((record) => [record.id, record])).values()];
}

function isField(name: string): name is ProcessField {
  return name in fields;
}
