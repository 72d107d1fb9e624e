import { badFormat } from './refusal.ts';

/** Deeper than this the server reads no body. */
const DEEPEST = 128;
/** Longer bodies are read without a look for repeated fields. */
const LOOKED_THROUGH = 100_000;

/**
 * What a strict reader finds wrong with a text, in the server's words; undefined for one that is read.
 * Fields that stand twice are wrong at the top alone, where the server knows them.
 */
export function checkJson(text: string, isParsed: boolean): void {
  if (isParsed && text.length > LOOKED_THROUGH) return;
  new Reader(text).all();
}

class Reader {
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): void {
    this.#value();
    this.#space();
    if (this.#at < this.#text.length) throw this.#wrong('trailing characters');
  }

  #value(): void {
    this.#space();
    const first = this.#text[this.#at];
    if (first === undefined) throw this.#wrong('EOF while parsing a value');
    if (first === '{') this.#object();
    else if (first === '[') this.#list();
    else if (first === '"') this.#string();
    else this.#word();
  }

  #object(): void {
    this.#enter();
    const seen = new Set<string>();
    for (let isFirst = true; ; isFirst = false) {
      this.#space();
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#wrong('EOF while parsing an object');
      if (next === '}') break;
      if (!isFirst) this.#expect(',', 'an object');
      this.#space();
      if (this.#text[this.#at] !== '"') throw this.#wrong('key must be a string');
      const key = this.#string();
      if (this.#depth === 1 && seen.has(key)) throw this.#wrong(`duplicate field \`${key}\``);
      seen.add(key);
      this.#space();
      this.#expect(':', 'an object');
      this.#value();
    }
    this.#leave();
  }

  #list(): void {
    this.#enter();
    for (let isFirst = true; ; isFirst = false) {
      this.#space();
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#wrong('EOF while parsing a list');
      if (next === ']') break;
      if (!isFirst) this.#expect(',', 'a list');
      this.#value();
    }
    this.#leave();
  }

  #string(): string {
    const start = ++this.#at;
    for (; ; this.#at++) {
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#wrong('EOF while parsing a string');
      if (next === '"') break;
      if (next < ' ') throw this.#wrong('control character (\\u0000-\\u001F) found while parsing a string');
      if (next === '\\') this.#escape();
    }
    return this.#text.slice(start, this.#at++);
  }

  #escape(): void {
    const kind = this.#text[++this.#at] ?? '';
    if (kind !== 'u') {
      if (!'"\\/bfnrt'.includes(kind) || kind === '') throw this.#wrong('invalid escape');
      return;
    }
    const unit = this.#unit();
    const isLeading = unit >= 0xd800 && unit < 0xdc00;
    if (unit >= 0xdc00 && unit < 0xe000) throw this.#wrong('lone leading surrogate in hex escape');
    if (!isLeading) return;
    if (this.#text.slice(this.#at + 1, this.#at + 3) !== '\\u')
      throw this.#wrong('unexpected end of hex escape');
    this.#at += 2;
    const other = this.#unit();
    if (other < 0xdc00 || other >= 0xe000) throw this.#wrong('lone leading surrogate in hex escape');
  }

  #unit(): number {
    const digits = this.#text.slice(this.#at + 1, this.#at + 5);
    if (!/^[0-9a-f]{4}$/i.test(digits)) throw this.#wrong('invalid escape');
    this.#at += 4;
    return Number.parseInt(digits, 16);
  }

  #word(): void {
    const pattern = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) throw this.#wrong('expected value');
    this.#at = pattern.lastIndex;
  }

  #expect(sign: string, within: string): void {
    if (this.#text[this.#at++] === sign) return;
    throw this.#wrong(
      sign === ':' ? 'expected `:`' : `expected \`,\` or \`${within === 'a list' ? ']' : '}'}\``,
    );
  }

  #enter(): void {
    if (++this.#depth >= DEEPEST) throw this.#wrong('recursion limit exceeded');
    this.#at++;
  }

  #leave(): void {
    this.#depth--;
    this.#at++;
  }

  #space(): void {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? '-')) this.#at++;
  }

  #wrong(what: string) {
    return badFormat(what);
  }
}
