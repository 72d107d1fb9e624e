import type { Citation, Claim } from '@fumikura/answering';
import { fitText } from '../reply/size.ts';
import { cleanLine } from '../untrusted/clean.ts';
import { shownId } from '../untrusted/ids.ts';
import { cleanAddress } from '../untrusted/links.ts';

/** Tokens of one quotation, and of one claim. */
const QUOTE_TOKENS = 120;
const CLAIM_TOKENS = 200;
/** UTF-16 units looked at before tokens are counted. */
const LONGEST = 2_000;

export function toClaim({ text, citations, support }: Claim) {
  return {
    text: fitText(cleanLine(text, LONGEST), CLAIM_TOKENS),
    citations: [...citations],
    confidence: support,
  };
}

export function toCitation(citation: Citation) {
  const { number, documentId, title, url, quote, headingPath, updatedAt } = citation;
  const section = headingPath.map((heading) => cleanLine(heading, 80)).join(' › ');
  return {
    number,
    id: shownId(documentId),
    title: fitText(cleanLine(title, 300), 40),
    url: cleanAddress(url),
    quote: fitText(cleanLine(quote, LONGEST), QUOTE_TOKENS),
    ...(section !== '' && { section: fitText(section, 40) }),
    ...(updatedAt && { updatedAt }),
  };
}

/** One line a claim, each with its numbers. */
export function asText(claims: readonly Pick<Claim, 'text' | 'citations'>[]): string {
  return claims
    .map(({ text, citations }) => `${text} ${citations.map((number) => `[${number}]`).join('')}`)
    .join('\n');
}
