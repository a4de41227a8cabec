/**
 * The proto files, loaded: service definitions for the endpoints and clients, codecs for messages
 * that are hashed or stored. Types are generated from the same files (`npm run generate`).
 */
import { fileURLToPath } from 'node:url';
import type { MessageTypeDefinition, PackageDefinition } from '@grpc/proto-loader';
import { loadSync } from '@grpc/proto-loader';
import type { AdminDefinition } from './generated/deviceauth/v1/Admin.ts';
import type { DeviceAuthDefinition } from './generated/deviceauth/v1/DeviceAuth.ts';
import type { GrantSet, GrantSet__Output } from './generated/deviceauth/v1/GrantSet.ts';
import type { HookProviderDefinition as HookProviderV2Definition } from './generated/emqx/exhook/v2/HookProvider.ts';
import type { HookProviderDefinition as HookProviderV3Definition } from './generated/emqx/exhook/v3/HookProvider.ts';
import type { ErrorInfo, ErrorInfo__Output } from './generated/google/rpc/ErrorInfo.ts';
import type { RetryInfo, RetryInfo__Output } from './generated/google/rpc/RetryInfo.ts';
import type { Status, Status__Output } from './generated/google/rpc/Status.ts';

export const FILES = [
  'deviceauth/v1/device_auth.proto',
  'deviceauth/v1/admin.proto',
  'emqx/exhook/v2/exhook.proto',
  'emqx/exhook/v3/exhook.proto',
  'google/rpc/error_details.proto',
  'google/rpc/status.proto',
];

/** Must agree with the options in `scripts/generate`. */
const LOAD_OPTIONS = {
  longs: Number,
  enums: String,
  defaults: true,
  oneofs: true,
  arrays: true,
  objects: true,
} as const;

export interface Contract {
  readonly packageDefinition: PackageDefinition;
  readonly deviceAuth: DeviceAuthDefinition;
  readonly admin: AdminDefinition;
  /** What EMQX calls: of 5.0 to 5.8, and of 5.9 and later. */
  readonly exhook: { readonly v2: HookProviderV2Definition; readonly v3: HookProviderV3Definition };
  readonly grantSet: MessageTypeDefinition<GrantSet, GrantSet__Output>;
  readonly errorInfo: MessageTypeDefinition<ErrorInfo, ErrorInfo__Output>;
  readonly retryInfo: MessageTypeDefinition<RetryInfo, RetryInfo__Output>;
  readonly status: MessageTypeDefinition<Status, Status__Output>;
}

/** The directory `proto/` of the checkout or of the installed package. */
export function protoDirectory(): string {
  // src/contract/ in a checkout, dist/src/contract/ in a release.
  const up = import.meta.url.endsWith('.ts') ? '../../proto' : '../../../proto';
  return fileURLToPath(new URL(up, import.meta.url));
}

/** Reads and compiles the proto files: some tens of milliseconds, so once for each process. */
export function loadContract(): Contract {
  const packageDefinition = loadSync(FILES, { ...LOAD_OPTIONS, includeDirs: [protoDirectory()] });
  const find = (name: string): unknown => {
    const found = packageDefinition[name];
    if (found === undefined) throw new Error(`${name} is not in the proto files`);
    return found;
  };
  return {
    packageDefinition,
    deviceAuth: find('deviceauth.v1.DeviceAuth') as DeviceAuthDefinition,
    admin: find('deviceauth.v1.Admin') as AdminDefinition,
    exhook: {
      v2: find('emqx.exhook.v2.HookProvider') as HookProviderV2Definition,
      v3: find('emqx.exhook.v3.HookProvider') as HookProviderV3Definition,
    },
    grantSet: find('deviceauth.v1.GrantSet') as Contract['grantSet'],
    errorInfo: find('google.rpc.ErrorInfo') as Contract['errorInfo'],
    retryInfo: find('google.rpc.RetryInfo') as Contract['retryInfo'],
    status: find('google.rpc.Status') as Contract['status'],
  };
}
