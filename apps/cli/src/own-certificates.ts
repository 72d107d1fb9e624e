import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { invalid } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/gu;

/**
 * Adds an organisation's own authorities to those that every connection of this process trusts. Names and dates are checked as
 * ever; nothing switches that off.
 * @throws AppError CONFIG_INVALID (config) for a file that cannot be read or holds no certificate
 */
export function trustOwnCertificates({
  network,
  folder,
  file,
}: Pick<Config, 'network' | 'folder' | 'file'>): void {
  if (network.certificateAuthorities.length === 0) return;
  const problems: ConfigProblem[] = [];
  const own = network.certificateAuthorities.flatMap((name, at) => {
    try {
      const found = readFileSync(resolve(folder, name), 'utf8').match(CERTIFICATE) ?? [];
      if (found.length === 0) throw new Error('it holds no certificate (PEM)');
      return found.map((pem) => new X509Certificate(pem).toString());
    } catch (error) {
      const message = `${name}: ${error instanceof Error ? error.message : String(error)}`;
      problems.push({ path: `network.certificateAuthorities[${at}]`, message });
      return [];
    }
  });
  if (problems.length > 0) throw invalid(file, problems);
  setDefaultCACertificates([...new Set([...getCACertificates('default'), ...own])]);
}
