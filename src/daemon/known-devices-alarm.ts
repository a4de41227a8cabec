/**
 * Tells when the verifier refuses one device after the other that it had confirmed, and confirms none: each refusal is a verdict and
 * counts, but all together are rather a wrong region or account, or another endpoint, than so many devices taken out of service. A
 * confirmed certificate says nothing about attachments, nor an attachment about certificates.
 */
import type { AskedEvent } from '../identity/observer.ts';
import type { Findings } from '../telemetry/findings.ts';

const CODE = 'cloud.known-devices-refused';
const MANY = 5;
/** More need not be told apart. */
const MOST_COUNTED = 10_000;

export class KnownDevicesAlarm {
  readonly #findings: Pick<Findings, 'raise' | 'clear'>;
  /** Certificates that were refused, and those of refused attachments, since one was confirmed. */
  readonly #refused = { certificate: new Set<string>(), attachment: new Set<string>() };

  constructor(findings: Pick<Findings, 'raise' | 'clear'>) {
    this.#findings = findings;
  }

  asked({ about, certificateId, known, outcome }: AskedEvent): void {
    if (about === 'thing' || certificateId === undefined) return;
    const refused = this.#refused[about === 'certificate' ? 'certificate' : 'attachment'];
    if (outcome === 'active') {
      const wasTold = this.#isAlarm();
      refused.clear();
      if (wasTold && !this.#isAlarm()) this.#findings.clear(CODE);
    } else if (outcome === 'rejected' && known === true && refused.size < MOST_COUNTED) {
      const wasTold = this.#isAlarm();
      refused.add(certificateId);
      if (!wasTold && this.#isAlarm()) this.#raise();
    }
  }

  #isAlarm(): boolean {
    return Object.values(this.#refused).some(({ size }) => size >= MANY);
  }

  #raise(): void {
    this.#findings.raise({
      severity: 'ALARM',
      code: CODE,
      message: `${MANY} devices in a row were refused that had been confirmed before, and none was confirmed since: their sessions are ended. Were they all taken out of service? If not, see whether region, account and endpoint of the cloud are the right ones (\`deviceauthctl config show\`, \`doctor\`).`,
    });
  }
}
