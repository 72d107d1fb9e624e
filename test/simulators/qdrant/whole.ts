import { badFormat } from './refusal.ts';

/** A count as the server takes it; absent is right. */
export function whole(value: unknown): void {
  if (value === undefined || value === null || (Number.isInteger(value) && (value as number) >= 0)) return;
  if (typeof value === 'string')
    throw badFormat(`invalid type: string ${JSON.stringify(value)}, expected usize`);
  if (Number.isInteger(value)) throw badFormat(`invalid value: integer \`${String(value)}\`, expected usize`);
  throw badFormat(`invalid type: floating point \`${String(value)}\`, expected usize`);
}
