import { isAbsolute } from 'node:path';
import { isPrincipal } from '@fumikura/model';
import type { Principal, SourceId } from '@fumikura/model';
import { z } from 'zod';

const principal = z.custom<Principal>(isPrincipal, 'is no principal');
const folderPath = z
  .string()
  .min(1)
  .refine(
    (path) => !isAbsolute(path) && !path.split('/').includes('..'),
    'is a folder below the root, without ".."',
  )
  .transform((path) => path.replace(/^\.?\/+|\/+$/gu, ''));

export const filesConfigSchema = z.strictObject({
  id: z.custom<SourceId>(
    (value) => typeof value === 'string' && /^files:[a-z0-9][a-z0-9._-]*$/u.test(value),
    'is written files:<name>',
  ),
  /** Absolute path of the folder. */
  root: z.string().refine(isAbsolute, 'is an absolute path'),
  /** Who may read what no folder rule narrows. Empty means nobody. */
  readers: z.array(principal),
  /**
   * Folders with readers of their own. A rule narrows: a reader must be in the source's list and in the list of every
   * rule above the file. With `replace` the rule's list alone holds from there down.
   */
  folders: z
    .array(
      z.strictObject({
        folder: folderPath,
        readers: z.array(principal),
        replace: z.boolean().default(false),
      }),
    )
    .default([]),
  include: z.array(z.string().min(1)).default([]),
  exclude: z.array(z.string().min(1)).default([]),
  /** Files and folders whose name begins with a dot. */
  hidden: z.boolean().default(false),
  /** Address before the path of a file; default file: URLs. */
  baseUrl: z.url().optional(),
  maxFileBytes: z
    .int()
    .min(1)
    .default(64 * 1_024 * 1_024),
});

export type FilesConfig = z.output<typeof filesConfigSchema>;
export type FilesConfigInput = z.input<typeof filesConfigSchema>;
