import { randomBytes } from 'node:crypto';
import type { PageLanguage } from './texts.ts';

export interface Page {
  readonly language: PageLanguage;
  readonly title: string;
  readonly paragraphs: readonly string[];
  /** To be copied; stands behind the first `shownAfter` paragraphs. */
  readonly code?: { readonly text: string; readonly shownAfter: number };
  readonly link?: { readonly path: string; readonly words: string };
}

const STYLE = `
body { margin: 0; font: 1.1rem/1.6 system-ui, sans-serif; color: #1d1c1d; background: #f8f8f8; }
main { max-width: 34rem; margin: 12vh auto; padding: 2rem; background: #fff; border: 1px solid #ddd; border-radius: .5rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
code { display: block; padding: .8rem; font-size: 1.4rem; text-align: center; background: #f0f0f0; border-radius: .3rem; user-select: all; }
@media (prefers-color-scheme: dark) { body { color: #eee; background: #1a1d21; } main { background: #222529; border-color: #444; } code { background: #333; } a { color: #8bf; } }
`;

/** Plain HTML that runs nothing, loads nothing, is kept nowhere and stands in no frame. All text is escaped here. */
export function pageResponse(
  page: Page,
  status: number,
  more: Readonly<Record<string, string>> = {},
): Response {
  const nonce = randomBytes(16).toString('base64');
  return new Response(htmlOf(page, nonce), {
    status,
    headers: {
      ...headersWith(`style-src 'nonce-${nonce}'; `),
      'content-type': 'text/html; charset=utf-8',
      ...more,
    },
  });
}

/** Of every answer to a browser, redirects too. */
export function headersWith(styles = ''): Record<string, string> {
  return {
    'content-security-policy': `default-src 'none'; ${styles}frame-ancestors 'none'; base-uri 'none'; form-action 'none'`,
    'cache-control': 'no-store',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'cross-origin-opener-policy': 'same-origin',
  };
}

function htmlOf({ language, title, paragraphs, code, link }: Page, nonce: string): string {
  const said = paragraphs.map((text) => `<p>${escaped(text)}</p>`);
  if (code) said.splice(code.shownAfter, 0, `<code>${escaped(code.text)}</code>`);
  if (link) said.push(`<p><a href="${escaped(link.path)}">${escaped(link.words)}</a></p>`);
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)} – Fumikura</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${said.join('\n')}
</main>
</body>
</html>
`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    ...{ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' },
  };
  return text.replaceAll(/[&<>"']/gu, (sign) => entities[sign] ?? '');
}
