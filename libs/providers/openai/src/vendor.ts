import type { ClientOptions, OpenAI } from 'openai';

export type OpenClient = () => Promise<OpenAI>;

/** The vendor's client, made at the first call: loading its package takes longer than most commands that ask no model. */
export function openedOnce(options: ClientOptions): OpenClient {
  let opened: Promise<OpenAI> | undefined;
  return () => (opened ??= import('openai').then(({ OpenAI }) => new OpenAI(options)));
}

/** With what an endpoint refused; undefined where nothing was answered. */
export function refusalOf(error: unknown): { readonly status: number; readonly message: string } | undefined {
  if (!(error instanceof Error) || !('status' in error) || typeof error.status !== 'number') return undefined;
  return { status: error.status, message: error.message };
}
