import { z } from 'zod';
import { absolutePath, unitName } from '../../../images/stack.ts';

export const roleOrNode = z.string().regex(/^[a-z][a-z0-9-]*$/, 'name of a role or node');
/** As the cluster's name server knows it: a node's own, or that of a role that has but one. */
export const nodeName = roleOrNode;
const anyNode = z.union([z.literal('*'), roleOrNode]);

/**
 * A cut through a network whose parts the seed picks, among the nodes of a role or all of them: `count` nodes and everybody
 * else (isolate), fewer than half and the rest (minority), both halves, both halves but for one node that sees both
 * (bridge), each node and all but its two neighbours (ring). `way`: as the smaller part sees it.
 */
const NetworkShape = z.strictObject({
  shape: z.enum(['isolate', 'minority', 'halves', 'bridge', 'ring']),
  among: anyNode.default('*'),
  count: z.int().positive().default(1),
  way: z.enum(['both', 'in', 'out']).default('both'),
});
export type NetworkShape = z.infer<typeof NetworkShape>;

/** Directed links by role or node name; `both: true` adds the opposite direction. */
const LinkTarget = z.union([
  z.literal('all'),
  NetworkShape,
  z.array(z.strictObject({ from: anyNode, to: anyNode, both: z.boolean().default(false) })).min(1),
]);
export type LinkTarget = z.infer<typeof LinkTarget>;

/**
 * Of the nodes that `node` names, all, or as many as the seed is to pick: that many, or that part, rounded up. `skip` passes
 * over so many of them first: the seed's choice is the same wherever it stands in a profile, and may be meant to be another.
 */
const chosenNodes = {
  node: anyNode,
  count: z.int().positive().optional(),
  percent: z.number().gt(0).max(100).optional(),
  skip: z.int().positive().optional(),
};
const oneChoice = 'one of "count" and "percent"';
const isOneChoice = ({ count, percent }: { readonly count?: unknown; readonly percent?: unknown }): boolean =>
  count === undefined || percent === undefined;

/** Per-node disks, on chosen nodes; without `path` every disk of them. `all` leaves shared volumes alone. */
const DiskTarget = z.union([
  z.literal('all'),
  z
    .array(z.strictObject({ ...chosenNodes, path: absolutePath.optional() }).refine(isOneChoice, oneChoice))
    .min(1),
]);
export type DiskTarget = z.infer<typeof DiskTarget>;

/** Units that a role declares (`units:`), on chosen nodes; without `unit` each of them. */
const UnitTarget = z
  .array(z.strictObject({ ...chosenNodes, unit: unitName.optional() }).refine(isOneChoice, oneChoice))
  .min(1);
export type UnitTarget = z.infer<typeof UnitTarget>;

const NodeTarget = z.array(z.strictObject(chosenNodes).refine(isOneChoice, oneChoice)).min(1);
export type NodeTarget = z.infer<typeof NodeTarget>;

/** "/*" at the end stands for everything below; no path holds what a target or a link is written with. */
export const routeName = z
  .string()
  .regex(
    /^(GET|POST|PUT|PATCH|DELETE) \/[A-Za-z0-9._~/%@!$&'()+,;=:-]*\*?$/,
    'a method and a path such as "GET /rates", without a query',
  )
  .refine((route) => !route.endsWith('*') || route.endsWith('/*'), '"*" only as "/*" at the end');

/**
 * Dependencies that the spec declares, by name or `*`: one route of those that speak HTTP, or one port of those that speak TCP;
 * without either each of them.
 */
const DependencyTarget = z
  .array(
    z
      .strictObject({
        name: anyNode,
        route: routeName.optional(),
        port: z.int().min(1).max(65535).optional(),
      })
      .refine(
        ({ route, port }) => route === undefined || port === undefined,
        'one of "route" (HTTP) and "port" (TCP)',
      ),
  )
  .min(1);
export type DependencyTarget = z.infer<typeof DependencyTarget>;

export const onLinks = { on: z.strictObject({ links: LinkTarget }) };
/** `ifAny`: where the cluster has none of them, the fault is left out; otherwise it is refused there. */
export const onDisks = { on: z.strictObject({ disks: DiskTarget, ifAny: z.literal(true).optional() }) };
export const onUnits = { on: z.strictObject({ units: UnitTarget }) };
export const onNodes = { on: z.strictObject({ nodes: NodeTarget }) };
export const onDependencies = { on: z.strictObject({ dependencies: DependencyTarget }) };
