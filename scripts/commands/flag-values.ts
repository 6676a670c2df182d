import { InvalidArgumentError } from 'commander';

/** `--seed`: a whole number that is exact as JSON and as JavaScript. */
export function seed(value: string): number {
  const number = decimal(value);
  if (number !== null) return number;
  throw new InvalidArgumentError(
    `${quoted(value)} is not a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, written in digits alone`,
  );
}

export function port(value: string): number {
  const number = decimal(value);
  if (number !== null && number >= 1 && number <= 65_535) return number;
  throw new InvalidArgumentError(
    `${quoted(value)} is not a port: a whole number from 1 to 65535, written in digits alone`,
  );
}

/** Of a flag that may be repeated: all of its values. */
export function collect(value: string, earlier: readonly string[]): readonly string[] {
  return [...earlier, value];
}

/** `--set name=value`, each name once: of two values one would be lost. */
export function assignment(
  value: string,
  earlier: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const at = value.indexOf('=');
  if (at < 1) throw new InvalidArgumentError(`${quoted(value)} is not name=value`);
  const name = value.slice(0, at);
  if (Object.hasOwn(earlier, name))
    throw new InvalidArgumentError(`${quoted(name)} is set twice, and a variable has one value: set it once`);
  return { ...earlier, [name]: value.slice(at + 1) };
}

/** JavaScript would take 0x10, 1e3 and " 7" for numbers, too. */
function decimal(value: string): number | null {
  const number = Number(value);
  return /^\d+$/.test(value) && Number.isSafeInteger(number) ? number : null;
}

function quoted(value: string): string {
  return JSON.stringify(value);
}
