import { Command, InvalidArgumentError } from 'commander';
import type { Argument } from 'commander';
import type { Context } from './context.ts';

export type MakeContext = (command: Command) => Context;

/** The examples below a command's help. */
export function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ ${line}`).join('\n')}\n`;
}

export function numberFrom(least: number, most: number): (value: string) => number {
  return (value) => {
    const number = /^\d{1,9}$/.test(value) ? Number(value) : -1;
    if (number >= least && number <= most) return number;
    throw new InvalidArgumentError(`Give a whole number from ${least} to ${most}.`);
  };
}

export function wholeNumber(value: string): number {
  if (/^-?\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('Give a whole number.');
}

/** An argument that takes one of `choices`. */
export function argumentOf(name: string, description: string, choices: readonly string[]): Argument {
  return new Command().createArgument(name, description).choices(choices);
}
