/**
 * Tokens a language model would count, roughly: four characters of Latin text or one of CJK each. Within about a
 * quarter of common tokenisers; used for page sizes, never for billing.
 */
export function estimateTokens(text: string): number {
  let units = 0;
  for (let at = 0; at < text.length; at++) units += text.charCodeAt(at) < 0x2e80 ? 1 : 4;
  return Math.ceil(units / 4);
}
