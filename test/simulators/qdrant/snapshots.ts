import { badRequest, LeftOut, Refusal } from './refusal.ts';

/** Refuses what the server refuses before it looks for a file; the files themselves are left out. */
export function checkLocation(location: unknown): void {
  const text = typeof location === 'string' ? location : '';
  const file = /^file:\/\/([^/]*)(\/.*)?$/.exec(text);
  if (!file) throw new LeftOut('collections made from a file');
  const [, host = '', path] = file;
  if ((host !== '' && host !== 'localhost') || path === undefined)
    throw badRequest('Invalid snapshot URI, file path must be absolute or on localhost');
  // The one file that is sure to be there is outside the folder of snapshots.
  if (path === '/etc/passwd')
    throw new Refusal(
      403,
      'Forbidden: Snapshot file path must be inside the snapshots directory "<snapshots>"',
    );
  throw badRequest(`Snapshot file "${path}" does not exist`);
}
