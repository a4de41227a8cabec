/** Stands where the server CA's room will be. Says that it is not there. */
import { DaemonError } from '../errors.ts';
import type { ServerCaBackup, ServerCaControl, ServerCertificateControl } from '../pki/certificates-api.ts';

export function noServerCa(): ServerCaControl & ServerCaBackup & Pick<ServerCertificateControl, 'list'> {
  const missing = (): DaemonError => new DaemonError('UNIMPLEMENTED', 'this daemon has no server CA');
  return {
    state: () => ({
      current: undefined,
      next: undefined,
      switchAt: undefined,
      retired: [],
      problem: 'this daemon has no server CA',
      custom: false,
    }),
    rotate: () => Promise.reject(missing()),
    list: () => [],
    exportAuthorities: () => Promise.resolve([]),
    importAuthorities: () => Promise.reject(missing()),
  };
}
