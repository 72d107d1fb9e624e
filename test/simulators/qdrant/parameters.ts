import { Refusal } from './refusal.ts';

export function checkName(name: string): void {
  const wrong = /[:*\\"<>|?]/.exec(name)?.[0];
  if (wrong !== undefined)
    throw new Refusal(
      422,
      `Validation error in path parameters: [collection_name: collection name cannot contain "${wrong}" char]`,
    );
  checkLength(name);
  checkFolder(name);
}

export function checkFolder(name: string): void {
  if (name === '..')
    throw new Refusal(500, 'Service internal error: Invalid path to delete: <storage>/collections/..');
}

export function checkLength(name: string): void {
  if (name.length > 255)
    throw new Refusal(
      422,
      `Validation error in path parameters: [collection_name: value ${JSON.stringify(name)} invalid, must be from 1 to 255 characters]`,
    );
}

export function checkWriteParameters(url: URL): void {
  const [wait, ordering] = [url.searchParams.get('wait'), url.searchParams.get('ordering')];
  if (wait !== null && wait !== 'true' && wait !== 'false')
    throw new Refusal(
      400,
      'Deserialize error in query parameters: provided string was not `true` or `false`',
    );
  if (ordering !== null && !['weak', 'medium', 'strong'].includes(ordering))
    throw new Refusal(
      400,
      `Deserialize error in query parameters: unknown variant \`${ordering}\`, expected one of \`weak\`, \`medium\`, \`strong\``,
    );
}

export function checkTimeoutParameter(url: URL): void {
  if (url.searchParams.get('timeout') !== '0') return;
  throw new Refusal(
    422,
    'Validation error in query parameters: [timeout: value 0 invalid, must be 1 or larger]',
  );
}
