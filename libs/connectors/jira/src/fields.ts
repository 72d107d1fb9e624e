import type { JiraField } from './jira-types.ts';

/** A field as a person reads it. */
export interface NamedValue {
  readonly name: string;
  /** Short ones stand in the table of facts, rich ones under a heading of their own. */
  readonly value: string | { readonly rich: unknown };
}

/** Order in the backlog, states of other programs, running clocks: nothing a person wrote. */
const NOT_WRITTEN =
  /gh-lexo-rank|devsummarycf|greenhopper\.jira:gh-epic-(?:color|status)|servicedesk:sd-|sla|vp-origin|customfieldtypes:importid|\bcom\.atlassian\.jpo:|projectauth|designfield/u;
const MAX_SHORT = 300;

/** Custom fields with a value, by name, in the order of their ids: these differ between sites. */
export function customFields(
  fields: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, JiraField>,
): readonly NamedValue[] {
  return Object.keys(fields)
    .filter((id) => id.startsWith('customfield_'))
    .sort()
    .flatMap((id): readonly NamedValue[] => {
      const field = known.get(id);
      if (NOT_WRITTEN.test(field?.schema?.custom ?? '')) return [];
      const name = field?.name || id;
      const value = fields[id];
      if (isRich(value) || (typeof value === 'string' && isLong(value)))
        return [{ name, value: { rich: value } }];
      const words = plainValue(value);
      // A field that nobody can name and whose value looks like a machine's says nothing.
      return words === '' || (!field && isMachine(words)) ? [] : [{ name, value: words }];
    });
}

function isRich(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { type?: unknown }).type === 'doc';
}

function isLong(value: string): boolean {
  return value.includes('\n') || value.length > MAX_SHORT;
}

function isMachine(words: string): boolean {
  return /^(?:\d+\|\w+:?|[{[].*[}\]]|-?\d+(?:\.\d+)?)/su.test(words);
}

/**
 * The name of whatever it is. An issue is told by its key alone: its summary is for those who may read it. Shapes that
 * are not known are left out rather than written down whole.
 */
export function plainValue(value: unknown): string {
  if (typeof value === 'string') return value.trim();
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.map(plainValue).filter(Boolean).join(', ');
  if (typeof value !== 'object' || value === null) return '';
  const { key, fields, value: chosen, child, displayName, name } = value as Record<string, unknown>;
  if (typeof fields === 'object' && fields !== null) return typeof key === 'string' ? key : '';
  if (typeof chosen === 'string') return [chosen, plainValue(child)].filter(Boolean).join(' / ');
  return [displayName, name].find((each): each is string => typeof each === 'string' && each !== '') ?? '';
}
