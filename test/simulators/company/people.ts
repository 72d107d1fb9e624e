/** Everybody of Shiomachi Works, an invented company that makes planning software for ferry operators. */
export interface Employee {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** Works for another company and was let in somewhere. */
  readonly isGuest?: boolean;
  /** Left the company: the accounts are still there, switched off where the system can. */
  readonly hasLeft?: boolean;
}

export const COMPANY = { name: 'Shiomachi Works', slug: 'shiomachi', domain: 'shiomachi.example' } as const;

export const PEOPLE: readonly Employee[] = [
  { id: 'chise', name: 'Chise Hoshino', role: 'Chief executive' },
  { id: 'daniel', name: 'Daniel Okoro', role: 'Chief financial officer' },
  { id: 'kenji', name: 'Kenji Aramaki', role: 'Chief technology officer' },
  { id: 'rika', name: 'Rika Mori', role: 'Head of people' },
  { id: 'yui', name: 'Yui Tanabe', role: 'People partner' },
  { id: 'emi', name: 'Emi Sakamoto', role: 'Platform engineer' },
  { id: 'lucas', name: 'Lucas Brandt', role: 'Platform engineer' },
  { id: 'anjali', name: 'Anjali Rao', role: 'Lead, planning engine' },
  { id: 'sota', name: 'Sota Inoue', role: 'Engineer, planning engine' },
  { id: 'mei', name: 'Mei Kuroda', role: 'Engineer, crew app' },
  { id: 'tom', name: 'Tom Abrams', role: 'Engineer, crew app' },
  { id: 'ingrid', name: 'Ingrid Solheim', role: 'Security lead' },
  { id: 'hana', name: 'Hana Fukuda', role: 'Support lead' },
  { id: 'carlos', name: 'Carlos Vega', role: 'Support engineer' },
  { id: 'miki', name: 'Miki Ono', role: 'Sales, Japan' },
  { id: 'peter', name: 'Peter Lund', role: 'Sales, Nordics' },
  { id: 'noriko', name: 'Noriko Ueda', role: 'Accounting and payroll' },
  { id: 'saki', name: 'Saki Arai', role: 'Product designer' },
  { id: 'olivia', name: 'Olivia Grant', role: 'Legal counsel' },
  { id: 'takumi', name: 'Takumi Endo', role: 'Office manager' },
  { id: 'henrik', name: 'Henrik Weidt', role: 'Illustrator at Studio Fjordlys, a supplier', isGuest: true },
  { id: 'bruno', name: 'Bruno Castell', role: 'Former engineer', hasLeft: true },
];

export type GroupName =
  | 'staff'
  | 'engineering'
  | 'platform'
  | 'planning'
  | 'crew-app'
  | 'security'
  | 'go-to-market'
  | 'people-team'
  | 'finance'
  | 'payroll'
  | 'leadership'
  | 'design-partners';

/** Members are people and other groups. */
export const GROUPS: Readonly<Record<GroupName, readonly string[]>> = {
  staff: ['engineering', 'go-to-market', 'people-team', 'finance', 'leadership', 'saki', 'olivia', 'takumi'],
  engineering: ['platform', 'planning', 'crew-app', 'security', 'kenji', 'bruno'],
  platform: ['emi', 'lucas'],
  planning: ['anjali', 'sota'],
  'crew-app': ['mei', 'tom'],
  security: ['ingrid'],
  'go-to-market': ['hana', 'carlos', 'miki', 'peter'],
  'people-team': ['rika', 'yui'],
  finance: ['daniel', 'payroll'],
  payroll: ['noriko'],
  leadership: ['chise', 'daniel', 'kenji', 'rika'],
  'design-partners': ['henrik', 'saki'],
};

export const GROUP_NAMES = Object.keys(GROUPS) as readonly GroupName[];

/** Everybody in a group, through groups in it. */
export function membersOf(name: string): readonly string[] {
  const members = GROUPS[name as GroupName];
  return members ? [...new Set(members.flatMap(membersOf))] : [name];
}

export const mailOf = ({ id, isGuest }: Pick<Employee, 'id' | 'isGuest'>): string =>
  `${id}@${isGuest ? 'fjordlys.example' : COMPANY.domain}`;
