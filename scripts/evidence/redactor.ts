import { createHmac, randomBytes } from 'node:crypto';
import { Transform } from 'node:stream';
import { isSecretVariable, redactedMark } from '../../infra/plan/secret-name.ts';
import { secretWords } from '../../infra/plan/argv-secrets.ts';
import type { Secret } from '../../infra/plan/secrets.ts';
import { authorization, credentialsIn, openFrom } from './authorization.ts';
import { ByteMatcher } from './byte-matcher.ts';
import { formsOf } from './secret-forms.ts';

/**
 * Shorter ones are found in too many words, and a short word is one: looking for `4711` or `celery` everywhere would
 * destroy the evidence and hide nothing. Under its own name even the shortest is redacted.
 */
export function canBeLookedFor(value: string): boolean {
  const bytes = Buffer.byteLength(value, 'utf8');
  return bytes >= (/^[A-Za-z]*$/.test(value) ? 8 : 6);
}

/** What can only be redacted where it stands under its own name. */
export function tooShort(secrets: readonly Secret[]): readonly string[] {
  return [...new Set(secrets.filter(({ value }) => !canBeLookedFor(value)).map(({ name }) => name))];
}

/**
 * The one place where secrets are taken out of evidence: each, in every form of secret-forms.ts, is replaced by its name
 * and a keyed hash, so that two places can be compared and neither be guessed. The key is this run's and is never
 * written. So goes what stands behind an Authorization header, and in a list called `argv` or `command` under an option's
 * secret name. What stands in a map called `environment` or `variables` under a secret's name goes by that name, whatever
 * its length, and is looked for everywhere from then on.
 */
export class Redactor {
  readonly key: Uint8Array;
  readonly #known = new Map<string, Secret>();
  readonly #onLearned: ((secrets: readonly Secret[]) => void)[] = [];
  readonly #matcher = new ByteMatcher();

  constructor(secrets: readonly Secret[] = [], key: Uint8Array = randomBytes(32)) {
    this.key = key;
    this.learn(secrets);
  }

  get secrets(): readonly Secret[] {
    return [...this.#known.values()];
  }

  /** Told of every secret that is learned from now on. */
  onLearned(listener: (secrets: readonly Secret[]) => void): void {
    this.#onLearned.push(listener);
  }

  learn(secrets: readonly Secret[]): void {
    const news = secrets.filter(({ value }) => canBeLookedFor(value) && !this.#known.has(value));
    if (news.length === 0) return;
    for (const secret of news) this.#known.set(secret.value, secret);
    for (const secret of news) {
      const replacement = Buffer.from(this.#mark(secret), 'utf8');
      this.#matcher.add(formsOf(secret.value).map((bytes) => ({ bytes, replacement })));
    }
    for (const listener of this.#onLearned) listener(news);
  }

  text(text: string): string {
    const bytes = Buffer.from(text, 'utf8');
    const redacted = this.bytes(bytes);
    return redacted === bytes ? text : redacted.toString('utf8');
  }

  /** The same bytes where nothing in them is secret. */
  bytes(bytes: Buffer): Buffer {
    const authorized = this.#authorized(bytes);
    const { done } = this.#matcher.replace(authorized, authorized.length);
    return done.length === 1 ? authorized : Buffer.concat(done);
  }

  /** A JSON value with every text in it redacted, keys as well. */
  value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value);
    if (Array.isArray(value)) return value.map((one) => this.value(one));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]: [string, unknown]) => [
        this.text(key),
        (key === 'environment' || key === 'variables') && isTextMap(one)
          ? this.environment(one)
          : (key === 'argv' || key === 'command') && isTextList(one)
            ? this.argv(one)
            : this.value(one),
      ]),
    );
  }

  /** Variables by name first, then by value. */
  environment(variables: Readonly<Record<string, string>>): Record<string, string> {
    const secret = Object.entries(variables).filter(([name, value]) => isSecretVariable(name, value));
    this.learn(secret.map(([name, value]) => ({ name, value })));
    const names = new Set(secret.map(([name]) => name));
    return Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [
        name,
        names.has(name) ? this.#mark({ name, value }) : this.text(value),
      ]),
    );
  }

  /** Words of a command: by the names of their options first, then by value. */
  argv(argv: readonly string[]): string[] {
    const secret = new Map(secretWords(argv).map((word) => [word.index, word]));
    this.learn(certain([...secret.values()]));
    return argv.map((word, index) => {
      const found = secret.get(index);
      return found === undefined ? this.text(word) : `${found.kept}${this.#mark(found)}`;
    });
  }

  /** Bytes in, bytes out, whatever the chunks are. */
  stream(): Transform {
    let raw: Buffer = Buffer.alloc(0);
    let kept: Buffer = Buffer.alloc(0);
    const push = (into: Transform, isLast: boolean): void => {
      const open = isLast ? raw.length : openFrom(raw.toString('latin1'));
      kept = Buffer.concat([kept, this.#authorized(raw.subarray(0, open))]);
      raw = raw.subarray(open);
      const until = isLast ? kept.length : this.#matcher.settledUntil(kept);
      const { done, rest } = this.#matcher.replace(kept, until);
      for (const chunk of done) if (chunk.length > 0) into.push(chunk);
      kept = kept.subarray(rest);
    };
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        raw = Buffer.concat([raw, chunk]);
        push(this, false);
        done();
      },
      flush(done) {
        push(this, true);
        done();
      },
    });
  }

  /** The credential of an Authorization header is one by that name, whatever it is. */
  #authorized(bytes: Buffer): Buffer {
    const credentials = credentialsIn(bytes.toString('latin1'));
    if (credentials.length === 0) return bytes;
    const found = credentials.map((one) => ({ ...one, name: authorization }));
    this.learn(certain(found));
    const parts = found.flatMap((one, index) => [
      bytes.subarray(found[index - 1]?.end ?? 0, one.start),
      Buffer.from(this.#mark(one)),
    ]);
    return Buffer.concat([...parts, bytes.subarray(found.at(-1)?.end)]);
  }

  #mark({ name, value }: Secret): string {
    const keyed = createHmac('sha256', this.key).update(value).digest('hex').slice(0, 12);
    return `${redactedMark}${name}:${keyed}]`;
  }
}

function certain(found: readonly (Secret & { readonly isCertain: boolean })[]): readonly Secret[] {
  return found.flatMap(({ name, value, isCertain }) => (isCertain ? [{ name, value }] : []));
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((one) => typeof one === 'string')
  );
}
