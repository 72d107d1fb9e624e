import { Kind, parse, valueFromASTUntyped } from 'graphql';
import type { FieldNode, FragmentDefinitionNode, SelectionSetNode } from 'graphql';

interface Run {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly errors: { readonly message: string }[];
}

/**
 * Answers a query where the vendor's schema is not at hand: what is selected is taken from the values as they are, and
 * nothing tells a field that does not exist from one that is null. Judging is for where the schema is.
 */
export function executeUnjudged(
  query: string,
  root: object,
  variables: Readonly<Record<string, unknown>> = {},
): { data: unknown; errors?: readonly { readonly message: string }[] } {
  const { definitions } = parse(query);
  const operation = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  const run: Run = {
    variables,
    fragments: new Map(fragments.map((each) => [each.name.value, each])),
    errors: [],
  };
  const data = operation ? select(run, operation.selectionSet, root) : null;
  return { data, ...(run.errors.length > 0 && { errors: run.errors }) };
}

function select(run: Run, set: SelectionSetNode, from: object): Record<string, unknown> {
  const selected: Record<string, unknown> = {};
  for (const each of set.selections) {
    if (each.kind === Kind.FIELD) {
      const name = each.alias?.value ?? each.name.value;
      selected[name] = merge(selected[name], field(run, each, from));
      continue;
    }
    const fragment = each.kind === Kind.FRAGMENT_SPREAD ? run.fragments.get(each.name.value) : each;
    if (!fragment) continue;
    const type = fragment.typeCondition?.name.value;
    if (fits(type, from)) Object.assign(selected, select(run, fragment.selectionSet, from));
  }
  return selected;
}

/** Without a schema nobody knows which types an interface has: a value without a type of its own fits any. */
function fits(type: string | undefined, value: object): boolean {
  const own = (value as { readonly __typename?: string }).__typename;
  return type === undefined || own === undefined || own === type;
}

function field(run: Run, node: FieldNode, from: object): unknown {
  const value = (from as Record<string, unknown>)[node.name.value];
  try {
    return complete(
      run,
      node,
      typeof value === 'function' ? value.call(from, argumentsOf(run, node)) : value,
    );
  } catch (error) {
    run.errors.push({ message: (error as Error).message });
    return null;
  }
}

function argumentsOf(run: Run, { arguments: given = [] }: FieldNode): Record<string, unknown> {
  return Object.fromEntries(
    given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, { ...run.variables })]),
  );
}

function complete(run: Run, node: FieldNode, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (Array.isArray(value)) return value.map((each) => complete(run, node, each));
  return node.selectionSet && typeof value === 'object' ? select(run, node.selectionSet, value) : value;
}

/** One field may be selected twice, in parts. */
function merge(before: unknown, now: unknown): unknown {
  const areObjects = [before, now].every(
    (each) => typeof each === 'object' && each !== null && !Array.isArray(each),
  );
  return areObjects ? { ...(before as object), ...(now as object) } : now;
}
