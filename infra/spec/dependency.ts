import { z } from 'zod';
import { oneLine } from '../../images/stack.ts';
import { nodeName, routeName } from './faults/targets.ts';

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'the name of a header');
/** The program gives its own: it knows how long a body is. */
const ownHeaders = ['content-length', 'transfer-encoding', 'connection'];
const port = z.int().min(1).max(65535);

/** What is answered to one route. */
export const MockRoute = z
  .strictObject({
    route: routeName,
    status: z.int().min(200).max(599).default(200),
    body: z.string().max(65_536).optional(),
    /** A text relative to the cluster.yaml. */
    bodyFile: z.string().min(1).optional(),
    headers: z
      .record(
        headerName.refine(
          (name) => !ownHeaders.includes(name.toLowerCase()),
          'a header of the answer itself',
        ),
        oneLine,
      )
      .default({}),
  })
  .refine(
    ({ body, bodyFile }) => body === undefined || bodyFile === undefined,
    'one of "body" and "bodyFile", or neither',
  );

/** A node of the cluster by its name, or by that of its role where it has but one: what is asked there goes on to it. */
const Proxied = z.strictObject({ node: nodeName, port });
export type Proxied = z.infer<typeof Proxied>;

const HttpDependency = z.strictObject({
  protocol: z.literal('http').optional(),
  port,
  mock: z.array(MockRoute).min(1).optional(),
  proxies: Proxied.optional(),
  /** Of what goes on, that which faults can be on. */
  routes: z.array(routeName).min(1).optional(),
});
export type HttpDependency = z.infer<typeof HttpDependency>;

/** A text as UTF-8, or any bytes. */
const Bytes = z.union([
  z.string().max(65_536),
  z.strictObject({
    hex: z
      .string()
      .max(131_072)
      .regex(/^([0-9a-f]{2})*$/, 'an even number of digits of 0-9 and a-f'),
  }),
]);
export type Bytes = z.infer<typeof Bytes>;

export function hexOf(bytes: Bytes): string {
  return typeof bytes === 'string' ? Buffer.from(bytes, 'utf8').toString('hex') : bytes.hex;
}

const ScriptedAnswer = z.strictObject({
  to: Bytes,
  answer: Bytes,
  /** Whether the connection ends with it. */
  closes: z.boolean().default(false),
});

/**
 * A port that goes on to another server, or plays a script: `greeting` at first, and then an answer to each request. A request
 * goes as far as the text that it `ends` with, and is one that begins with `to`; without `ends` it is `to` itself.
 */
export const TcpPort = z.strictObject({
  port,
  proxies: Proxied.optional(),
  greeting: Bytes.optional(),
  ends: Bytes.optional(),
  answers: z.array(ScriptedAnswer).min(1).optional(),
  /** What is said to see how it answers; nothing where it speaks first. By default the first request of the script. */
  asks: Bytes.optional(),
});
export type TcpPort = z.infer<typeof TcpPort>;

const TcpDependency = z.strictObject({ protocol: z.literal('tcp'), ports: z.array(TcpPort).min(1) });
export type TcpDependency = z.infer<typeof TcpDependency>;

/** A server that the software calls and that is not ours, or that is to be seen through somebody between. */
export const Dependency = z.discriminatedUnion('protocol', [HttpDependency, TcpDependency]);
export type Dependency = z.infer<typeof Dependency>;
