import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { message } from './protobuf.ts';
import type { Field } from './protobuf.ts';

/** Field numbers and types of onnx.proto. */
const INT64 = 7;
const FLOAT = 1;
const MARKS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]'] as const;
const LAST_MARK = MARKS.length - 1;

const node = (
  type: string,
  inputs: readonly string[],
  output: string,
  ...attributes: Uint8Array[]
): Field => [
  1,
  message(
    ...inputs.map((name): Field => [1, name]),
    [2, output],
    [4, type],
    ...attributes.map((each): Field => [5, each]),
  ),
];
const whole = (name: string, value: number) => message([1, name], [3, value], [20, 2]);
const wholes = (name: string, value: number) => message([1, name], [8, value], [20, 7]);
const constant = (name: string, value: number): Field => [
  5,
  message([1, 1], [2, INT64], [7, value], [8, name]),
];
const shaped = (field: number, name: string, type: number, dimensions: readonly string[]): Field => [
  field,
  message(
    [1, name],
    [
      2,
      message([
        1,
        message([1, type], [2, message(...dimensions.map((each): Field => [1, message([2, each])]))]),
      ]),
    ],
  ),
];

/** Of one score, of two that speak against and for it, and of more than a cross-encoder has. */
const OUTPUTS = { 1: ['count'], 2: ['against', 'count'], 3: ['against', 'count', 'count'] } as const;

/** A row's score is the number of words of its first text that the second has: something a person can count. */
function overlapGraph(scores: keyof typeof OUTPUTS): Uint8Array {
  const asFloat = whole('to', FLOAT);
  return message(
    node('Greater', ['input_ids', 'last_mark'], 'is_word'),
    node('Cast', ['is_word'], 'words', asFloat),
    node('Cast', ['token_type_ids'], 'in_second', asFloat),
    node('Mul', ['words', 'in_second'], 'second'),
    node('Sub', ['words', 'second'], 'first'),
    node('Unsqueeze', ['input_ids', 'two'], 'column'),
    node('Unsqueeze', ['input_ids', 'one'], 'row'),
    node('Equal', ['column', 'row'], 'is_same'),
    node('Cast', ['is_same'], 'same', asFloat),
    node('Unsqueeze', ['second', 'one'], 'second_row'),
    node('Mul', ['same', 'second_row'], 'same_in_second'),
    node('ReduceMax', ['same_in_second'], 'held', wholes('axes', 2), whole('keepdims', 0)),
    node('Mul', ['held', 'first'], 'found'),
    node('ReduceSum', ['found', 'one'], 'count', whole('keepdims', 1)),
    node('Neg', ['count'], 'against'),
    node('Concat', OUTPUTS[scores], 'logits', whole('axis', 1)),
    [2, 'overlap'],
    constant('last_mark', LAST_MARK),
    constant('one', 1),
    constant('two', 2),
    ...['input_ids', 'attention_mask', 'token_type_ids'].map((name) =>
      shaped(11, name, INT64, ['batch', 'tokens']),
    ),
    shaped(12, 'logits', FLOAT, ['batch', 'scores']),
  );
}

/** The whole model file. @param scores outputs of each row */
export function overlapModel(scores: keyof typeof OUTPUTS = 1): Uint8Array {
  return message([1, 8], [2, 'fumikura'], [7, overlapGraph(scores)], [8, message([1, ''], [2, 13])]);
}

const WORDS = 'a keys rotate signing quarter lunch noon call words same the';

/** A cross-encoder's folder in a temporary place, as exports write one. @returns the folder */
export async function overlapFolder(model = overlapModel()): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'fumi-pairs-'));
  const vocab = Object.fromEntries([...MARKS, ...WORDS.split(' ')].map((word, id) => [word, id]));
  const mark = (id: string, type: number) => ({ SpecialToken: { id, type_id: type } });
  const text = (id: string, type: number) => ({ Sequence: { id, type_id: type } });
  const [, , first, last] = MARKS;
  const tokenizer = {
    added_tokens: MARKS.map((content, id) => ({ id, content, special: true })),
    normalizer: { type: 'BertNormalizer', lowercase: true, clean_text: true, handle_chinese_chars: true },
    pre_tokenizer: { type: 'BertPreTokenizer' },
    decoder: { type: 'WordPiece', prefix: '##', cleanup: true },
    post_processor: {
      type: 'TemplateProcessing',
      single: [mark(first, 0), text('A', 0), mark(last, 0)],
      pair: [mark(first, 0), text('A', 0), mark(last, 0), text('B', 1), mark(last, 1)],
      special_tokens: Object.fromEntries(
        [first, last].map((id) => [id, { id, ids: [vocab[id]], tokens: [id] }]),
      ),
    },
    model: { type: 'WordPiece', unk_token: '[UNK]', continuing_subword_prefix: '##', vocab },
  };
  const config = { architectures: ['BertForSequenceClassification'], max_position_embeddings: 32 };
  await mkdir(join(folder, 'onnx'));
  await writeFile(join(folder, 'onnx', 'model.onnx'), model);
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(tokenizer));
  await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify({ unk_token: '[UNK]' }));
  await writeFile(join(folder, 'config.json'), JSON.stringify(config));
  return folder;
}
