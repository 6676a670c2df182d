import { z } from 'zod';
import type { Plan, PlannedImage, PlannedNode } from '../../infra/plan/plan.ts';

/** Pure: every file that the spec puts into a node, by its image or as the role's own. */
export function declaredFiles(plan: Plan, node: PlannedNode): readonly string[] {
  return [...new Set([...node.files.map(({ path }) => path), ...filesOfImage(plan, node.image)])].sort();
}

function filesOfImage({ stacks }: Plan, image: PlannedImage): readonly string[] {
  const paths: string[] = [];
  let next = image.kind === 'built' ? image.inputsHash : null;
  while (next !== null) {
    const stack = stacks.find(({ inputsHash }) => inputsHash === next);
    if (stack === undefined) break;
    paths.push(...copied(stack.dockerfile));
    next = stack.base.kind === 'stack' ? stack.base.inputsHash : null;
  }
  return paths;
}

/** `COPY ["context","path"]`, as images/dockerfile.ts writes it. */
function copied(dockerfile: string): readonly string[] {
  const lines = dockerfile.matchAll(/^COPY (?:--chown=\S+ )?(\[.*\])$/gm);
  return [...lines].map(([, pair = '[]']) => z.tuple([z.string(), z.string()]).parse(JSON.parse(pair))[1]);
}
