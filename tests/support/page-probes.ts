/** Questions to a page, as expressions for `page.evaluate`: they run in the browser, not here. */

/** How many pixels the page is wider than its window, whatever is folded out. */
export const overflow = 'document.documentElement.scrollWidth - window.innerWidth';

/** Links of the list of sections that are not wholly inside the window. */
export const hiddenSections = `[...document.querySelectorAll('nav a')]
  .filter((link) => { const { left, right } = link.getBoundingClientRect(); return left < 0 || right > window.innerWidth; })
  .map((link) => link.textContent)`;

export const openFolds = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })";

/** Texts whose contrast with what is behind them is below WCAG's AA: 4.5, or 3 where they are large. */
export const faintTexts = `(() => {
  const channels = (colour) => (colour.match(/[\\d.]+/g) ?? []).map(Number);
  const over = ([r, g, b, a = 1], below) => [r, g, b].map((value, i) => value * a + below[i] * (1 - a));
  const behind = (element) => {
    const layers = [];
    for (let one = element; one !== null; one = one.parentElement) {
      const colour = channels(getComputedStyle(one).backgroundColor);
      layers.push(colour);
      if ((colour[3] ?? 1) === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  return [...document.querySelectorAll('body *')].flatMap((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== '');
    if (!own || !element.checkVisibility() || element.tagName === 'STYLE') return [];
    const style = getComputedStyle(element);
    const back = behind(element);
    const [light, dark] = [luminance(over(channels(style.color), back)), luminance(back)].sort((a, b) => b - a);
    const ratio = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    return ratio >= (large ? 3 : 4.5) ? [] : [ratio.toFixed(2) + ' ' + element.className + ': ' + element.textContent.slice(0, 40)];
  });
})()`;
