import { glob, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DEFAULT_LIMITS, prepareContent } from '@fumikura/documents';
import type { IndexDocument } from '@fumikura/ports';
import { BenchCorpus } from './corpus.ts';

const PATTERN = '**/*.{md,markdown,html,htm,txt,rst,adoc}';
const QUERY_WORDS = { least: 8, spread: 8 };

interface SourceText {
  readonly title: string;
  readonly chunks: readonly string[];
}

/**
 * The texts of a folder instead of invented ones, again and again until there are enough; readers and vectors are still
 * made up. Questions are runs of 8 to 15 words of the texts.
 */
export class FolderCorpus extends BenchCorpus {
  readonly #texts: readonly SourceText[];
  #next = 0;
  #asked = 0;

  private constructor(seed: number, texts: readonly SourceText[]) {
    super(seed, true);
    this.#texts = texts;
  }

  /** @throws Error when the folder has no text */
  static async open(folder: string, seed: number): Promise<FolderCorpus> {
    const texts: SourceText[] = [];
    for await (const path of glob(PATTERN, { cwd: folder })) {
      const bytes = await readFile(join(folder, path));
      const { text, chunks } = await prepareContent({ fileName: basename(path), bytes }, DEFAULT_LIMITS);
      const spans = chunks.map(({ start, end }) => text.slice(start, end));
      if (spans.length > 0) texts.push({ title: basename(path), chunks: spans });
    }
    if (texts.length === 0) throw new Error(`${folder} has no files like ${PATTERN}`);
    return new FolderCorpus(seed, texts);
  }

  override position(): number[] {
    return [...super.position(), this.#next, this.#asked];
  }

  override goTo([state = 0, nextDocument = 0, next = 0, asked = 0]: readonly number[]): void {
    super.goTo([state, nextDocument]);
    [this.#next, this.#asked] = [next, asked];
  }

  /** As many chunks as the file has, at most `slots`. */
  override document(slots?: number): IndexDocument {
    const source = this.#texts[this.#next++ % this.#texts.length];
    const spans = (source?.chunks ?? []).slice(0, slots ?? Infinity);
    const made = super.document(spans.length);
    const chunks = made.chunks.map((chunk, slot) => ({ ...chunk, text: spans[slot] ?? '' }));
    return { ...made, title: source?.title ?? '', chunks };
  }

  override query(): { text: string; vector: Float32Array } {
    const made = super.query();
    const { chunks = [] } = this.#texts[(this.#asked * 7_919) % this.#texts.length] ?? {};
    const words = (chunks[this.#asked++ % Math.max(1, chunks.length)] ?? '').split(/\s+/u);
    const length = QUERY_WORDS.least + (this.#asked % QUERY_WORDS.spread);
    const from = Math.max(0, Math.floor((words.length - length) / 2));
    return { ...made, text: words.slice(from, from + length).join(' ') };
  }
}
