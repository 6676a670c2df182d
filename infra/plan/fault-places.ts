import type { Path, Position, SpecDocument } from '../spec/document.ts';
import { refuse, type LoadedProfile } from '../spec/load.ts';
import { problemAt } from '../spec/problems.ts';
import { RefusedFault, type Place } from './refused-fault.ts';
import type { Senseless } from './senseless.ts';

/** Where the faults of a plan are written: in profiles, or in `links:` of the spec. */
export class FaultPlaces {
  readonly #spec: SpecDocument;
  readonly #profiles: readonly LoadedProfile[];

  constructor(spec: SpecDocument, profiles: readonly LoadedProfile[]) {
    this.#spec = spec;
    this.#profiles = profiles;
  }

  /** @throws SpecError in place of a RefusedFault: with the line of whose words are refused. */
  refusing<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof RefusedFault)) throw error;
      const { code, message, hint, place, other } = error;
      const found = this.#of(place);
      if (found === null) throw error;
      const beside = other === null ? '' : `; ${this.#told(other)}`;
      refuse(found.document, [problemAt(found.document, found.path, { code, message, hint: hint + beside })]);
      throw error;
    }
  }

  /** @throws SpecError for what makes no sense in this cluster, all that one file has of it at once. */
  refuse(senseless: readonly Senseless[]): void {
    for (const document of [this.#spec, ...this.#profiles.map((one) => one.document)]) {
      const problems = senseless.flatMap(({ of: { profile, fault }, key, message, hint }) => {
        const found = this.#of({ profile, fault: fault.name, at: [key] });
        if (found?.document !== document) return [];
        return [problemAt(document, found.path, { code: 'senseless', message, hint })];
      });
      refuse(document, problems);
    }
  }

  #told({ words, place }: { readonly words: string; readonly place: Place }): string {
    const found = this.#of(place);
    if (found === null) return words;
    const { line, column }: Position = found.document.positionOf(found.path);
    return `${words} is at ${found.document.file}:${line}:${column}`;
  }

  #of({ profile: name, fault, at }: Place): { readonly document: SpecDocument; readonly path: Path } | null {
    const [, link] = /^links\/(\d+)$/.exec(name) ?? [];
    if (link !== undefined) return { document: this.#spec, path: ['links', Number(link), ...at] };
    const loaded = this.#profiles.find(({ profile }) => profile.name === name);
    if (loaded === undefined) return null;
    const { document, profile } = loaded;
    if (fault === null) return { document, path: at };
    const index = profile.faults.findIndex((one) => one.name === fault);
    if (index !== -1) return { document, path: ['faults', index, ...at] };
    // What stands there in words of its own, and not as faults.
    return { document, path: [fault.startsWith('monkey-') ? 'monkey' : 'latency', ...at] };
  }
}
