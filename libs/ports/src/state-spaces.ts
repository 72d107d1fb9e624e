/**
 * Everything that is kept in the shared state, and whether it speaks of persons. What does is given to them and taken away when they
 * ask (`fumi audit subject`, `fumi audit erase`), so a new space stands here first.
 */
export const STATE_SPACES = {
  people: 'persons',
  'people.past': 'persons',
  token: 'persons',
  /** Words of questions under keyed hashes of who may ask them, for two weeks, and counts. */
  search: 'nobody',
  /** Hashes, for two minutes. */
  proof: 'nobody',
  /** How large the chunks of all documents are. */
  chunking: 'nobody',
  feedback: 'persons',
  'slack.link': 'persons',
  'slack.code': 'persons',
  'slack.code.attempts': 'persons',
  'slack.open': 'persons',
  'slack.reply': 'persons',
  'slack.recent': 'persons',
  'slack.feedback': 'persons',
  'slack.budget': 'persons',
  /** Hosts and folders with records of their own. */
  'audit.place': 'nobody',
  /** Of whom somebody wants to know at another host, until it is answered, and ten minutes at most. */
  'audit.request': 'persons',
  /** Sealed for who asked, as long. */
  'audit.answer': 'nobody',
  /** Hashes of deliveries, for an hour. */
  'slack.seen': 'nobody',
  /** Places of messages and the documents in them, not who shared them. */
  'slack.shared': 'nobody',
  'slack.workspace': 'nobody',
  /** The key that cookies of a sign-in are sealed with, and hashes of sign-ins that were used, for ten minutes. */
  'slack.sign-in': 'nobody',
} as const satisfies Readonly<Record<string, 'persons' | 'nobody'>>;

export type StateSpace = keyof typeof STATE_SPACES;
export type SpaceOfPersons = {
  [S in StateSpace]: (typeof STATE_SPACES)[S] extends 'persons' ? S : never;
}[StateSpace];
