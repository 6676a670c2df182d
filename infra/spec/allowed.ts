import distance, { closestMatch } from 'leven';
import type { z } from 'zod';
import type { Path } from './document.ts';
import { jsonSchemaOf } from './json-schema.ts';

type Node = z.core.JSONSchema.BaseSchema;

/** What a schema allows at one place of a document. */
export interface Allowed {
  /** "a whole number from 1 to 200", "one of systemd, image"; for hints. */
  readonly words: string;
  /** Keys of a map; empty where any will do. */
  readonly keys: readonly string[];
}

/** Read from the schema's published form, so that it cannot say another thing than the schema does. */
export function allowedAt(schema: z.ZodType, root: unknown, path: Path): Allowed {
  let nodes = branches(jsonSchemaOf(schema), root);
  let value = root;
  for (const key of path) {
    value = child(value, key);
    nodes = nodes.flatMap((node) => below(node, key)).flatMap((node) => branches(node, value));
  }
  const keys = [...new Set(nodes.flatMap(({ properties }) => Object.keys(properties ?? {})))];
  return { words: wordsOfAll(nodes), keys };
}

/** Of many alternatives what is common to them: nobody reads the keys of every kind of fault. */
function wordsOfAll(nodes: readonly Node[]): string {
  const choices = nodes.flatMap(({ const: only }) => (only === undefined ? [] : [String(only)]));
  if (choices.length === nodes.length && choices.length > 1)
    return `one of ${[...new Set(choices)].join(', ')}`;
  const words = [...new Set(nodes.flatMap(wordsOf))];
  if (words.length <= fewNames || nodes.some(({ type }) => type !== 'object')) return words.join(' or ');
  const [first, ...others] = nodes.map(({ required }) => required ?? []);
  const common = (first ?? []).filter((key) => others.every((keys) => keys.includes(key)));
  return `a map with the keys ${common.join(', ')} and others`;
}

const fewNames = 8;

/** The one of `known` that `name` is a slip of, if any. */
export function meantBy(name: string, known: readonly string[]): string | undefined {
  const swapped = known.find((one) => isSwapped(name, one));
  if (swapped !== undefined) return swapped;
  const near = closestMatch(name, known, { maxDistance: name.length < 4 ? 1 : 2 });
  // In a short name two other letters make another name.
  const isOther = near !== undefined && name.length < 5 && distance(name, near) > 1;
  return isOther ? undefined : near;
}

/** Two letters the wrong way round: the commonest slip of all, and two by any count of letters. */
function isSwapped(name: string, one: string): boolean {
  if (name.length !== one.length) return false;
  let at = 0;
  while (at < name.length && name.charAt(at) === one.charAt(at)) at += 1;
  const swapped = `${name.slice(0, at)}${name.charAt(at + 1)}${name.charAt(at)}${name.slice(at + 2)}`;
  return name !== one && swapped === one;
}

/** For hints: what `name` was meant to be, and what there is. */
export function suggestion(name: string, known: readonly string[]): string {
  const meant = meantBy(name, known);
  if (known.length === 0) return 'there is none';
  if (known.length === 1)
    return meant === undefined ? `"${known.join('')}" is the only one` : `did you mean "${meant}"?`;
  const all = `one of ${known.join(', ')}`;
  if (meant === undefined) return all;
  return `did you mean "${meant}"?${known.length <= fewNames ? ` ${all}` : ''}`;
}

export function child(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}

/** Members of a union, without those that another constant rules out: of faults, the one of that kind. */
function branches(node: Node, value: unknown): readonly Node[] {
  const members = [...(node.anyOf ?? []), ...(node.oneOf ?? [])];
  if (members.length === 0) return [node];
  const fitting = members.filter((member) =>
    Object.entries(member.properties ?? {}).every(
      ([key, property]) =>
        typeof property === 'boolean' || property.const === undefined || property.const === child(value, key),
    ),
  );
  return (fitting.length > 0 ? fitting : members).flatMap((member) => branches(member, value));
}

function below(node: Node, key: PropertyKey): readonly Node[] {
  const { properties, additionalProperties, items, prefixItems } = node;
  const inMap = properties?.[String(key)] ?? additionalProperties;
  const inList = prefixItems?.[Number(key)] ?? (Array.isArray(items) ? items[Number(key)] : items);
  return [inMap, inList].filter((one) => typeof one === 'object');
}

function wordsOf(node: Node): readonly string[] {
  const choices = node.enum ?? (node.const === undefined ? [] : [node.const]);
  if (choices.length > 0) return [choices.length === 1 ? String(choices[0]) : `one of ${choices.join(', ')}`];
  switch (node.type) {
    case 'string':
      return [`a text${node.maxLength === undefined ? '' : ` of at most ${node.maxLength} characters`}`];
    case 'boolean':
      return ['true or false'];
    case 'integer':
    case 'number':
      return [`a ${node.type === 'integer' ? 'whole ' : ''}number${range(node)}`];
    case 'array':
      return [node.prefixItems === undefined ? 'a list' : `a list of ${node.prefixItems.length}`];
    case 'object': {
      const keys = Object.keys(node.properties ?? {});
      return [
        keys.length === 0 ? 'a map' : `a map with the key${keys.length > 1 ? 's' : ''} ${keys.join(', ')}`,
      ];
    }
    default:
      return [];
  }
}

function range({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Node): string {
  const least = minimum !== undefined && minimum > Number.MIN_SAFE_INTEGER ? minimum : null;
  const most = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER ? maximum : null;
  if (least !== null && most !== null) return ` from ${least} to ${most}`;
  const bounds = [
    ...(exclusiveMinimum === undefined ? [] : [`above ${String(exclusiveMinimum)}`]),
    ...(least === null ? [] : [`of at least ${least}`]),
    ...(most === null ? [] : [`at most ${most}`]),
    ...(exclusiveMaximum === undefined ? [] : [`below ${String(exclusiveMaximum)}`]),
  ];
  return bounds.length === 0 ? '' : ` ${bounds.join(' and ')}`;
}
