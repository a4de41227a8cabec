/**
 * Tells when the verifier refuses one device after the other that it had confirmed, and confirms none: each refusal is a verdict and
 * counts, but all together are rather a wrong region or account, or another endpoint, than so many devices taken out of service.
 */
import type { AskedEvent } from '../identity/observer.ts';
import type { Findings } from '../telemetry/findings.ts';

const CODE = 'cloud.known-devices-refused';
const MANY = 5;
/** More need not be told apart. */
const MOST_COUNTED = 10_000;

export class KnownDevicesAlarm {
  readonly #findings: Pick<Findings, 'raise' | 'clear'>;
  /** Certificates refused since one was confirmed. */
  readonly #refused = new Set<string>();

  constructor(findings: Pick<Findings, 'raise' | 'clear'>) {
    this.#findings = findings;
  }

  asked({ certificateId, known, outcome }: AskedEvent): void {
    if (outcome === 'active') {
      if (this.#refused.size >= MANY) this.#findings.clear(CODE);
      this.#refused.clear();
      return;
    }
    if (outcome !== 'rejected' || known !== true || certificateId === undefined) return;
    if (this.#refused.size < MOST_COUNTED) this.#refused.add(certificateId);
    if (this.#refused.size !== MANY) return;
    this.#findings.raise({
      severity: 'ALARM',
      code: CODE,
      message: `${MANY} devices in a row were refused that had been confirmed before, and none was confirmed since: their sessions are ended. Were they all taken out of service? If not, see whether region, account and endpoint of the cloud are the right ones (\`deviceauthctl config show\`, \`doctor\`).`,
    });
  }
}
