import { AppError } from '@fumikura/errors';
import { TOKENISER_VERSION } from '@fumikura/text';
import { Setting } from './catalog/setting.ts';
import type { Database } from './database.ts';
import { requireFormat } from './schema.ts';

/** By what the index was made: terms of another tokeniser would silently not be found. */
export class IndexVersions {
  readonly #db: Database;
  readonly #tokeniser: Setting;
  readonly #icu: Setting;
  #compatibleAt = -1;

  /** @throws AppError STORE_OLDER (config) for an index of another tokeniser that may only be read */
  constructor(db: Database, readOnly: boolean) {
    this.#db = db;
    this.#tokeniser = new Setting(db, 'tokeniser');
    this.#icu = new Setting(db, 'icu');
    if (!this.isRebuildRequired()) return;
    const isNew = this.#tokeniser.get() === undefined;
    if (readOnly) throw otherTokeniser(db.file);
    if (isNew) this.set();
  }

  get tokeniser(): string | undefined {
    return this.#tokeniser.get();
  }

  get icu(): string | undefined {
    return this.#icu.get();
  }

  /** The index was made by another tokeniser: nothing may be asked or written before a rebuild. */
  isRebuildRequired(): boolean {
    return this.#tokeniser.get() !== TOKENISER_VERSION;
  }

  /** The index is made by this process from now on. */
  set(): void {
    this.#db.write(() => {
      this.#tokeniser.set(TOKENISER_VERSION);
      this.#icu.set(process.versions['icu'] ?? '');
    });
  }

  /** A newer version may have taken over the file while this process had it open. */
  requireCompatible(): void {
    const version = this.#db.dataVersion();
    if (version === this.#compatibleAt) return;
    requireFormat(this.#db);
    if (this.isRebuildRequired()) throw takenOver(this.#db.file);
    this.#compatibleAt = version;
  }
}

function otherTokeniser(file: string): AppError {
  return new AppError('STORE_OLDER', 'config', 'the index was made by another tokeniser', {
    publicMessage: `The index in ${file} was made by another version and cannot be changed. Open it once with the right to write.`,
  });
}

function takenOver(file: string): AppError {
  return new AppError('STORE_NEWER', 'config', 'another version has taken over the file', {
    publicMessage: `The database ${file} was taken over by another version of Fumikura. Restart this one with that version.`,
  });
}
