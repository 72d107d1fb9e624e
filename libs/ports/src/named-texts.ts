/** Small texts by name. Durable when `put` resolves, and read as they are now: several processes share them. */
export interface NamedTexts {
  get(name: string): Promise<string | undefined>;
  put(name: string, text: string): Promise<void>;
  /** Of one that is not there, too. */
  remove(name: string): Promise<void>;
  names(): Promise<readonly string[]>;
}
