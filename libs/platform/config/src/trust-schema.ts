import { z } from 'zod';

/** Where a secret lies; never the secret itself. */
export const secretReference = z.union(
  [
    z.strictObject({ env: z.string().min(1) }),
    z.strictObject({ file: z.string().min(1) }),
    z.strictObject({ command: z.array(z.string()).min(1) }),
  ],
  {
    error: 'say where the secret lies: { env: NAME }, { file: path } or { command: [program, argument, …] }',
  },
);

export const auditSchema = z.strictObject({
  /** Relative to the configuration file; default: `audit` in the data folder. */
  folder: z.string().min(1).optional(),
  /** What becomes of the words that somebody searched for. */
  queryText: z.enum(['keep', 'hash', 'drop']).default('keep'),
  /** Days; 0 keeps everything. */
  keepDays: z.int().min(0).max(36_500).default(0),
  /** Files that get every signed head too, relative to the configuration file. */
  anchors: z.array(z.string().min(1)).default([]),
  /** Ed25519 private key, PEM; default: one made in the folder. */
  key: secretReference.optional(),
});
