import { z } from 'zod';
import { oneLine } from '../../images/stack.ts';
import { routeName } from './faults/targets.ts';

const headerName = z.string().regex(/^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/, 'the name of a header');
/** The program gives its own: it knows how long a body is. */
const ownHeaders = ['content-length', 'transfer-encoding', 'connection'];

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

/** A server that the software calls and that is not ours: what stands in for it answers as is said here. */
export const Dependency = z.strictObject({
  port: z.int().min(1).max(65535),
  mock: z.array(MockRoute).min(1),
});
export type Dependency = z.infer<typeof Dependency>;
