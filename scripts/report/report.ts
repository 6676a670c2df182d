import type { RunFolder } from '../evidence/run-folder.ts';
import type { ControlResult } from '../rehearsal/control.ts';
import { Verdict } from '../rehearsal/verdict.ts';

/** One self-contained page from the run folder. */
export function renderReport(folder: RunFolder, control: ControlResult | null): string {
  const verdict = folder.readJson('verdict.json', Verdict);
  if (verdict === null) throw new Error(`${folder.path} has no verdict.json`);
  return `<!doctype html><title>${verdict.verdict}</title><pre>${JSON.stringify({ verdict, control }, null, 2).replaceAll('<', '&lt;')}</pre>\n`;
}
