/**
 * Every change of the schema there has been, oldest first; a database's version is the number of
 * those it has had. One that was released is never edited: a change is a new file.
 */
import { SQL as registry } from './0001-registry.ts';
import { SQL as trust } from './0002-trust.ts';
import { SQL as revocations } from './0003-revocations.ts';
import { SQL as hostAddresses } from './0004-host-addresses.ts';
import { SQL as refresh } from './0005-refresh.ts';
import { SQL as components } from './0006-components.ts';

export const MIGRATIONS: readonly string[] = [
  registry,
  trust,
  revocations,
  hostAddresses,
  refresh,
  components,
];
