/** What the keys about the cloud ask of one another. */
import type { Problems } from './problem.ts';
import type { Configuration } from './schema.ts';

type Required = readonly (readonly [path: string, value: string | undefined, why: string])[];

export function checkCloud(configuration: Configuration, problems: Problems): void {
  const { cloud, security, verifier } = configuration;
  const { awsIot, certificateFile, dataPlane, keyFile } = cloud;
  const required: Required[number][] = [];
  const forgets = cloud.forgetUnassociated && verifier !== 'registry';
  if (verifier === 'aws-iot') required.push(['cloud.region', cloud.region, '`verifier: aws-iot`']);
  else if (forgets) required.push(['cloud.region', cloud.region, '`cloud.forgetUnassociated: true`']);
  if ((verifier === 'aws-iot' || forgets) && awsIot.credentials === 'role-alias') {
    const why = '`cloud.awsIot.credentials: role-alias`';
    required.push(
      ['cloud.awsIot.roleAlias', awsIot.roleAlias, why],
      ['cloud.awsIot.credentialEndpoint', awsIot.credentialEndpoint, why],
      ['cloud.certificateFile', certificateFile, why],
      ['cloud.keyFile', keyFile, why],
    );
  }
  if (isCore(configuration)) {
    const why = verifier === 'greengrass' ? '`verifier: greengrass`' : '`cloud.dataPlane.enabled: true`';
    required.push(['cloud.certificateFile', certificateFile, why], ['cloud.keyFile', keyFile, why]);
    if (dataPlane.endpoint === undefined)
      required.push(['cloud.region', cloud.region, `${why} (or \`cloud.dataPlane.endpoint\`)`]);
  }
  const missing = new Map(
    required.filter(([, value]) => value === undefined).map(([path, , why]) => [path, why] as const),
  );
  for (const [path, why] of missing) problems.error(path, null, `is required by ${why}`);
  if (verifier === 'greengrass' && security.clientIdRule === 'any') {
    problems.warn(
      'security.clientIdRule',
      'any',
      'Greengrass does not tell which certificates are attached exclusively: only thing names are let in',
    );
  }
  if (cloud.forgetUnassociated && verifier === 'registry') {
    problems.warn('cloud.forgetUnassociated', true, 'does nothing with `verifier: registry`');
  }
  if (verifier === 'greengrass' && dataPlane.enabled === false) {
    problems.warn(
      'cloud.dataPlane.enabled',
      false,
      'the verifier needs the data plane; only uploads and addresses are left out',
    );
  }
}

/** Whether this daemon is a Greengrass core to the cloud: see `cloud.dataPlane.enabled`. */
export function isCore({ cloud, verifier }: Configuration): boolean {
  return verifier === 'greengrass' || cloud.dataPlane.enabled === true;
}
