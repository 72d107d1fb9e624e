/** Where in the original a block stands, as far as its format knows. Counted from 1. */
export interface BlockPlace {
  readonly page?: number;
  readonly slide?: number;
  readonly sheet?: string;
}

export interface ListItem {
  readonly text: string;
  /** Nesting, 0 for the outermost. */
  readonly depth: number;
}

/** What a document is made of, in reading order, whatever its format was. Texts are plain, without markup. */
export type Block = { readonly place?: BlockPlace } & (
  | { readonly type: 'heading'; readonly level: 1 | 2 | 3 | 4 | 5 | 6; readonly text: string }
  | { readonly type: 'paragraph'; readonly text: string }
  | { readonly type: 'quote'; readonly text: string }
  /** Speaker notes, reviewer comments, footnotes: said beside the text. `label` names which ("Notes", "Comment"). */
  | { readonly type: 'note'; readonly label: string; readonly text: string }
  | { readonly type: 'list'; readonly ordered: boolean; readonly items: readonly ListItem[] }
  /** Rows of equal meaning; `headerRows` of them, from the top, are headers (0 when unknown). */
  | {
      readonly type: 'table';
      readonly caption?: string;
      readonly headerRows: number;
      readonly rows: readonly (readonly string[])[];
    }
  | { readonly type: 'code'; readonly text: string; readonly language?: string }
);
