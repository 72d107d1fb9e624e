import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTar } from './tar.ts';

function member(
  name: string,
  content: string,
  { type = '0', size = Buffer.byteLength(content) } = {},
): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  head.write(type, 156);
  head.write('ustar\x0000', 257);
  return Buffer.concat([
    head,
    Buffer.from(content),
    Buffer.alloc((512 - (Buffer.byteLength(content) % 512)) % 512),
  ]);
}

const END = Buffer.alloc(1_024);

/** In parts of a length that fits no block. */
async function* inParts(...members: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  const all = Buffer.concat(members);
  for (let at = 0; at < all.length; at += 100) yield all.subarray(at, at + 100);
}

async function read(source: AsyncIterable<Uint8Array>, isWanted = (_path: string, _size: number) => true) {
  const found: [string, string][] = [];
  for await (const { path, bytes } of readTar(source, isWanted))
    found.push([path, Buffer.from(bytes).toString()]);
  return found;
}

describe('a tar archive', () => {
  it('gives the files that are wanted and passes over everything else', async () => {
    const archive = inParts(
      member('pax_global_header', '52 comment=0123456789012345678901234567890123456789\n', { type: 'g' }),
      member('root/', '', { type: '5' }),
      member('root/a.md', 'first'),
      member('root/link', '', { type: '2' }),
      member('root/big.md', 'x'.repeat(2_000)),
      member('root/empty', ''),
      END,
    );
    const found = await read(archive, (_path, size) => size < 1_000);
    assert.deepEqual(found, [
      ['root/a.md', 'first'],
      ['root/empty', ''],
    ]);
  });

  it('takes long names from headers of both kinds, for the next file alone', async () => {
    const path = `root/${'日本'.repeat(40)}.md`;
    const rest = ` path=${path}\n`;
    const length = Buffer.byteLength(rest) + 3;
    const found = await read(
      inParts(
        member('x', `${length}${rest}`, { type: 'x' }),
        member('short', 'one'),
        member('././@LongLink', `${path}\0`, { type: 'L' }),
        member('short', 'two'),
        member('plain', 'three'),
        END,
      ),
    );
    assert.deepEqual(found, [
      [path, 'one'],
      [path, 'two'],
      ['plain', 'three'],
    ]);
  });

  it('is damaged when it ends too early or holds no sizes', async () => {
    await assert.rejects(read(inParts(member('a', 'text', { size: 5_000 }))), { code: 'CONTENT_DAMAGED' });
    const wrong = member('a', 'text');
    wrong.write('zzzzzzzzzzz', 124);
    await assert.rejects(read(inParts(wrong, END)), { code: 'CONTENT_DAMAGED' });
    await assert.rejects(read(inParts(member('a', '', { type: 'x', size: 9_000_000 }), END)), {
      code: 'CONTENT_DAMAGED',
    });
  });
});
