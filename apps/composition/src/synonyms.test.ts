import assert from 'node:assert/strict';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '@fumikura/config';
import type { Logger } from '@fumikura/logging';
import { installSynonyms } from './synonyms.ts';

describe('the file of synonyms of an installation', () => {
  let folder: string;
  const errors: string[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: () => undefined,
    error: (event, fields) => errors.push(`${event} ${String(fields?.['message'])}`),
    child: () => logger,
  };
  const config = () => parseConfig('search: { synonyms: s.txt }', join(folder, 'fumikura.yaml'));
  const until = async (holds: () => boolean) => {
    while (!holds()) await sleep(5);
  };

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'fumi-synonyms-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('[query.synonyms] is read again when it changes, and stays as it was while it cannot be used', async () => {
    const file = join(folder, 's.txt');
    // As editors do it: nobody sees half of it.
    const replace = async (text: string) => {
      await writeFile(`${file}.new`, text);
      await rename(`${file}.new`, file);
    };
    await replace('vpn, tunnel\n');
    const installed = await installSynonyms(config(), logger, { isOneShot: false, everyMs: 5 });
    assert.ok(installed);
    const meant = () =>
      installed
        .now()
        .of('vpn')
        .map(({ to }) => to);
    try {
      assert.deepEqual(meant(), ['tunnel']);
      await replace('vpn, private network\n');
      await until(() => meant()[0] === 'private network');
      await replace('alone\n');
      await until(() => errors.some((line) => line.includes('s.txt:1: only one entry')));
      assert.deepEqual(meant(), ['private network']);
      await rm(file);
      await until(() => errors.some((line) => line.includes('cannot be read')));
      assert.deepEqual(meant(), ['private network']);
      await replace('vpn, back again\n');
      await until(() => meant()[0] === 'back again');
    } finally {
      installed.close();
    }
  });

  it('stops a start when it cannot be used, and is not there without a setting', async () => {
    await writeFile(join(folder, 's.txt'), 'alone\n');
    await assert.rejects(installSynonyms(config(), logger, { isOneShot: true }), {
      code: 'SYNONYMS_INVALID',
    });
    await rm(join(folder, 's.txt'));
    await assert.rejects(installSynonyms(config(), logger, { isOneShot: true }), {
      code: 'SYNONYMS_INVALID',
    });
    const none = parseConfig('{}', join(folder, 'fumikura.yaml'));
    assert.equal(await installSynonyms(none, logger, { isOneShot: true }), undefined);
  });
});
