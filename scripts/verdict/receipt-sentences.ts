import type { Receipt } from './receipt.ts';

/** Of one fault, of what is wrong with it in one way: so many reasons are said, and how many targets there are beyond. */
const reasonsAtMost = 3;

/**
 * Pure: what is wrong with these receipts. Targets of a fault for which the reason is the same are one sentence: of fifty
 * nodes cut in half there are 1250, and what else is wrong would drown in them.
 */
export function receiptSentences(receipts: readonly Receipt[], isSaid: (one: Receipt) => boolean): string[] {
  return [
    ...sentences(
      receipts.filter((one) => !one.ok && !isSaid(one)),
      'was not what was asked',
      ({ why }) => why,
    ),
    ...sentences(
      receipts.filter(({ bystandersOk }) => !bystandersOk),
      'touched bystanders',
      ({ whyTouched = 'it was not said which' }) => whyTouched,
    ),
    ...sentences(
      receipts.filter(({ healedOk }) => !healedOk),
      'did not heal',
      ({ whyNotHealed = 'it was not said why' }) => whyNotHealed,
    ),
  ];
}

function sentences(wrong: readonly Receipt[], what: string, reason: (one: Receipt) => string): string[] {
  return [...Map.groupBy(wrong, ({ fault }) => fault)].flatMap(([fault, of]) => {
    const alike = [...Map.groupBy(of, reason)];
    const said = alike
      .slice(0, reasonsAtMost)
      .map(([why, those]) => `${fault} on ${targetsOf(those)} ${what}: ${why}`);
    const unsaid = alike.slice(reasonsAtMost).flatMap(([, those]) => those);
    return unsaid.length === 0
      ? said
      : [...said, `${fault} on ${targetsOf(unsaid)} ${what}, as its receipts say`];
  });
}

function targetsOf(receipts: readonly Receipt[]): string {
  const [first, second] = receipts.map(({ target }) => target);
  if (receipts.length === 1) return first ?? '';
  return receipts.length === 2 ? `${first} and ${second}` : `${first} and ${receipts.length - 1} more`;
}
