import { InvalidArgumentError } from 'commander';

const FACTORS: Readonly<Record<string, number>> = { '': 1, k: 1e3, m: 1e6, g: 1e9 };
const MOST = 1e11;

/** `20k`, `1.5M` or a plain number. */
export function quantity(value: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?)([kmg]?)$/i.exec(value) ?? [];
  const number = Math.round(Number(digits) * (FACTORS[unit.toLowerCase()] ?? Number.NaN));
  if (digits !== '' && number >= 1 && number <= MOST) return number;
  throw new InvalidArgumentError('Give a number such as 800, 20k or 5M.');
}

export function bytes(value: number): string {
  if (value >= 1e12) return `${(value / 1e12).toFixed(1)} TB`;
  if (value >= 1e9) return `${(value / 1e9).toFixed(value < 1e10 ? 1 : 0)} GB`;
  return `${(value / 1e6).toFixed(0)} MB`;
}

export function amount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: value < 10 ? 1 : 0 });
}

export function duration(hours: number): string {
  return hours < 1 ? `${amount(hours * 60)} minutes` : `${amount(hours)} hours`;
}
