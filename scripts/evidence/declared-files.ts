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
    paths.push(...Object.values(stack.files).map(({ path }) => path));
    next = stack.base.kind === 'stack' ? stack.base.inputsHash : null;
  }
  return paths;
}
