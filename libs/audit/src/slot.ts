import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { auditUnavailable } from './errors.ts';

const WRITERS_FOLDER = 'writers';
/** Processes of one installation on one machine that write at the same time. */
const MAX_SLOTS = 256;

/** A chain's folder, held by one process at a time; released by the operating system however the process ends. */
export interface Slot {
  readonly folder: string;
  release(): void;
}

/** @throws AppError AUDIT_UNAVAILABLE when every slot is taken or the folder cannot be written */
export async function takeSlot(folder: string): Promise<Slot> {
  for (let number = 1; number <= MAX_SLOTS; number++) {
    const slot = await trySlot(folder, String(number).padStart(3, '0'));
    if (slot) return slot;
  }
  throw auditUnavailable(`${MAX_SLOTS} processes write already`);
}

/** Undefined when another process holds it. */
export async function trySlot(folder: string, name: string): Promise<Slot | undefined> {
  const own = join(folder, WRITERS_FOLDER, name);
  const release = await tryLock(own);
  return release && { folder: own, release };
}

/** Held until it is released or the process ends; undefined when another process holds it. */
export async function tryLock(own: string): Promise<(() => void) | undefined> {
  await mkdir(own, { recursive: true, mode: 0o700 });
  // Node has no file locks of its own; SQLite's are the system's, and go with the process even when it is killed.
  const lock = new DatabaseSync(join(own, 'lock.db'), { timeout: 0 });
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return () => lock.close();
  } catch (error) {
    lock.close();
    // 5: somebody else has it.
    if ((error as { errcode?: number }).errcode === 5) return undefined;
    throw error;
  }
}

/** Folders of all chains, whoever holds them. */
export async function slotNames(folder: string): Promise<readonly string[]> {
  const names = await readdir(join(folder, WRITERS_FOLDER)).catch(() => []);
  return names.filter((name) => /^\d{3}$/u.test(name)).sort();
}

export function slotFolder(folder: string, name: string): string {
  return join(folder, WRITERS_FOLDER, name);
}
