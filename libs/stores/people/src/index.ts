export { openPeopleStore } from './people-store.ts';
