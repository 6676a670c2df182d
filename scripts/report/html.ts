/** Text that is safe inside an element or a quoted attribute. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** A table whose first row is its head; cells are HTML. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const headCells = head.map((cell) => `<th scope="col">${cell}</th>`).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n');
  return `<div class="wide"><table><thead><tr>${headCells}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

export function mark(ok: boolean): string {
  return ok ? '<span class="ok">holds</span>' : '<span class="bad">does not hold</span>';
}

export const style = `
:root{color-scheme:light dark;--fg:#1c2430;--bg:#fbfbf9;--soft:#667;--line:#ddd8;--pass:#1a7f4b;--fail:#b3261e;--invalid:#9a6700;--box:#fff}
@media(prefers-color-scheme:dark){:root{--fg:#e6e8ec;--bg:#14171c;--soft:#9aa3b0;--line:#3338;--pass:#4cc38a;--fail:#ff7b72;--invalid:#e3b341;--box:#1b1f26}}
*{box-sizing:border-box}body{margin:0 auto;max-width:70rem;padding:1.2rem;font:16px/1.5 system-ui,sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:1.9rem;margin:.2rem 0}h2{font-size:1.15rem;margin:2.2rem 0 .5rem}p{margin:.4rem 0}
.pass{color:var(--pass)}.fail{color:var(--fail)}.invalid{color:var(--invalid)}.ok{color:var(--pass)}.bad{color:var(--fail);font-weight:600}.soft{color:var(--soft)}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--box);border:1px solid var(--line);padding:.7rem;border-radius:6px}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:.92rem}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid var(--line);vertical-align:top}
svg{max-width:100%;height:auto;display:block}svg text{fill:var(--fg);font:11px system-ui,sans-serif}details{margin:.4rem 0}summary{cursor:pointer}`;
