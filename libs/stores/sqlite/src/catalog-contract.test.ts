import { catalogContract } from '@fumikura/testkit';
import { temporaryPlace } from './test-place.ts';

catalogContract({ name: 'inline', make: () => temporaryPlace({ inline: true }) });
catalogContract({ name: 'threads', make: () => temporaryPlace() });
