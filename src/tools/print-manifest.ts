// Writes schema/persisted-documents.json (`--check`: compares it): the operations of schema/operations/, each by its hash.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { getOperationAST, parse, print } from 'graphql';
import { MANIFEST_FORMAT } from '../graphql/guards/persisted-documents';
import { SCHEMA_FOLDER, writeGenerated } from './write-generated';

function printManifest(): string {
  const folder = join(SCHEMA_FOLDER, 'operations');
  const operations = readdirSync(folder)
    .sort()
    .map((file) => {
      const document = parse(readFileSync(join(folder, file), 'utf8'), { noLocation: true });
      const operation = getOperationAST(document);
      if (!operation?.name) {
        throw new Error(`${file} does not hold one named operation.`);
      }
      const body = print(document);
      // As automatic persisted queries compute it.
      const id = createHash('sha256').update(body).digest('hex');
      return { id, name: operation.name.value, type: operation.operation, body };
    });
  return `${JSON.stringify({ format: MANIFEST_FORMAT, version: 1, operations }, null, 2)}\n`;
}

writeGenerated('persisted-documents.json', printManifest);
