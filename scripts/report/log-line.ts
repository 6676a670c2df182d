import { z } from 'zod';
import { cut } from './markup.ts';
import { parsedJson } from './parsed-json.ts';

export const severities = ['error', 'warning', 'other'] as const;
export type Severity = (typeof severities)[number];

/** What systemd said that it did with a unit. */
export type UnitChange = 'started' | 'stopped' | 'failed' | 'exited' | 'restarted';

/** One line of a node's log on the run's clock. */
export interface LogLine {
  /** ms since the run began; null where the log carries no times. */
  readonly ms: number | null;
  readonly severity: Severity;
  /** Who wrote it: a unit, or a program. */
  readonly from: string;
  readonly text: string;
  readonly change: { readonly unit: string; readonly what: UnitChange; readonly detail: string } | null;
}

/** Longer lines are cut: the whole of them is in the file. */
const maxText = 400;

const Message = z.union([z.string(), z.array(z.int())]);
/** A field that was set more than once comes as an array; one that is not UTF-8 as an array of bytes. */
const Entry = z.object({
  __REALTIME_TIMESTAMP: z.string(),
  MESSAGE: z.union([Message, z.array(Message)]).nullish(),
  PRIORITY: z.string().optional(),
  MESSAGE_ID: z.string().optional(),
  SYSLOG_IDENTIFIER: z.string().optional(),
  _SYSTEMD_UNIT: z.string().optional(),
  UNIT: z.string().optional(),
  EXIT_CODE: z.string().optional(),
  EXIT_STATUS: z.string().optional(),
});

/** Ids that systemd gives to what happens to a unit (systemd's catalog: sd-messages.h). */
const changes: Readonly<Record<string, UnitChange>> = {
  '39f53479d3a045ac8e11786248231fbf': 'started',
  '9d1aaa27d60140bd96365438aad20286': 'stopped',
  '7ad2d189f7e94e70a38c781354912448': 'stopped',
  d9b373ed55a64feb8242e02dbe79a49c: 'failed',
  be02cf6855d2428ba40df7e9d022f03d: 'failed',
  '98e322203f7a4ed290d09fe03c09fe15': 'exited',
  '5eb03494b6584870a536b337290809b3': 'restarted',
};

/** One line of journal.jsonl; null where it is none (a crash cuts the last one). `beganMs`: the run's zero, Unix time. */
export function journalLine(line: string, beganMs: number): LogLine | null {
  const entry = Entry.safeParse(parsedJson(line)).data;
  const ms = Math.round(Number(entry?.__REALTIME_TIMESTAMP) / 1000 - beganMs);
  if (entry === undefined || !Number.isFinite(ms)) return null;
  const text = messageOf(entry.MESSAGE);
  const what = changes[entry.MESSAGE_ID ?? ''];
  const unit = unitName(entry.UNIT ?? '');
  return {
    ms,
    severity: severityOf(text, Number(entry.PRIORITY ?? '6')),
    from: writerOf(entry),
    text: cut(text, maxText),
    change:
      what === undefined || unit === ''
        ? null
        : { unit, what, detail: [entry.EXIT_CODE, entry.EXIT_STATUS].filter(Boolean).join(' ') },
  };
}

/** One line of a container's log, with the engine's time in front of it where it was asked for. */
export function containerLine(line: string, beganMs: number): LogLine {
  const [, time, text = line] = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d)) (.*)$/s.exec(line) ?? [];
  return {
    ms: time === undefined ? null : Date.parse(time) - beganMs,
    severity: severityOf(text, 6),
    from: '',
    text: cut(text, maxText),
    change: null,
  };
}

/**
 * The journal gives every line of a program's output priority 6: then its own words count. Of a traceback only the last
 * line does, the one that names the error.
 */
function severityOf(text: string, priority: number): Severity {
  if (priority <= 3 || saysError.test(text)) return 'error';
  return priority === 4 || saysWarning.test(text) ? 'warning' : 'other';
}

const saysError = /\b(ERROR|CRITICAL|FATAL)\b|^panic: |^\s*[A-Za-z_][\w.]*(Error|Exception)\b[:(]/;
const saysWarning = /\bWARN(ING)?\b/;

/** The unit says more than its interpreter; what systemd itself says is no unit's. */
function writerOf({ _SYSTEMD_UNIT: unit, SYSLOG_IDENTIFIER: identifier }: z.infer<typeof Entry>): string {
  return unit === undefined || unit === 'init.scope' ? (identifier ?? '?') : unitName(unit);
}

function messageOf(message: z.infer<typeof Entry>['MESSAGE']): string {
  if (typeof message === 'string') return message;
  if (!Array.isArray(message)) return '';
  const bytes = message.filter((part) => typeof part === 'number');
  if (bytes.length > 0) return Buffer.from(bytes).toString('utf8');
  return message.map((part) => messageOf(typeof part === 'number' ? null : part)).join(' ');
}

/** systemd calls them `worker.service`, specs `worker`. */
export function unitName(unit: string): string {
  return unit.replace(/\.service$/, '');
}
