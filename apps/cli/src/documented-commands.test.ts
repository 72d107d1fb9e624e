import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { CommanderError } from 'commander';
import type { Command } from 'commander';
import type { Environment } from './context.ts';
import { buildProgram } from './program.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PAGES = ['*.md', 'docs/**/*.md', 'examples/**/*.md', 'infra/**/*.md', 'libs/**/README.md'];

interface Written {
  readonly place: string;
  readonly words: readonly string[];
  /** In a line of text: arguments may be left out. */
  readonly isMention: boolean;
}

/** What somebody would copy: lines of blocks, and code within sentences. */
function writtenIn(page: string, text: string): Written[] {
  const found: Written[] = [];
  let block: string | undefined;
  for (const [index, line] of text
    .replaceAll(/\\\n\s*/gu, ' ')
    .split('\n')
    .entries()) {
    const [, fence] = /^\s*(?:```|~~~)(.*)$/u.exec(line) ?? [];
    if (fence !== undefined) block = block === undefined ? fence.trim() : undefined;
    const isBlock = block !== undefined;
    const codes = isBlock ? [line] : [...line.matchAll(/`([^`]+)`/gu)].map(([, code = '']) => code);
    for (const code of codes) {
      const [, prompt = '', command] = /^\s*((?:\$ |npx )*)fumi (?!:)(.+)$/u.exec(code) ?? [];
      // What a program prints may begin like what is typed.
      if (command === undefined || (isBlock && !TYPED.has(block ?? '') && prompt === '')) continue;
      const place = `${page}:${index + 1}`;
      for (const each of alternativesOf(command))
        found.push({ place, words: wordsOf(each), isMention: !isBlock || /…|\.\.\./u.test(each) });
    }
  }
  return found;
}

/** Languages of blocks that hold nothing but what is typed. */
const TYPED = new Set(['sh', 'bash', 'shell']);

/** `token create|list` is two commands. */
function alternativesOf(command: string): string[] {
  const [all, , words] = /(^| )(\w+(?:\\?\|\w+)+)/u.exec(command) ?? [];
  if (all === undefined || words === undefined) return [command];
  return words.split(/\\?\|/u).map((word) => command.replace(words, word));
}

/** As a shell takes them; what stands for something else is filled in, what may be left out is. */
function wordsOf(command: string): string[] {
  const plain = command
    .replace(/\s+(?:#|&&|\||>|<|2>)\s.*$/u, '')
    .replaceAll(/<([^>]+)>/gu, (_all, name: string) => `a-${name.replaceAll(/\W+/gu, '-')}`)
    .replaceAll(/\[[^\]]*\]/gu, ' ')
    .replaceAll(/…|\.\.\./gu, ' ');
  return [...plain.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/gu)].map(([, a, b, c]) => a ?? b ?? c ?? '');
}

/** The real parser, which runs nothing. */
function parser(): Command {
  const program = buildProgram({} as Environment, new AbortController().signal);
  const walk = (command: Command): void => {
    command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
    if (Reflect.get(command, '_actionHandler')) command.action(() => undefined);
    for (const each of command.commands) walk(each as Command);
  };
  walk(program);
  return program;
}

/** Of what is said in passing. */
const LEFT_OUT = new Set([
  'commander.missingArgument',
  'commander.optionMissingArgument',
  'commander.missingMandatoryOptionValue',
  'commander.help',
  'commander.invalidArgument',
]);

async function mistakeIn({ place, words, isMention }: Written): Promise<string | undefined> {
  try {
    await parser().parseAsync([...words], { from: 'user' });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const { code, message } = error;
    if (['commander.helpDisplayed', 'commander.version'].includes(code)) return undefined;
    if (isMention && LEFT_OUT.has(code)) return undefined;
    return `${place}: fumi ${words.join(' ')}: ${message}`;
  }
}

describe('what the pages tell people to type', () => {
  const pages = [...new Set(PAGES.flatMap((pattern) => globSync(join(ROOT, pattern))))].filter(
    (page) => !page.includes('node_modules'),
  );
  const written = pages.flatMap((page) => writtenIn(relative(ROOT, page), readFileSync(page, 'utf8')));

  it('is there, in blocks and in sentences', () => {
    assert.ok(written.filter(({ isMention }) => isMention).length > 50, String(written.length));
    assert.ok(written.filter(({ isMention }) => !isMention).length > 30);
  });

  it('[cli.documented] is taken by the commands that there are, with their flags', async () => {
    const mistakes = (await Promise.all(written.map(mistakeIn))).filter((each) => each !== undefined);
    assert.deepEqual(mistakes, []);
  });

  it('[cli.documented] is refused when it is wrong', async () => {
    const wrong = ['fumi serach otter', 'fumi search --limmit 3 otter', 'fumi audit tial', 'fumi get'];
    for (const line of wrong) {
      const [one] = writtenIn('page', `\`\`\`sh\n${line}\n\`\`\``);
      assert.ok(one && (await mistakeIn(one)), line);
    }
  });

  it('[cli.documented] is what the help of each command shows', async () => {
    const help = (command: Command): string =>
      [
        ...(() => {
          let text = '';
          command.configureOutput({ writeOut: (part) => (text += part) }).outputHelp();
          return [text];
        })(),
        ...command.commands.map((each) => help(each as Command)),
      ].join('\n');
    const lines = help(parser())
      .split('\n')
      .filter((line) => /^\s*(?:\$ )?fumi (?!\[)/u.test(line));
    assert.ok(lines.length > 100, String(lines.length));
    const examples = lines.flatMap((line) => writtenIn('help', `\`\`\`sh\n${line}\n\`\`\``));
    const mistakes = (await Promise.all(examples.map(mistakeIn))).filter((each) => each !== undefined);
    assert.deepEqual(mistakes, []);
  });
});
