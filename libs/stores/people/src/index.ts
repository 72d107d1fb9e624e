export { PEOPLE_SPACE } from './entries.ts';
export { importPeopleFile } from './older-file.ts';
export { createPeopleStore } from './people-store.ts';
