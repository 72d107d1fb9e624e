import { readFile, rename, writeFile } from 'node:fs/promises';
import { AppError } from '@fumikura/errors';
import { isSeq, parseDocument } from 'yaml';
import { parseConfig } from './load.ts';
import type { ConfigInput, EmbedderInput, SourceConfig } from './schema.ts';

/**
 * Adds a source to the file, keeping its comments and order; written beside and renamed, so a crash leaves the old one.
 * @throws AppError SOURCE_EXISTS (invalid-input), CONFIG_INVALID (config)
 */
export async function addSource(file: string, source: SourceConfig): Promise<void> {
  await edit(file, (document) => {
    const sources = document.get('sources');
    const ids = isSeq(sources) ? (sources.toJSON() as { id?: string }[]).map(({ id }) => id) : [];
    if (ids.includes(source.id)) {
      const message = `Source "${source.id}" exists already. Choose another name with --name, or remove it first.`;
      throw new AppError('SOURCE_EXISTS', 'invalid-input', message, { publicMessage: message });
    }
    if (isSeq(sources) && !sources.flow) sources.add(document.createNode(source));
    else document.set('sources', document.createNode([...(isSeq(sources) ? sources.toJSON() : []), source]));
  });
}

/** @throws AppError SOURCE_UNKNOWN (invalid-input) */
export async function removeSource(file: string, id: string): Promise<void> {
  await edit(file, (document) => {
    const sources = document.get('sources');
    const index = isSeq(sources)
      ? (sources.toJSON() as { id?: string }[]).findIndex((entry) => entry.id === id)
      : -1;
    if (index < 0) {
      const message = `There is no source "${id}". "fumi sources" lists them.`;
      throw new AppError('SOURCE_UNKNOWN', 'invalid-input', message, { publicMessage: message });
    }
    document.deleteIn(['sources', index]);
  });
}

/** Sets an embedder in the place of the one before; undefined takes it out. @throws AppError CONFIG_INVALID (config) */
export async function setEmbedder(
  file: string,
  embedder: EmbedderInput | undefined,
  name: 'embedder' | 'nextEmbedder' = 'embedder',
): Promise<void> {
  await edit(file, (document) => {
    if (embedder === undefined) document.delete(name);
    else document.set(name, document.createNode(embedder));
  });
}

/** Undefined is as by default, and takes it out. @throws AppError CONFIG_INVALID (config) */
export async function setChunking(file: string, chunking: ConfigInput['chunking']): Promise<void> {
  await edit(file, (document) => {
    if (chunking === undefined) document.delete('chunking');
    else document.set('chunking', document.createNode(chunking, { flow: true }));
  });
}

async function edit(
  file: string,
  change: (document: ReturnType<typeof parseDocument>) => void,
): Promise<void> {
  const document = parseDocument(await readFile(file, 'utf8'));
  change(document);
  const text = document.toString({ lineWidth: 110 });
  parseConfig(text, file);
  const beside = `${file}.${process.pid}.tmp`;
  await writeFile(beside, text, { mode: 0o600 });
  await rename(beside, file);
}
