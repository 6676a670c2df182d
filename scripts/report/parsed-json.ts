/** undefined where it is not JSON, or not all of it: a crash cuts what was being written. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
