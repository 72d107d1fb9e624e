import { auditPlaces, forgetPlace, keepPlace, withState } from '@fumikura/composition';
import { invalidInput } from '@fumikura/errors';
import { recordChange, recordDeed } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { safe } from '../output.ts';

/** Where records of this installation are written: what asks for those of a person asks all of them. */
export async function auditPlacesCommand(context: Context, { forget }: { forget?: string }): Promise<void> {
  const { output, variables } = context;
  const config = await context.config();
  await requireLocalDuty(context, config, 'audit', 'cli audit places');
  if (forget === undefined)
    await recordDeed(context, config, { action: 'access', via: 'cli audit places', outcome: 'done' });
  else await recordChange(context, config, { via: 'cli audit places', object: `audit place ${forget}` });
  await withState(config, variables, async (state) => {
    const own = await keepPlace(config, state);
    if (forget === own) throw invalidInput('INVALID_ARGUMENT', 'This is the place of this host.');
    if (forget !== undefined && !(await forgetPlace(state, forget)))
      throw invalidInput(
        'INVALID_ARGUMENT',
        `There is no place ${safe(forget)}: fumi audit places lists them.`,
      );
    const places = await auditPlaces(state);
    output.json({ places: places.map((place) => ({ ...place, isThisHost: place.id === own })) });
    output.table(
      ['id', 'host', 'folder', 'seen'],
      places.map(({ id, host, folder, seenAt }) => [
        id,
        `${safe(host)}${id === own ? ' (here)' : ''}`,
        safe(folder),
        `${seenAt.slice(0, 16).replace('T', ' ')} UTC`,
      ]),
    );
  });
}
