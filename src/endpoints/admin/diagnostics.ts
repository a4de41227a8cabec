/**
 * gRPC health checking and reflection for the admin socket. Health tells of both services and of the whole (the empty
 * name): serving from start to stop, not serving while the daemon stops.
 */
import type { Server } from '@grpc/grpc-js';
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
    this.#reflection = new ReflectionService(contract.packageDefinition);
  }

  addTo(server: Server): void {
    this.#health.addToServer(server);
    this.#reflection.addToServer(server);
  }

  serving(serving: boolean): void {
    for (const name of SERVICES) this.#health.setStatus(name, serving ? 'SERVING' : 'NOT_SERVING');
  }
}
