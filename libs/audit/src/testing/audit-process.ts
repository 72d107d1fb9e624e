// Writes records as fast as they are confirmed, and says so on standard output after each confirmation; ends only by a signal.
import { silentLogger } from '@fumikura/logging';
import { createAuditTrail } from '../trail.ts';

const [folder = '', name = ''] = process.argv.slice(2);
const trail = createAuditTrail({
  folder,
  logger: silentLogger,
  queryText: 'keep',
  keepDays: 0,
  signEveryMs: 20,
});
const lane = async (lane: number) => {
  for (let count = 0; ; count++) {
    const object = `${name}/${lane}/${count}`;
    await trail.record({ action: 'read', via: 'test', outcome: 'done', object, query: '秘密 '.repeat(20) });
    process.stdout.write(`${object}\n`);
  }
};
await Promise.all([lane(1), lane(2), lane(3), lane(4)]);
