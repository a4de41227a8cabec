/**
 * Errors as the reference's model has them: each operation knows a few by name, and a client loses what another one says. The name
 * is in the payload too, since some clients tell their application nothing else. A caller never learns of a defect, nor why a
 * device is refused.
 */
import type { ComponentOperation } from '../../components/component.ts';
import { DaemonError, type ErrorReason } from '../../errors.ts';

export type ErrorName =
  | 'UnauthorizedError'
  | 'InvalidArgumentsError'
  | 'InvalidCredentialError'
  | 'InvalidClientDeviceAuthTokenError'
  | 'ServiceError';

/** Any other reason is a `ServiceError`: nothing is wrong with what was asked, or with the device. */
const NAMES: Partial<Readonly<Record<ErrorReason, ErrorName>>> = {
  UNAUTHORIZED: 'UnauthorizedError',
  INVALID_ARGUMENTS: 'InvalidArgumentsError',
  INVALID_CREDENTIAL: 'InvalidCredentialError',
  INVALID_CLIENT_DEVICE_AUTH_TOKEN: 'InvalidClientDeviceAuthTokenError',
};
const EVERYWHERE: readonly ErrorName[] = ['UnauthorizedError', 'InvalidArgumentsError', 'ServiceError'];
const BESIDES: Partial<Readonly<Record<ComponentOperation, ErrorName>>> = {
  GetClientDeviceAuthToken: 'InvalidCredentialError',
  AuthorizeClientDeviceAction: 'InvalidClientDeviceAuthTokenError',
};
const DEFECT_MESSAGE = 'internal error of deviceauthd; its log has the cause';
const LONGEST_MESSAGE = 1024;

export interface ErrorOnTheWire {
  readonly name: ErrorName;
  readonly json: string;
}

/** @param operation undefined: one that we do not have. @param as instead of what the reason stands for. */
export function errorOnTheWire(
  error: unknown,
  operation: ComponentOperation | undefined,
  as?: ErrorName,
): ErrorOnTheWire {
  const known = error instanceof DaemonError && error.reason !== 'SERVICE_ERROR' ? error : undefined;
  const wanted = as ?? (known === undefined ? undefined : NAMES[known.reason]) ?? 'ServiceError';
  const name =
    EVERYWHERE.includes(wanted) || (operation !== undefined && BESIDES[operation] === wanted)
      ? wanted
      : 'ServiceError';
  const context = name === 'ServiceError' && known !== undefined ? { context: contextOf(known) } : {};
  return { name, json: jsonOf(name, known?.message ?? DEFECT_MESSAGE, context) };
}

/** Why the door itself ends calls. */
export interface Dismissal {
  readonly name: 'UnauthorizedError' | 'ServiceError';
  readonly message: string;
}

export const STOPPING: Dismissal = { name: 'ServiceError', message: 'deviceauthd is stopping' };

export function dismissalOnTheWire({ name, message }: Dismissal): ErrorOnTheWire {
  return { name, json: jsonOf(name, message, {}) };
}

function jsonOf(name: ErrorName, text: string, more: object): string {
  const message = bounded(text);
  return JSON.stringify({ message, ...more, _errorCode: name, _message: message });
}

/** A member that the model of `ServiceError` has, for whatever a service likes to say. */
function contextOf({ reason, retryAfterMs }: DaemonError): object {
  return retryAfterMs === undefined ? { reason } : { reason, retryAfterMs: Math.ceil(retryAfterMs) };
}

function bounded(text: string): string {
  return (text.length > LONGEST_MESSAGE ? `${text.slice(0, LONGEST_MESSAGE - 1)}…` : text).toWellFormed();
}
