import type { SitePage, WebPart } from './graph-types.ts';

/** A page's canvas as one HTML document, in reading order: sections, their columns, the vertical section last. */
export function pageHtml(title: string, { description, canvasLayout }: SitePage): string {
  const columns = [
    ...(canvasLayout?.horizontalSections ?? []).flatMap((section) => section.columns ?? []),
    ...(canvasLayout?.verticalSection ? [canvasLayout.verticalSection] : []),
  ];
  const parts = columns.flatMap(({ webparts }) => webparts ?? []).map(partHtml);
  const summary = description ? `<p>${escaped(description)}</p>` : '';
  return `<!doctype html><title>${escaped(title)}</title>${summary}${parts.join('\n')}`;
}

/** A text part is HTML already; of others only what the service itself counts as searchable text. */
function partHtml({ innerHtml, data }: WebPart): string {
  if (innerHtml) return innerHtml;
  const heading = data?.title ? `<p>${escaped(data.title)}</p>` : '';
  const texts = data?.serverProcessedContent?.searchablePlainTexts ?? [];
  return heading + texts.map(({ value }) => (value ? `<p>${escaped(value)}</p>` : '')).join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
