import { z } from 'zod';
import type { KubernetesObject } from './kubernetes.ts';

const container = z.looseObject({
  name: z.string(),
  args: z.array(z.string()).optional(),
  command: z.array(z.string()).optional(),
  securityContext: z.looseObject({
    readOnlyRootFilesystem: z.boolean().optional(),
    allowPrivilegeEscalation: z.literal(false),
  }),
  resources: z.looseObject({ requests: z.looseObject({}), limits: z.looseObject({ memory: z.string() }) }),
});
const workload = z.object({
  spec: z.object({
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.looseObject({
        automountServiceAccountToken: z.literal(false),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true) }),
        containers: z.array(container),
      }),
    }),
  }),
});

export type Workload = z.infer<typeof workload>['spec']['template'];

/** The pods of a rendering, by the name of what makes them; each is checked for rights, limits and an account without a token. */
export function workloads(objects: readonly KubernetesObject[]): ReadonlyMap<string, Workload> {
  return new Map(
    objects.flatMap((object) => {
      if (object.kind === 'CronJob') {
        const { spec } = z.object({ spec: z.object({ jobTemplate: workload }) }).parse(object);
        return [[object.metadata.name, spec.jobTemplate.spec.template] as const];
      }
      if (object.kind !== 'StatefulSet' && object.kind !== 'Deployment') return [];
      return [[object.metadata.name, workload.parse(object).spec.template] as const];
    }),
  );
}

/** Selectors that select no pod of the rendering: a service without ends, a rule that protects nothing. */
export function idleSelectors(objects: readonly KubernetesObject[]): string[] {
  const pods = [...workloads(objects).values()].map(({ metadata }) => metadata.labels);
  return objects.flatMap((object) =>
    selectorsOf(object)
      .filter(
        (selector) => !pods.some((labels) => Object.entries(selector).every(([k, v]) => labels[k] === v)),
      )
      .map((selector) => `${object.kind} ${object.metadata.name}: ${JSON.stringify(selector)}`),
  );
}

function selectorsOf(object: KubernetesObject): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  const walk = (value: unknown, key: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (key === 'matchLabels' || (key === 'selector' && object.kind === 'Service'))
      found.push(value as Record<string, string>);
    else for (const [name, each] of Object.entries(value)) if (key !== 'namespaceSelector') walk(each, name);
  };
  walk(object['spec'], 'spec');
  return found;
}
