import type { FacetCounts, FieldValue, FilterField } from '@fumikura/ports';
import type { IndexReader } from './reader.ts';

/**
 * Which values each document has, in memory: those of document d stand from `starts[d]` to `starts[d + 1]`. Documents are
 * never numbered again, so what is new stands behind; those that are gone are admitted to nobody.
 */
export class DocValues {
  #values = new Int32Array(0);
  #starts = new Int32Array(1);
  #docs = 0;
  #epoch: string | undefined;
  readonly #fields = new Map<number, FilterField>();
  readonly #texts = new Map<number, string>();
  #highest = 0;

  /** How many documents of `matching` (one byte each) there are, and by value, the most frequent first, of each field. */
  count(
    reader: IndexReader,
    fields: readonly FilterField[],
    matching: Uint8Array,
    limit: number,
  ): Pick<FacetCounts, 'documents' | 'values'> {
    this.#refresh(reader);
    const counts = new Int32Array(this.#highest + 1);
    const columns = fields.flatMap((field) => columnOf(reader, field) ?? []);
    const isListed = columns.length < fields.length;
    const [starts, values] = [this.#starts, this.#values];
    let documents = 0;
    for (let doc = 0; doc < matching.length; doc++) {
      if (matching[doc] !== 1) continue;
      documents++;
      for (const column of columns)
        counts[column[doc] as number] = (counts[column[doc] as number] as number) + 1;
      if (!isListed) continue;
      const end = starts[doc + 1] as number;
      for (let at = starts[doc] as number; at < end; at++)
        counts[values[at] as number] = (counts[values[at] as number] as number) + 1;
    }
    return {
      documents,
      values: Object.fromEntries(fields.map((field) => [field, this.#most(field, counts, limit)])),
    };
  }

  #most(field: FilterField, counts: Int32Array, limit: number): FieldValue[] {
    const found: FieldValue[] = [];
    for (let value = 1; value < counts.length; value++)
      if ((counts[value] ?? 0) > 0 && this.#fields.get(value) === field)
        found.push({ value: this.#texts.get(value) ?? '', documents: counts[value] ?? 0 });
    return found.sort((a, b) => b.documents - a.documents || (a.value < b.value ? -1 : 1)).slice(0, limit);
  }

  #refresh({ db, meta }: IndexReader): void {
    if (meta.epoch !== this.#epoch) this.#forget(meta.epoch);
    for (const { value, field, text } of db.all<{ value: number; field: FilterField; text: string }>(
      'SELECT value, field, text FROM index_value WHERE value > ?',
      this.#highest,
    )) {
      this.#fields.set(value, field);
      this.#texts.set(value, text);
      this.#highest = Math.max(this.#highest, value);
    }
    if (this.#docs >= meta.nextDoc) return;
    const fresh = db.all<{ value: number; doc: number }>(
      'SELECT value, doc FROM index_doc_value WHERE doc >= ? ORDER BY doc',
      this.#docs,
    );
    this.#append(fresh, meta.nextDoc);
  }

  #append(pairs: readonly { readonly value: number; readonly doc: number }[], docs: number): void {
    const size = this.#starts[this.#docs] ?? 0;
    this.#values = withRoom(this.#values, size + pairs.length);
    this.#starts = withRoom(this.#starts, docs + 1);
    let next = 0;
    for (let doc = this.#docs; doc < docs; doc++) {
      for (; pairs[next]?.doc === doc; next++) this.#values[size + next] = pairs[next]?.value ?? 0;
      this.#starts[doc + 1] = size + next;
    }
    this.#docs = docs;
  }

  #forget(epoch: string | undefined): void {
    this.#docs = 0;
    this.#starts = new Int32Array(1);
    this.#highest = 0;
    this.#fields.clear();
    this.#texts.clear();
    this.#epoch = epoch;
  }
}

function withRoom(values: Int32Array<ArrayBuffer>, needed: number): Int32Array<ArrayBuffer> {
  if (needed <= values.length) return values;
  const larger = new Int32Array(Math.ceil(needed * 1.25));
  larger.set(values);
  return larger;
}

/** Of fields with one value a document. */
function columnOf({ columns: { docs } }: IndexReader, field: FilterField): Int32Array | undefined {
  return field === 'source' || field === 'kind' || field === 'language' ? docs[field].values : undefined;
}
