/** What a person reads of a page: its text, a line a block, without style and markup. */
export function wordsOf(html: string): string {
  return html
    .replaceAll(/<style>[^]*?<\/style>/g, '')
    .replaceAll(
      /<\/?(p|div|li|ul|tr|table|section|header|h[1-6]|dl|dt|dd|summary|details|article|pre|nav|title)\b[^>]*>/g,
      '\n',
    )
    .replaceAll(/<wbr>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .split('\n')
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
    .filter((line) => line !== '')
    .join('\n');
}
