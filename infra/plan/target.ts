/** What a fault is on, as plans, receipts and events write it; see `targetText`. */
export type Target =
  | { readonly on: 'link'; readonly from: string; readonly to: string }
  | { readonly on: 'disk'; readonly node: string; readonly path: string }
  | { readonly on: 'unit'; readonly node: string; readonly unit: string }
  | { readonly on: 'route'; readonly node: string; readonly route: string }
  | { readonly on: 'name'; readonly node: string; readonly name: string }
  | { readonly on: 'node'; readonly node: string };

/** `a->b`, `node:/path`, `node:unit`, `node:METHOD /path`, `node?name` (what a node is answered that asks for it), `node`. */
export function targetText(target: Target): string {
  switch (target.on) {
    case 'link':
      return `${target.from}->${target.to}`;
    case 'disk':
      return `${target.node}:${target.path}`;
    case 'unit':
      return `${target.node}:${target.unit}`;
    case 'route':
      return `${target.node}:${target.route}`;
    case 'name':
      return `${target.node}?${target.name}`;
    case 'node':
      return target.node;
  }
}

/** As `targetText` has it. */
export function linkText(from: string, to: string): string {
  return targetText({ on: 'link', from, to });
}

/** The other way round: no name of a node holds ">", ":" or "?", and no name of a unit begins with "/" or holds a space. */
export function parseTarget(text: string): Target {
  const [from = '', to] = text.split('->');
  if (to !== undefined) return { on: 'link', from, to };
  const [, asker, name] = /^([a-z0-9-]+)\?(.*)$/s.exec(text) ?? [];
  if (asker !== undefined && name !== undefined) return { on: 'name', node: asker, name };
  const [node = '', rest] = text.split(/:(.*)/s);
  if (rest === undefined) return { on: 'node', node };
  if (rest.startsWith('/')) return { on: 'disk', node, path: rest };
  return rest.includes(' ') ? { on: 'route', node, route: rest } : { on: 'unit', node, unit: rest };
}

/** The nodes that a target is on: both ends of a link. */
export function nodesOf(text: string): readonly string[] {
  const target = parseTarget(text);
  return target.on === 'link' ? [target.from, target.to] : [target.node];
}
