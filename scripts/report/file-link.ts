import { markup, type Markup } from './markup.ts';

/** A link to a file of the run folder: it works as long as the page lies in it. */
export function fileLink(path: string): Markup {
  const href = path.split('/').map(encodeURIComponent).join('/');
  return markup`<a href="${href}"><bdi>${path}</bdi></a>`;
}
