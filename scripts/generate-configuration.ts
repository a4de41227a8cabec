/** Writes docs/configuration.md and docs/configuration.schema.json from src/config/schema.ts. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { jsonSchema, markdown } from '../src/config/documentation.ts';

const docs = new URL('../docs/', import.meta.url);
mkdirSync(docs, { recursive: true });
writeFileSync(new URL('configuration.schema.json', docs), jsonSchema());
writeFileSync(new URL('configuration.md', docs), markdown());
