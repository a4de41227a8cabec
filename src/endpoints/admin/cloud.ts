/** The operator's calls about the cloud, and the diagnosis of what it needs. Names of enums aside, messages are as cloud/status.ts has them. */
import type { ServerWritableStream } from '@grpc/grpc-js';
import type { Clock } from '../../clock.ts';
import type { CheckOutcome, CheckResult } from '../../cloud/doctor/check.ts';
import type { TroubleKind } from '../../cloud/outcome.ts';
import type {
  BreakerStatus,
  CloudStatus,
  JobStatus,
  NetworkStatus,
  OperationStatus,
} from '../../cloud/status.ts';
import type { BreakerState } from '../../contract/generated/deviceauth/v1/BreakerState.ts';
import type { CheckOutcome as CheckOutcomeName } from '../../contract/generated/deviceauth/v1/CheckOutcome.ts';
import type { CloudJob } from '../../contract/generated/deviceauth/v1/CloudJob.ts';
import type { CloudOperation } from '../../contract/generated/deviceauth/v1/CloudOperation.ts';
import type { CloudStatus as CloudStatusMessage } from '../../contract/generated/deviceauth/v1/CloudStatus.ts';
import type { DiagnoseRequest__Output } from '../../contract/generated/deviceauth/v1/DiagnoseRequest.ts';
import type { DiagnosticCheck } from '../../contract/generated/deviceauth/v1/DiagnosticCheck.ts';
import type { JobState } from '../../contract/generated/deviceauth/v1/JobState.ts';
import type { NetworkReach } from '../../contract/generated/deviceauth/v1/NetworkReach.ts';
import type { TroubleKind as TroubleKindName } from '../../contract/generated/deviceauth/v1/TroubleKind.ts';
import type { UpdateConnectivityInfoResponse } from '../../contract/generated/deviceauth/v1/UpdateConnectivityInfoResponse.ts';
import { DaemonError } from '../../errors.ts';
import { type CallContext, type CallRunner, isMalformed, malformed } from '../grpc/calls.ts';
import type { AdminContext } from './admin-context.ts';
import type { AdminCloud } from './admin-ports.ts';

export type DiagnoseCall = ServerWritableStream<DiagnoseRequest__Output, DiagnosticCheck>;

export class CloudCalls {
  readonly #context: AdminContext;
  readonly #clock: Pick<Clock, 'now'>;
  #diagnosing = false;

  constructor(context: AdminContext, clock: Pick<Clock, 'now'>) {
    this.#context = context;
    this.#clock = clock;
  }

  status(): CloudStatusMessage {
    return this.#message(this.#cloud());
  }

  refresh(): CloudStatusMessage {
    const cloud = this.#cloud();
    cloud.refresh();
    this.#context.audit('cloud.refresh', {});
    return this.#message(cloud);
  }

  async updateConnectivityInfo(_request: object, call: CallContext): Promise<UpdateConnectivityInfoResponse> {
    const { publishAddresses } = this.#cloud();
    if (publishAddresses === undefined) {
      throw new DaemonError(
        'NOT_FOUND',
        'this daemon is no Greengrass core: cloud.dataPlane.enabled makes it one',
      );
    }
    const outcome = await publishAddresses(call.signal);
    const sent = outcome.kind === 'answered' ? outcome.value : [];
    this.#context.audit('connectivity.publish', {
      addresses: sent.map(({ host, port }) => `${host}:${port}`).join(' '),
      outcome: outcome.kind === 'answered' ? 'taken' : outcome.trouble,
    });
    if (outcome.kind === 'answered')
      return { sent: sent.map(({ host, ...rest }) => ({ address: host, ...rest })) };
    return {
      trouble: {
        operation: 'UpdateConnectivityInfo',
        kind: TROUBLES[outcome.trouble],
        message: outcome.message,
        at: whole(this.#clock.now()),
      },
    };
  }

  diagnose(call: DiagnoseCall, runner: CallRunner): void {
    const started = runner.clock.monotonic();
    this.#sendChecks(call).then(
      () => {
        runner.observe('Diagnose', 'success', undefined, started);
        call.end();
      },
      (error: unknown) => runner.failStream(call, 'Diagnose', error, started),
    );
  }

  /** It opens connections to others: one at a time, and none for a caller that has gone. */
  async #sendChecks(call: DiagnoseCall): Promise<void> {
    if (isMalformed(call.request)) throw malformed('Diagnose');
    if (this.#diagnosing) throw new DaemonError('LIMIT_EXCEEDED', 'another diagnosis is under way');
    this.#diagnosing = true;
    const gone = new AbortController();
    call.once('cancelled', () => gone.abort());
    try {
      for await (const check of this.#context.rooms.doctor.examine(gone.signal))
        call.write(checkMessage(check));
    } finally {
      this.#diagnosing = false;
    }
  }

  #message(cloud: AdminCloud): CloudStatusMessage {
    return statusMessage(cloud.status(), this.#context.rooms.daemon.facts().verifier);
  }

  #cloud(): AdminCloud {
    const { cloud, daemon } = this.#context.rooms;
    if (cloud !== undefined) return cloud;
    throw new DaemonError('NOT_FOUND', `the verifier is ${daemon.facts().verifier}, which asks no cloud`);
  }
}

