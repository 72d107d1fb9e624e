import { ASKING } from './promises/asking.ts';
import { FAULTS } from './promises/faults.ts';
import { OPERATING } from './promises/operating.ts';
import { PEOPLE } from './promises/people.ts';
import { READING } from './promises/reading.ts';
import { SLACK } from './promises/slack.ts';
import { TERMINAL } from './promises/terminal.ts';
import { TRUST } from './promises/trust.ts';
import type { Promises, RequirementSource } from './sources.ts';

export interface Requirement {
  readonly id: string;
  readonly source: RequirementSource;
  readonly sentence: string;
}

/** What the product promises, one sentence each. Tests cite the ids in front of their names: `[cli.help] shows ...`. */
export const REQUIREMENTS: readonly Requirement[] = [
  ASKING,
  FAULTS,
  OPERATING,
  PEOPLE,
  READING,
  SLACK,
  TERMINAL,
  TRUST,
].flatMap(requirements);

function requirements(promises: Promises): Requirement[] {
  return Object.entries(promises).flatMap(([source, sentences]) =>
    Object.entries(sentences).map(([id, sentence]) => ({
      id,
      source: source as RequirementSource,
      sentence,
    })),
  );
}
