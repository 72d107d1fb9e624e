import { hostname } from 'node:os';
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { once } from 'node:events';
import type { StoredRecord } from '../types.ts';
import type { Deliver } from './forward.ts';

export interface SyslogOptions {
  /** `tls://host:6514`, or `tcp://host:601`. */
  readonly url: string;
  /** PEM of the authorities to trust in the place of the system's. */
  readonly ca?: string;
  readonly message: (record: StoredRecord) => string;
  readonly timeoutMs?: number;
}

/** "Log audit" of RFC 5424. */
const FACILITY = 13;
const TIMEOUT_MS = 15_000;
const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'tls:': 6_514, 'tcp:': 601 };

/**
 * RFC 5424 with the lengths of RFC 6587 in front. A connection for each batch: the other side has taken it when it has
 * answered our end with its own, which a single open connection would never tell.
 */
export function syslogTarget(options: SyslogOptions): Deliver {
  return async (records, signal) => {
    const socket = await open(options, signal);
    try {
      const frames = records.map((record) => frameOf(record, options.message(record)));
      const closed = once(socket, 'close', {
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      socket.end(Buffer.concat(frames));
      // Whatever it says is of no interest; it has to be read for its end to come.
      socket.resume();
      const [hadError] = (await closed) as [boolean];
      if (hadError) throw new Error('the connection broke off');
    } finally {
      socket.destroy();
    }
  };
}

async function open(
  { url, ca, timeoutMs = TIMEOUT_MS }: SyslogOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const { protocol, hostname: host, port } = new URL(url);
  const place = { host, port: Number(port) || (DEFAULT_PORTS[protocol] ?? 0) };
  const isSecure = protocol === 'tls:';
  const socket = isSecure
    ? connectSecure({ ...place, servername: host, minVersion: 'TLSv1.2', ...(ca !== undefined && { ca }) })
    : connectPlain(place);
  try {
    await once(socket, isSecure ? 'secureConnect' : 'connect', {
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

function frameOf(record: StoredRecord, message: string): Buffer {
  const severity = record.outcome === 'done' ? 6 : 4;
  const header = `<${FACILITY * 8 + severity}>1 ${record.at} ${printable(hostname())} fumikura - ${record.action}`;
  const text = Buffer.from(
    `${header} [meta sequenceId="${(record.seq % 2_147_483_647) + 1}"] \uFEFF${message}`,
  );
  return Buffer.concat([Buffer.from(`${text.length} `), text]);
}

function printable(name: string): string {
  return name.replace(/[^\x21-\x7e]/gu, '').slice(0, 255) || '-';
}
