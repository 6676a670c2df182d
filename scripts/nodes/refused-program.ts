/** A program that the container runtime could not start, in place of which the engine answers with words of its own. */
export interface RefusedProgram {
  readonly program: string;
  /** There is none of that name; otherwise something is there that cannot be executed. */
  readonly missing: boolean;
  /** `no "serve" is found in the PATH of its image`. */
  readonly words: string;
}

/** Pure: runc and crun, as the engine passes them on: `exec: "program": why`. null: it speaks of something else. */
export function refusedProgram(said: string): RefusedProgram | null {
  const [, quoted = '', why = ''] =
    /\bexec: ("(?:[^"\\]|\\.)*"): ([^\r\n]*?)(?:: unknown\b[^\r\n]*)?(?:: provider=\S*)?\r?$/m.exec(said) ??
    [];
  if (quoted === '') return null;
  const program = unquoted(quoted);
  if (why.includes('executable file not found'))
    return { program, missing: true, words: `no "${program}" is found in the PATH of its image` };
  if (why.includes('no such file or directory'))
    return { program, missing: true, words: `its image has no "${program}"` };
  const isNone = why.includes('permission denied') || why.includes('is a directory');
  const words = isNone
    ? `"${program}" in its image is no program that can be executed`
    : `"${program}": ${why}`;
  return { program, missing: false, words };
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted.slice(1, -1); // Go quotes some characters in a way that JSON does not know
  }
}
