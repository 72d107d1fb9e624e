import { zipSync } from 'fflate';
import { DEFAULT_LIMITS } from '../types.ts';
import type { FormatParser, Parsed, ParseLimits } from '../types.ts';

/** For tests: a zip of texts by name. */
export function zipOf(parts: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(parts).map(([name, content]) => [
        name,
        typeof content === 'string' ? new TextEncoder().encode(content) : content,
      ]),
    ),
  );
}

const TYPES = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** For tests: a part's relations; targets relative to the part's folder. */
export function relationsXml(
  relations: Readonly<Record<string, readonly [type: string, target: string]>>,
): string {
  const entries = Object.entries(relations).map(
    ([id, [type, target]]) => `<Relationship Id="${id}" Type="${TYPES}/${type}" Target="${target}"/>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${entries.join('')}</Relationships>`;
}

/** For tests: what a parser makes of bytes, under the usual limits where none are given. */
export function parsedWith(
  parser: FormatParser,
  bytes: Uint8Array,
  limits: Partial<ParseLimits> = {},
  fileName = 'file',
): Promise<Parsed> {
  return parser({ fileName, bytes }, { ...DEFAULT_LIMITS, ...limits });
}
