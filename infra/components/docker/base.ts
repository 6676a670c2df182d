import type Docker from 'dockerode';

/** Name of the stand-in for a base that no registry would give: made by set-up, labelled with what it stands in for. */
export function standInName(reference: string): string {
  const digest = reference.split('@sha256:')[1] ?? '';
  return `understudy-base:${digest.slice(0, 12)}`;
}

/** The base itself where it is here, else its stand-in; null where there is neither. */
export async function presentBase(engine: Docker, reference: string): Promise<string | null> {
  for (const name of [reference, standInName(reference)]) {
    const there = await engine
      .getImage(name)
      .inspect()
      .then(
        () => true,
        () => false,
      );
    if (there) return name;
  }
  return null;
}
