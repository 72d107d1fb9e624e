import type { FieldValue, FilterField } from '@fumikura/ports';
import type { IndexReader } from './reader.ts';

/**
 * Which documents have which values, in memory: pairs of value and document. Documents are never numbered again, so what
 * is new stands behind; those that are gone are admitted to nobody.
 */
export class DocValues {
  #values = new Int32Array(0);
  #docs = new Int32Array(0);
  #size = 0;
  #until = -1;
  #epoch: string | undefined;
  readonly #fields = new Map<number, FilterField>();
  readonly #texts = new Map<number, string>();
  #highest = 0;

  /** Documents of `matching` (one byte each) by value, the most frequent first. */
  count(reader: IndexReader, field: FilterField, matching: Uint8Array, limit: number): FieldValue[] {
    this.#refresh(reader);
    const column = columnOf(reader, field);
    const counts = new Int32Array(this.#highest + 1);
    if (column) {
      for (let doc = 0; doc < matching.length; doc++)
        if (matching[doc] === 1) counts[column[doc] ?? 0] = (counts[column[doc] ?? 0] ?? 0) + 1;
    } else {
      for (let at = 0; at < this.#size; at++)
        if (matching[this.#docs[at] as number] === 1)
          counts[this.#values[at] as number] = (counts[this.#values[at] as number] as number) + 1;
    }
    return this.#named(field, counts)
      .sort((a, b) => b.documents - a.documents || (a.value < b.value ? -1 : 1))
      .slice(0, limit);
  }

  #named(field: FilterField, counts: Int32Array): FieldValue[] {
    const named: FieldValue[] = [];
    for (let value = 1; value < counts.length; value++)
      if ((counts[value] ?? 0) > 0 && this.#fields.get(value) === field)
        named.push({ value: this.#texts.get(value) ?? '', documents: counts[value] ?? 0 });
    return named;
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
    if (this.#until >= meta.nextDoc - 1) return;
    const fresh = db.all<{ value: number; doc: number }>(
      'SELECT value, doc FROM index_doc_value WHERE doc > ?',
      this.#until,
    );
    this.#append(fresh);
    this.#until = meta.nextDoc - 1;
  }

  #append(pairs: readonly { readonly value: number; readonly doc: number }[]): void {
    const needed = this.#size + pairs.length;
    if (needed > this.#values.length) {
      const room = Math.ceil(needed * 1.25);
      const [values, docs] = [new Int32Array(room), new Int32Array(room)];
      values.set(this.#values);
      docs.set(this.#docs);
      [this.#values, this.#docs] = [values, docs];
    }
    for (const { value, doc } of pairs) {
      this.#values[this.#size] = value;
      this.#docs[this.#size++] = doc;
    }
  }

  #forget(epoch: string | undefined): void {
    this.#size = 0;
    this.#until = -1;
    this.#highest = 0;
    this.#fields.clear();
    this.#texts.clear();
    this.#epoch = epoch;
  }
}

/** Of fields with one value a document. */
function columnOf({ columns: { docs } }: IndexReader, field: FilterField): Int32Array | undefined {
  return field === 'source' || field === 'kind' || field === 'language' ? docs[field].values : undefined;
}