const BREAKER: Readonly<Record<BreakerStatus['state'], BreakerState>> = {
  closed: 'BREAKER_CLOSED',
  open: 'BREAKER_OPEN',
  'half-open': 'BREAKER_HALF_OPEN',
};
const NETWORK: Readonly<Record<NetworkStatus['state'], NetworkReach>> = {
  unknown: 'NETWORK_UNKNOWN',
  up: 'NETWORK_UP',
  down: 'NETWORK_DOWN',
};
const JOBS: Readonly<Record<JobStatus['state'], JobState>> = {
  off: 'JOB_OFF',
  waiting: 'JOB_WAITING',
  running: 'JOB_RUNNING',
  done: 'JOB_DONE',
};
const TROUBLES: Readonly<Record<TroubleKind, TroubleKindName>> = {
  throttled: 'THROTTLED',
  misconfigured: 'MISCONFIGURED',
  unreachable: 'UNREACHABLE',
  'server-error': 'SERVER_ERROR',
  unexpected: 'UNEXPECTED',
};
const CHECKS: Readonly<Record<CheckOutcome, CheckOutcomeName>> = {
  ok: 'CHECK_OK',
  warning: 'CHECK_WARNING',
  failed: 'CHECK_FAILED',
  skipped: 'CHECK_SKIPPED',
};

function statusMessage(status: CloudStatus, verifier: string): CloudStatusMessage {
  const { breaker, jobs, network, operations, pausedUntil, queue, requestsPerSecond, troubles } = status;
  return {
    verifier,
    queue: { ...queue },
    breaker: { ...breaker, state: BREAKER[breaker.state], probeAt: whole(breaker.probeAt) },
    network: { since: whole(network.since), state: NETWORK[network.state] },
    requestsPerSecond,
    pausedUntil: whole(pausedUntil),
    operations: operations.map(operationMessage),
    troubles: troubles.map(({ trouble, at, ...rest }) => ({
      ...rest,
      kind: TROUBLES[trouble],
      at: whole(at),
    })),
    jobs: jobs.map(jobMessage),
  };
}

function operationMessage(status: OperationStatus): CloudOperation {
  const { answered, latency, operation, retries, troubles } = status;
  return {
    operation,
    answered,
    retries,
    troubles: (Object.entries(troubles) as [TroubleKind, number][])
      .filter(([, count]) => count > 0)
      .map(([kind, count]) => ({ kind: TROUBLES[kind], count })),
    latency: latency.bounds.map((upperBoundSeconds, index) => ({
      upperBoundSeconds,
      count: latency.cumulative[index] ?? 0,
    })),
    latencySumSeconds: latency.sum,
  };
}

function jobMessage({ startedAt, succeededAt, nextAt, state, ...job }: JobStatus): CloudJob {
  return {
    ...job,
    state: JOBS[state],
    startedAt: whole(startedAt),
    succeededAt: whole(succeededAt),
    nextAt: whole(nextAt),
  };
}

function checkMessage({ outcome, ...check }: CheckResult): DiagnosticCheck {
  return { ...check, outcome: CHECKS[outcome] };
}

/** 0 where there is none; a clock may have fractions. */
function whole(milliseconds: number | undefined): number {
  return Math.round(milliseconds ?? 0);
}
