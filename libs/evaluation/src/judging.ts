import { AppError } from '@fumikura/errors';

/** One document to be judged for one question; a person fills `relevance` in. */
export interface ToJudge {
  readonly query: string;
  readonly document: string;
  readonly question: string;
  readonly title: string;
  readonly passage: string;
}

export interface JudgedSheet {
  /** The lines of qrels.tsv, those with a relevance of 0 too. */
  readonly judgements: readonly {
    readonly query: string;
    readonly document: string;
    readonly relevance: number;
  }[];
  /** Rows that nobody judged yet. */
  readonly open: number;
  /** Queries of which nothing was judged relevant: they cannot be measured. */
  readonly without: readonly string[];
}

const HEADER = ['query', 'document', 'relevance', 'question', 'title', 'passage'];
const MOST_RELEVANT = 3;

/** A sheet for any spreadsheet, tabs between its cells; `relevance` is left empty. */
export function renderSheet(rows: readonly ToJudge[]): string {
  const lines = rows.map(({ query, document, question, title, passage }) =>
    [query, document, '', question, title, passage].map(cell).join('\t'),
  );
  return `${[HEADER.join('\t'), ...lines].join('\n')}\n`;
}

/** Text of others must not become a formula, nor a row of its own. */
function cell(text: string): string {
  const plain = text.replace(/\s+/gu, ' ').trim();
  return /^[=+\-@]/u.test(plain) ? `'${plain}` : plain;
}

/** @throws AppError INVALID_ARGUMENT (invalid-input) that names the line */
export function readSheet(text: string): JudgedSheet {
  const [header = '', ...lines] = text.replace(/^\uFEFF/u, '').split(/\r?\n/u);
  if (!header.startsWith(HEADER.slice(0, 3).join('\t')))
    throw bad('line 1: the columns are not those of the sheet');
  const judgements: { query: string; document: string; relevance: number }[] = [];
  const queries = new Set<string>();
  let open = 0;
  for (const [at, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const [query = '', document = '', written = ''] = line
      .split('\t')
      .map((each) => each.replace(/^"(.*)"$/u, '$1'));
    if (query === '' || document === '') throw bad(`judge.tsv, line ${at + 2}: query or document is missing`);
    queries.add(query);
    if (written.trim() === '') {
      open++;
      continue;
    }
    const relevance = Number(written);
    if (!Number.isInteger(relevance) || relevance < 0 || relevance > MOST_RELEVANT)
      throw bad(
        `judge.tsv, line ${at + 2}: "${written.slice(0, 20)}" is no relevance; write 0 to ${MOST_RELEVANT}`,
      );
    judgements.push({ query, document, relevance });
  }
  const answered = new Set(judgements.filter(({ relevance }) => relevance > 0).map(({ query }) => query));
  return { judgements, open, without: [...queries].filter((query) => !answered.has(query)) };
}

function bad(message: string): AppError {
  return new AppError('INVALID_ARGUMENT', 'invalid-input', message, { publicMessage: `${message}.` });
}
