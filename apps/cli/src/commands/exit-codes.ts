import type { Context } from '../context.ts';
import { EXIT_CODE_MEANINGS, EXIT_CODES } from '../exit-codes.ts';

export function exitCodesCommand({ output }: Context): void {
  const names = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[];
  output.json({
    exitCodes: names.map((name) => ({ code: EXIT_CODES[name], name, meaning: EXIT_CODE_MEANINGS[name] })),
  });
  for (const name of names)
    output.line(`${String(EXIT_CODES[name]).padStart(4)}  ${name.padEnd(11)}  ${EXIT_CODE_MEANINGS[name]}`);
}
