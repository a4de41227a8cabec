/** The effective configuration as it may be shown: a PIN in a `pkcs11:` URI is not, nor who the proxy is told. */
import { REDACTED, redactText } from '../telemetry/redact.ts';
import type { Configuration } from './schema.ts';

export function printable(configuration: Configuration): Configuration {
  const { certificateAuthority: ca, cloud } = configuration;
  const { url } = cloud.proxy;
  return {
    ...configuration,
    ...(url === undefined ? {} : { cloud: { ...cloud, proxy: { ...cloud.proxy, url: withoutUser(url) } } }),
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

function withoutUser(address: string): string {
  return address.replace(/^([a-z]+:\/\/)[^/?#]*@/i, `$1${REDACTED}@`);
}
