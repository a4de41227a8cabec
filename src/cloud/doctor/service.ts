/**
 * Checks of what the services of AWS let this host do, by calls that change nothing; and of what the daemon does there by itself.
 * What a call is refused for that it asked about, such as a certificate that nobody has, shows that it is permitted.
 */
import type { Clock } from '../../clock.ts';
import { isServiceRoleMissing, SERVICE_ROLE_REMEDY } from '../jobs/address-publication.ts';
import type { Outcome, Trouble } from '../outcome.ts';
import type { JobStatus } from '../status.ts';
import { type Check, type Found, failed, ok, skipped, warning } from './check.ts';

export interface CannotAsk {
  readonly kind: 'cannot-ask';
  readonly why: string;
}

export interface Probe {
  /** Such as `iot:DescribeCertificate`. */
  readonly permission: string;
  /** `iam`: the credentials' policy. `core`: the AWS IoT policy of the core's certificate. */
  readonly grantedBy: 'iam' | 'core';
  readonly needs: readonly string[];
  /** Why it cannot be asked, such as a path that is not configured; undefined: it can. */
  readonly problem?: () => string | undefined;
  /** What is lost without it, where the rest works all the same. */
  readonly optional?: string | undefined;
  /** Answered, with what was seen: it is permitted. A `CannotAsk`: it was not asked. */
  ask(signal: AbortSignal): Promise<Outcome<string> | CannotAsk>;
}

export interface CredentialsProbe {
  readonly needs: readonly string[];
  /** Where they come from and until when they count, such as "role alias gateways, until 12:00"; never themselves. */
  find(signal: AbortSignal): Promise<Outcome<string>>;
}

export const CREDENTIALS = 'credentials';

export function credentialsCheck({ needs, find }: CredentialsProbe): Check {
  return {
    name: CREDENTIALS,
    needs,
    look: async (signal) => {
      const outcome = await find(signal);
      return outcome.kind === 'answered'
        ? ok(outcome.value)
        : troubled(outcome, 'see docs/aws.md, Credentials');
    },
  };
}

/** One check for each permission, then the service role, with which Greengrass looks certificates up. */
export function permissionChecks(probes: readonly Probe[]): Check[] {
  const seen: { readonly probe: Probe; readonly outcome: Outcome<string> }[] = [];
  const checks = probes.map((probe): Check => {
    const { ask, grantedBy, needs, optional, permission, problem } = probe;
    return {
      name: `permission.${permission}`,
      needs,
      look: async (signal) => {
        const why = problem?.();
        if (why !== undefined) return skipped(why);
        const outcome = await ask(signal);
        if (outcome.kind === 'cannot-ask') return skipped(outcome.why);
        seen.push({ probe, outcome });
        if (outcome.kind === 'answered') return ok(outcome.value);
        if (isServiceRoleMissing(outcome)) return ok('permitted; the service role is missing, see below');
        const policy =
          grantedBy === 'iam'
            ? 'the IAM policy of these credentials'
            : "the AWS IoT policy of the core's certificate";
        const found = troubled(outcome, `allow ${permission} in ${policy}: docs/aws.md has a policy`);
        const isDenied = outcome.trouble === 'misconfigured' && found.outcome === 'failed';
        if (optional === undefined || !isDenied) return found;
        return warning(`${found.detail}; ${optional}`, found.remedy);
      },
    };
  });
  if (!probes.some(({ grantedBy }) => grantedBy === 'core')) return checks;
  return [
    ...checks,
    {
      name: 'service-role',
      look: async () => {
        const refused = seen.find(
          ({ outcome }) => outcome.kind === 'trouble' && isServiceRoleMissing(outcome),
        );
        if (refused !== undefined)
          return failed(`${refused.probe.permission} was refused for the lack of it`, SERVICE_ROLE_REMEDY);
        const verified = seen.some(
          ({ outcome, probe }) => outcome.kind === 'answered' && probe.permission === VERIFY_ASSOCIATION,
        );
        if (verified) return ok('Greengrass answers what it needs it for');
        return skipped(
          'no call told: `aws greengrassv2 get-service-role-for-account` does, and `deviceauthctl cloud publish-addresses`',
        );
      },
    },
  ];
}

/** The one operation of which AWS says that it needs the service role. */
export const VERIFY_ASSOCIATION = 'greengrass:VerifyClientDeviceIoTCertificateAssociation';

/** What the daemon does by itself and nobody should do for a check. `undefined`: no daemon runs that would tell. */
export function jobCheck(
  name: JobStatus['name'],
  permission: string,
  status: () => JobStatus | undefined,
  clock: Pick<Clock, 'now'>,
): Check {
  return {
    name: `permission.${permission}`,
    look: async () => {
      const job = status();
      if (job === undefined) return skipped('not called here: the running daemon tells of it');
      const { detail, failures, lastError, state, succeededAt } = job;
      if (state === 'off') return skipped(`${name} is off: ${detail}`);
      if (failures > 0)
        return failed(
          `${name} failed ${failures} time${failures === 1 ? '' : 's'} in a row: ${lastError}`,
          `allow ${permission} in the AWS IoT policy of the core's certificate, or see docs/aws.md`,
        );
      if (succeededAt === undefined) return skipped(`${name}: ${detail}`);
      const hours = Math.max(0, Math.round((clock.now() - succeededAt) / 3_600_000));
      return ok(`${detail}, ${hours === 0 ? 'within the last hour' : `${hours} h ago`}`);
    },
  };
}

function troubled({ message, trouble }: Trouble, remedy: string): Found {
  switch (trouble) {
    case 'misconfigured':
      return failed(message, remedy);
    case 'throttled':
      return warning(message, 'the account asks for too much: see cloud.requestsPerSecond, or try later');
    case 'unreachable':
      return failed(message, 'see the checks of the connection');
    case 'server-error':
      return warning(message, 'the service has a fault of its own: try later');
    case 'unexpected':
      return failed(
        message,
        'something else answers than what the configuration means: see endpoint, port and paths',
      );
  }
}
