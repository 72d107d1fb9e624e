import { CHUNK_UNITS } from '@fumikura/config';
import type { ChunkerOptions } from '@fumikura/composition';
import { InvalidArgumentError } from 'commander';

/** "700", or with what no chunk exceeds: "700/1400". */
export function chunkSize(value: string): ChunkerOptions {
  const [, target, most] = /^(\d{1,6})(?:\/(\d{1,6}))?$/u.exec(value) ?? [];
  const targetUnits = Number(target);
  const maxUnits = most === undefined ? CHUNK_UNITS.mostFor(targetUnits) : Number(most);
  const isInside = targetUnits >= CHUNK_UNITS.least && targetUnits <= CHUNK_UNITS.most;
  if (isInside && maxUnits >= targetUnits && maxUnits <= CHUNK_UNITS.mostFor(CHUNK_UNITS.most))
    return { targetUnits, maxUnits };
  throw new InvalidArgumentError(
    `Give a whole number from ${CHUNK_UNITS.least} to ${CHUNK_UNITS.most}, or with what no chunk exceeds: 700/1400.`,
  );
}
