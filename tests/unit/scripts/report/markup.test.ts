import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { breakable, cut, markup, plain } from '../../../../scripts/report/markup.ts';

describe('markup', () => {
  test('escapes what is put into it, but for markup, and leaves out null', () => {
    const inner = markup`<b>${'<i>&"'}</b>`;
    expect(markup`<p title="${'"x'}">${inner}${null}${[inner, 7]}</p>`.text).toBe(
      '<p title="&quot;x"><b>&lt;i&gt;&amp;&quot;</b><b>&lt;i&gt;&amp;&quot;</b>7</p>',
    );
  });

  test('lets no text begin an element or end an attribute', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(markup`${text}${breakable(text)}`.text.replaceAll(/<\/?(bdi|wbr)>/g, '')).not.toMatch(/[<>"]/);
      }),
    );
  });
});

test('plain takes out colours, shows what else a terminal would obey, and keeps lines', () => {
  expect(plain('\u001b[31mred\u001b[39m\u0000\u001b[2J\ttab\nline')).toBe('red\\x00\\x1b[2J\ttab\nline');
  expect(plain('half a \ud83d pair').isWellFormed()).toBe(true);
});

test('a name may break behind its punctuation', () => {
  expect(breakable('left-1->a_b').text).toBe('<bdi>left-<wbr>1-<wbr>&gt;<wbr>a_<wbr>b</bdi>');
});

test('a text that is too long ends with a sign', () => {
  expect([cut('short', 5), cut('too long', 5)]).toEqual(['short', 'too l…']);
});
