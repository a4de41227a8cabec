/** The telemetry room, composed: what is logged, counted and found, and how it follows the configuration. */
import type { Clock } from '../clock.ts';
import type { Configuration } from '../config/load.ts';
import type { ConfigurationStatus, ReloadOutcome } from '../config/watcher.ts';
import type { ListenerError } from '../endpoints/listeners/listener-error.ts';
import type { TrustedClock } from '../identity/trusted-clock.ts';
import type { SessionObserver } from '../sessions/ports.ts';
import { MetricsAggregate } from '../telemetry/aggregate.ts';
import { AuditLog } from '../telemetry/audit.ts';
import { type Finding, Findings } from '../telemetry/findings.ts';
import { createLogger, type RootLogger } from '../telemetry/logger.ts';
import { Metrics } from '../telemetry/metrics.ts';
import { MetricsServer } from '../telemetry/metrics-server.ts';
import { RefusalLog } from '../telemetry/refusal-log.ts';

export interface TelemetryOptions {
  readonly clock: Clock;
  readonly configuration: Configuration;
  readonly write: ((line: string) => void) | undefined;
}

export function openTelemetry(options: TelemetryOptions): Telemetry {
  return new Telemetry(options);
}

const CONFIGURATION_ERRORS = 'configuration.errors';
const TLS_FILES = 'listener.tls-files';
const RESTART_REQUIRED = 'configuration.restart-required';

export class Telemetry {
  readonly logger: RootLogger;
  readonly findings: Findings;
  readonly metrics = new Metrics();
  readonly audit: AuditLog;
  readonly refusals: RefusalLog;
  readonly #server: MetricsServer;
  readonly #aggregate: MetricsAggregate;
  #clockFinding: Finding | undefined;

  constructor({ clock, configuration, write }: TelemetryOptions) {
    const { level, auditFile } = configuration.log;
    this.logger = createLogger({ level, clock, ...(write === undefined ? {} : { write }) });
    this.findings = new Findings(clock, this.logger);
    this.audit = new AuditLog({ logger: this.logger, clock, findings: this.findings, file: auditFile });
    this.refusals = new RefusalLog({ clock, audit: this.audit, metrics: this.metrics });
    this.#server = new MetricsServer({
      metrics: this.metrics,
      findings: this.findings,
      logger: this.logger,
      notReady: () => undefined,
    });
    this.#aggregate = new MetricsAggregate(this.metrics, this.logger, clock);
    this.metrics.observe({
      suppressedRefusals: () => this.audit.suppressed,
    });
  }

  get metricsPort(): number | undefined {
    return this.#server.address?.port;
  }

  readonly sessionObserver: SessionObserver = {
    onStart: (start) => {
      if (this.logger.enabled('debug')) this.logger.debug({ ...start }, 'session opened');
    },
    onRefusal: (refusal) => this.refusals.record(refusal),
    onEnd: ({ why, correlationId, ...fields }) =>
      this.audit.record({
        kind: 'session',
        action: 'session.ended',
        correlationId,
        fields: { ...fields, why },
      }),
    onFinding: ({ code, message }) => this.logger.warn({ finding: code }, message),
    onFault: (what, err) => this.logger.error({ err }, what),
  };

  async serveMetrics({ metrics }: Configuration): Promise<void> {
    this.#aggregate.apply(metrics);
    await this.#server.apply(metrics);
  }

  apply(configuration: Configuration): void {
    this.logger.setLevel(configuration.log.level);
    this.audit.setFile(configuration.log.auditFile);
    void this.serveMetrics(configuration);
  }

  /** What the configuration was warned of at the first load; later loads are told by `reloaded`. */
  started({ file, warnings }: Pick<ConfigurationStatus, 'file' | 'warnings'>): void {
    if (warnings.length > 0) this.logger.warn({ file, warnings }, 'the configuration has warnings');
  }

  reloaded(
    file: string,
    { ok, changedPaths, restartRequired, warnings, errors, faults }: ReloadOutcome,
  ): void {
    this.audit.reopen();
    this.metrics.reloaded(ok);
    for (const err of faults) this.logger.error({ err }, 'the new configuration is not in force everywhere');
    if (ok) {
      this.logger.info({ file, changedPaths, restartRequired, warnings }, 'the configuration was read again');
      if (changedPaths.length > 0) {
        this.audit.record({
          kind: 'configuration',
          action: 'configuration.changed',
          fields: { changedPaths },
        });
      }
      this.findings.clear(CONFIGURATION_ERRORS);
    } else {
      this.logger.error(
        { file, errors, warnings },
        'the configuration file has errors; the last good one stays',
      );
      const [first] = errors;
      const where = first === undefined ? '' : ` ${first.path}: ${first.rule}.`;
      this.findings.raise({
        severity: 'WARNING',
        code: CONFIGURATION_ERRORS,
        message: `The configuration file ${file} has errors, so the last good configuration stays in force.${where} See \`deviceauthctl config show\`.`,
      });
    }
    if (restartRequired.length === 0) this.findings.clear(RESTART_REQUIRED);
    else {
      this.findings.raise({
        severity: 'INFO',
        code: RESTART_REQUIRED,
        message: `A restart is needed for the new value of ${restartRequired.join(', ')}.`,
      });
    }
  }

  /** What went wrong with listeners' TLS files; the others are well. */
  certificatesReloaded(failed: readonly ListenerError[]): void {
    for (const { subject, code } of this.findings.list()) {
      if (code === TLS_FILES && !failed.some(({ listener }) => listener === subject))
        this.findings.clear(TLS_FILES, subject);
    }
    for (const { listener, message } of failed) {
      this.findings.raise({
        severity: 'ALARM',
        code: TLS_FILES,
        subject: listener,
        message: `The TLS files of listener ${listener} cannot be used, and it goes on with those it has: ${message}.`,
      });
    }
  }

  /** The clock is looked at when somebody asks. */
  clockFindings(clock: TrustedClock): readonly Finding[] {
    const { now, suspect, reason } = clock.status();
    if (!suspect) {
      this.#clockFinding = undefined;
      return [];
    }
    const since = this.#clockFinding?.since ?? now;
    this.#clockFinding = { severity: 'ALARM', code: 'clock.suspect', subject: '', message: reason, since };
    return [this.#clockFinding];
  }

  async close(): Promise<void> {
    this.#aggregate.stop();
    await this.#server.close();
    this.metrics.close();
    this.audit.close();
    this.logger.flush();
  }
}
