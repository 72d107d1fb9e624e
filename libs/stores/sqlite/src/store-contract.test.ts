import { storeContract } from '@fumikura/testkit';
import { temporaryPlace } from './testing/place.ts';

storeContract({ name: 'inline', make: () => temporaryPlace({ inline: true }) });
storeContract({ name: 'threads', make: () => temporaryPlace() });
