import { randomFillSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { figure } from '@fumikura/evaluation';
import type { Figure } from '@fumikura/evaluation';
import { strToU8, zipSync } from 'fflate';
import { addAttachment, addContent, addSpace, emptyWorld } from '../../simulators/confluence/making.ts';
import { serveWorld } from '../../sources/confluence-world.ts';
import { bundleSyncChild } from './bundle.ts';
import { syncOnce } from './pace.ts';

const MB = 1_000_000;

/** What one large attachment costs in memory, as a multiple of its size, over the same run with a small one. */
export async function measureLarge(sizeMb: number): Promise<Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-large-'));
  try {
    const program = await bundleSyncChild(folder);
    const small = await memoryOf(join(folder, 'small.db'), program, 0.01 * MB);
    const large = await memoryOf(join(folder, 'large.db'), program, sizeMb * MB);
    return [
      figure('sources.large.item', sizeMb, 'MB', 'higher'),
      figure('sources.large.written', large.written, 'documents', 'higher', 2),
      figure('sources.large.memory', (large.rss - small.rss) / (sizeMb * MB), 'times its size', 'lower', 3),
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function memoryOf(file: string, program: string, bytes: number) {
  const world = emptyWorld('cloud');
  const space = addSpace(world, { key: 'ENG' });
  const page = addContent(world, { space: space.id, title: 'Minutes' });
  addAttachment(world, { container: page.id, title: 'minutes.docx', bytes: wordFile(bytes) });
  const source = await serveWorld(world);
  try {
    const { maxRssBytes, counters } = await syncOnce('confluence', source, file, ['content'], program);
    return { rss: maxRssBytes, written: counters['written'] ?? 0 };
  } finally {
    await source.close();
  }
}

/** A page of text, and a picture that makes the file large. */
function wordFile(bytes: number): Uint8Array {
  const type = (part: string, of: string) =>
    `<Override PartName="/word/${part}" ContentType="application/vnd.openxmlformats-officedocument.${of}+xml"/>`;
  return zipSync(
    {
      '[Content_Types].xml': strToU8(
        `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">${type('document.xml', 'wordprocessingml.document.main')}</Types>`,
      ),
      '_rels/.rels': strToU8(
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
      ),
      'word/document.xml': strToU8(
        '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>What was said about payments.</w:t></w:r></w:p></w:body></w:document>',
      ),
      'word/media/image1.png': randomFillSync(new Uint8Array(bytes)),
    },
    { level: 0 },
  );
}
