/** The hosts at which a region of AWS serves what the daemon asks, as AWS publishes them. */

/** Of the Greengrass data plane; China's first region has another form. */
export function dataPlaneHost(region: string): string {
  if (region === 'cn-north-1') return `greengrass.ats.iot.${region}.${suffixOf(region)}`;
  return `greengrass-ats.iot.${region}.${suffixOf(region)}`;
}

/** Of AWS IoT's control plane. */
export function iotControlPlaneHost(region: string): string {
  return `iot.${region}.${suffixOf(region)}`;
}

/** The DNS suffix of a region's partition. */
function suffixOf(region: string): string {
  if (region.startsWith('cn-')) return 'amazonaws.com.cn';
  if (region.startsWith('us-iso-')) return 'c2s.ic.gov';
  if (region.startsWith('us-isob-')) return 'sc2s.sgov.gov';
  return 'amazonaws.com';
}
