/** A text of an answer, and the field that it stands in. */
export interface Said {
  readonly field: string;
  readonly text: string;
}

/** What a page would see after decoding all entities, as often as they were escaped, and after folding signs. */
export function rendered(text: string): string {
  let current = text;
  for (let round = 0; round < 12; round++)
    current = current
      .replace(/&amp;?|&#0*38;?|&#x0*26;?/giu, '&')
      .replace(/&lt;?|&#0*60;?|&#x0*3c;?|[\uff1c\ufe64]/giu, '<')
      .replace(/&gt;?|&#0*62;?|&#x0*3e;?|[\uff1e\ufe65]/giu, '>')
      .replace(/&#115;/giu, 's');
  return current;
}

/** Every text of an answer of the protocol, also those of JSON within a text; keys are texts too. */
export function stringsOf(answer: string): Said[] {
  const body = /^data: (.*)$/mu.exec(answer)?.[1] ?? answer;
  return walk(JSON.parse(body), 'answer');
}

function walk(value: unknown, field: string): Said[] {
  if (typeof value === 'string') {
    const inner = asJson(value);
    return inner === undefined ? [{ field, text: value }] : walk(inner, field);
  }
  if (Array.isArray(value)) return value.flatMap((each) => walk(each, field));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => [
    ...(field === 'fields' ? [{ field, text: key }] : []),
    ...walk(each, field === 'fields' ? field : key),
  ]);
}

/** Our own JSON within a text, and not what a document says. */
function asJson(text: string): unknown {
  if (!/^\{"(?:results|id|untrustedValuesThereAre)":/u.test(text)) return undefined;
  return JSON.parse(text);
}
