/** The effective configuration as it may be shown: a PIN in a `pkcs11:` URI is not. */
import { redactText } from '../telemetry/redact.ts';
import type { Configuration } from './schema.ts';

export function printable(configuration: Configuration): Configuration {
  const { certificateAuthority: ca } = configuration;
  return {
    ...configuration,
    certificateAuthority: {
      ...ca,
      ...(ca.privateKeyUri === undefined ? {} : { privateKeyUri: redactText(ca.privateKeyUri) }),
      ...(ca.certificateUri === undefined ? {} : { certificateUri: redactText(ca.certificateUri) }),
      ...(ca.certificateChainUri === undefined
        ? {}
        : { certificateChainUri: redactText(ca.certificateChainUri) }),
    },
  };
}
