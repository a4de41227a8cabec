/** The calls by which the doctor learns what it is permitted: each only reads, and asks about nobody's device. */
import type { IotControlPlane } from '../aws-iot/iot-control-plane.ts';
import { isNotFound } from '../aws-iot/iot-control-plane.ts';
import type { GreengrassDataPlane } from '../greengrass/data-plane.ts';
import { answered, trouble } from '../outcome.ts';
import { type CannotAsk, type Probe, VERIFY_ASSOCIATION } from './service.ts';

const NO_CERTIFICATE: CannotAsk = {
  kind: 'cannot-ask',
  why: 'no certificate of the account is known here yet, about which to ask',
};
/** No certificate has this id. */
const NOBODY = '0'.repeat(64);
const NO_THING = `doctor-${NOBODY}`;

export interface GreengrassProbing {
  readonly dataPlane: () => Pick<
    GreengrassDataPlane,
    | 'problemOf'
    | 'verifyClientDeviceIdentity'
    | 'verifyClientDeviceIoTCertificateAssociation'
    | 'getConnectivityInfo'
  >;
  readonly coreThingName: string;
  /** The core's own: it is there, whatever Greengrass says of it. Throws what keeps it from being read. */
  readonly certificate: () => { readonly pem: string; readonly id: string };
  /** Whether devices are verified there. */
  readonly verifies: boolean;
  readonly needs: readonly string[];
}

export function greengrassProbes(options: GreengrassProbing): readonly Probe[] {
  const { certificate, coreThingName, dataPlane, needs, verifies } = options;
  const verify: Probe = {
    permission: 'greengrass:VerifyClientDeviceIdentity',
    grantedBy: 'core',
    needs,
    problem: () => dataPlane().problemOf('verifyClientDeviceIdentity'),
    ask: async (signal) => {
      const { pem, id } = certificate();
      const outcome = await dataPlane().verifyClientDeviceIdentity(pem, id, signal);
      return outcome.kind === 'answered'
        ? answered(`asked for the core's own certificate, answered ${outcome.value.kind}`)
        : outcome;
    },
  };
  const verifyAssociation: Probe = {
    permission: VERIFY_ASSOCIATION,
    grantedBy: 'core',
    needs,
    optional:
      "asked for the core's own name, which a policy for the names of client devices need not allow: see that it allows theirs",
    problem: () => dataPlane().problemOf('verifyClientDeviceIoTCertificateAssociation'),
    ask: async (signal) => {
      const { id } = certificate();
      const outcome = await dataPlane().verifyClientDeviceIoTCertificateAssociation(
        coreThingName,
        id,
        signal,
      );
      if (outcome.kind !== 'answered') return outcome;
      // What says yes to everything, as another operation would at its path, lets every device in under every name.
      const absurd = await dataPlane().verifyClientDeviceIoTCertificateAssociation(NO_THING, id, signal);
      if (absurd.kind === 'answered' && absurd.value.kind === 'yes')
        return trouble('unexpected', 'it confirms a thing that nobody has: is its path right?');
      return answered(
        `asked for the core's own certificate and ${coreThingName}, answered ${outcome.value.kind}`,
      );
    },
  };
  const read: Probe = {
    permission: 'greengrass:GetConnectivityInfo',
    grantedBy: 'core',
    needs,
    ask: async (signal) => {
      const outcome = await dataPlane().getConnectivityInfo(coreThingName, signal);
      if (outcome.kind !== 'answered') return outcome;
      const { length } = outcome.value;
      return answered(`${length} address${length === 1 ? '' : 'es'} given in the cloud for ${coreThingName}`);
    },
  };
  return verifies ? [verify, verifyAssociation, read] : [read];
}

export interface AwsIotProbing {
  /** Rejects with what keeps it from being made. */
  readonly controlPlane: () => Promise<
    Pick<
      IotControlPlane,
      'describeCertificate' | 'listPrincipalThings' | 'listPrincipalThingsV2' | 'describeThing'
    >
  >;
  /** The id of some certificate of the account, such as the core's; undefined: none is known. */
  readonly certificateId: () => Promise<string | undefined>;
  /** Whether things are asked for: `security.clientIdRule: any`. */
  readonly asksForThings: boolean;
  readonly needs: readonly string[];
}

export function awsIotProbes(options: AwsIotProbing): readonly Probe[] {
  const { asksForThings, certificateId, controlPlane, needs } = options;
  const describe: Probe = {
    permission: 'iot:DescribeCertificate',
    grantedBy: 'iam',
    needs,
    ask: async (signal) => {
      const outcome = await (await controlPlane()).describeCertificate(NOBODY, signal);
      if (isNotFound(outcome)) return answered('asked for a certificate that nobody has, and was told so');
      return outcome.kind === 'answered'
        ? trouble('unexpected', 'it answered for a certificate of nobody')
        : outcome;
    },
  };
  const list = (version: '' | 'V2'): Probe => ({
    permission: `iot:ListPrincipalThings${version}`,
    grantedBy: 'iam',
    needs: [...needs, 'permission.iot:DescribeCertificate'],
    optional: version === 'V2' ? 'without it no attachment counts as exclusive' : undefined,
    ask: async (signal) => {
      const plane = await controlPlane();
      const id = await certificateId();
      if (id === undefined) return NO_CERTIFICATE;
      const described = await plane.describeCertificate(id, signal);
      if (isNotFound(described)) return NO_CERTIFICATE;
      if (described.kind !== 'answered') return described;
      const { arn } = described.value;
      if (arn === undefined) return trouble('unexpected', 'it describes a certificate without its ARN');
      const outcome =
        version === ''
          ? await plane.listPrincipalThings(arn, undefined, signal)
          : await plane.listPrincipalThingsV2(arn, undefined, false, signal);
      if (outcome.kind !== 'answered') return outcome;
      const count = outcome.value.things?.length ?? 0;
      return answered(
        `the certificate ${id.slice(0, 16)} is attached to ${count} thing${count === 1 ? '' : 's'}`,
      );
    },
  });
  const thing: Probe = {
    permission: 'iot:DescribeThing',
    grantedBy: 'iam',
    needs,
    ask: async (signal) => {
      const outcome = await (await controlPlane()).describeThing(NO_THING, signal);
      if (isNotFound(outcome)) return answered('asked for a thing that is not there, and was told so');
      return outcome.kind === 'answered' ? answered('a thing was described') : outcome;
    },
  };
  return [describe, list(''), list('V2'), ...(asksForThings ? [thing] : [])];
}
