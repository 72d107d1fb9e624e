import type { BlocksBody } from './document.ts';

/** What parsers exist for, by extension; a file of any other type is found by its title alone. */
export const READ_TYPES: readonly string[] =
  'docx docm pptx pptm xlsx xlsm xlsb xls odt ods odp pdf eml msg md markdown html htm txt text log csv tsv json xml yaml yml rst adoc tex sql py ts js sh ps1'.split(
    ' ',
  );

export interface FileLimits {
  /** Extensions in lower case whose content is read. */
  readonly fileTypes: readonly string[];
  readonly maxFileBytes: number;
}

/** Why the content of a file is not asked for, in words for readers; undefined when it is. */
export function whyNotRead(
  { name, sizeBytes }: { readonly name: string; readonly sizeBytes: number | undefined },
  { fileTypes, maxFileBytes }: FileLimits,
): string | undefined {
  if (sizeBytes === 0) return 'The file is empty.';
  if ((sizeBytes ?? 0) > maxFileBytes)
    return `The file has ${sizeBytes} bytes; at most ${maxFileBytes} are read.`;
  const extension = /\.([^.]+)$/u.exec(name)?.[1]?.toLowerCase() ?? '';
  return fileTypes.includes(extension)
    ? undefined
    : `Content of this type (${extension || 'none'}) is not read.`;
}

/** Instead of a content that is not read: the reason, where readers see it. */
export function notReadBody(reason: string): BlocksBody {
  return { type: 'blocks', blocks: [{ type: 'note', label: 'Not read', text: reason }] };
}
