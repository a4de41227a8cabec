/**
 * gRPC health checking and reflection for the admin socket. Health tells of both services and of the whole (the empty
 * name): serving from start to stop, not serving while the daemon stops.
 */
import type { Server } from '@grpc/grpc-js';
import type { PackageDefinition } from '@grpc/proto-loader';
import { ReflectionService } from '@grpc/reflection';
import { HealthImplementation } from 'grpc-health-check';
import type { Contract } from '../../contract/index.ts';

const SERVICES = ['', 'deviceauth.v1.DeviceAuth', 'deviceauth.v1.Admin'];

export class Diagnostics {
  readonly #health = new HealthImplementation(
    Object.fromEntries(SERVICES.map((name) => [name, 'NOT_SERVING'])),
  );
  readonly #reflection: ReflectionService;

  constructor(contract: Contract) {
    this.#reflection = new ReflectionService(described(contract.packageDefinition));
  }

  addTo(server: Server): void {
    this.#health.addToServer(server);
    this.#reflection.addToServer(server);
  }

  serving(serving: boolean): void {
    for (const name of SERVICES) this.#health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  }
}

/**
 * So much of it that every proto file is described. Each definition holds the descriptors of all files, and reflection decodes
 * them with each: a third of the time that the daemon takes to start.
 */
function described(whole: PackageDefinition): PackageDefinition {
  const known = new Set<Buffer>();
  return Object.fromEntries(
    Object.entries(whole).filter(([, definition]) => {
      // A service has none of its own.
      const files = Array.isArray(definition.fileDescriptorProtos) ? definition.fileDescriptorProtos : [];
      const before = known.size;
      for (const file of files as Buffer[]) known.add(file);
      return known.size > before;
    }),
  );
}
