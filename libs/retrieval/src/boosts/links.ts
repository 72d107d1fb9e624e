import type { DocumentId } from '@fumikura/model';
import type { AccessFilter, Catalog, DocumentRecord } from '@fumikura/ports';
import { findPhrase, foldText, phraseOf } from '@fumikura/text';
import type { Phrase } from '@fumikura/text';
import type { Place } from '../collapse.ts';

/** Of each text: what it points to stands in its first pages, or in a list of everything, which says little. */
const CHARACTERS = 8_000;
/** A title of fewer words, or characters of scripts without blanks, is said without being meant. */
const LEAST_WORDS = 2;
const LEAST_CHARACTERS = 6;
/** `PAY-123` in front of an issue's title. */
const KEY = /^[A-Z][A-Z0-9_]+-\d+/u;
/** Texts read at once. */
const AT_ONCE = 10;

/**
 * How many of the other places point to each, by its title, its key or its address. Asked among what was found and may be
 * read alone: what points to a document from where the asker may not look counts for nothing.
 * Cost: the text of each place is read.
 */
export async function pointingTo(
  places: readonly Place[],
  catalog: Pick<Catalog, 'text'>,
  access: AccessFilter,
  signal: AbortSignal,
): Promise<ReadonlyMap<DocumentId, number>> {
  const names = new Map(places.map(({ record }) => [record.id, namesOf(record)]));
  const counts = new Map<DocumentId, number>();
  for (let from = 0; from < places.length; from += AT_ONCE) {
    signal.throwIfAborted();
    const part = places.slice(from, from + AT_ONCE);
    const texts = await Promise.all(part.map(({ record }) => catalog.text(record.id, access)));
    for (const [at, stored] of texts.entries()) {
      const own = part[at]?.record;
      const text = stored?.text.slice(0, CHARACTERS) ?? '';
      const folded = foldText(text);
      for (const { record } of places)
        if (own && isElsewhere(own, record) && isNamed(names.get(record.id), text, folded))
          counts.set(record.id, (counts.get(record.id) ?? 0) + 1);
    }
  }
  return counts;
}

interface Names {
  readonly title?: Phrase;
  readonly key?: Phrase;
  readonly url: string;
}

function namesOf({ title, url }: DocumentRecord): Names {
  const words = phraseOf(title);
  const key = KEY.exec(title)?.[0];
  return {
    url,
    ...(isTelling(words) && { title: words }),
    ...(key !== undefined && { key: phraseOf(key) }),
  };
}

function isTelling(words: Phrase): boolean {
  const isUnspaced = !words.every((word) => /^\p{Script=Latin}/u.test(word));
  return isUnspaced ? words.join('').length >= LEAST_CHARACTERS : words.length >= LEAST_WORDS;
}

/** A copy and a document of the same title name themselves. */
function isElsewhere(own: DocumentRecord, other: DocumentRecord): boolean {
  return own.id !== other.id && foldText(own.title) !== foldText(other.title);
}

function isNamed(names: Names | undefined, text: string, folded: string): boolean {
  if (!names) return false;
  const { title, key, url } = names;
  if (url !== '' && text.includes(url)) return true;
  return [title, key].some((phrase) => phrase && findPhrase(folded, phrase) !== undefined);
}
